/** Debian packages without root: fetched by apt-get, unpacked into the cache, never installed. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../../test/cluster/binaries/cache.ts";
import { run } from "../../test/cluster/binaries/go-build.ts";
import { withLock } from "../../test/cluster/binaries/lock.ts";

/** The root folder of the unpacked packages, or why there is none. */
export async function debianFolder(
  name: string,
  packages: readonly string[],
  progress: (line: string) => void,
): Promise<{ readonly path: string } | { readonly missing: string }> {
  const id = createHash("sha256").update(packages.join(" ")).digest("hex").slice(0, 16);
  const cache = cacheFolder();
  const path = join(cache, `${name}-${id}`);
  if (existsSync(path)) return { path };
  for (const tool of ["apt-get", "dpkg-deb"]) {
    if (!hasTool(tool)) return { missing: `no ${tool}, so Debian's ${packages[0] ?? name} is not at hand` };
  }
  const waiting = (owner: number): void => progress(`waiting for process ${owner}, which fetches ${name}`);
  try {
    await withLock(join(cache, `${name}.lock`), waiting, async () => {
      if (!existsSync(path)) await fetchInto(path, packages, progress);
    });
    return { path };
  } catch (error) {
    return { missing: `apt-get download: ${error instanceof Error ? error.message : String(error)}` };
  }
}

async function fetchInto(
  path: string,
  packages: readonly string[],
  progress: (line: string) => void,
): Promise<void> {
  mkdirSync(join(path, ".."), { recursive: true });
  const work = mkdtempSync(`${path}.`);
  try {
    progress(`fetching ${packages.join(", ")}`);
    await run("apt-get", ["download", "-q", ...packages], work, process.env);
    const root = join(work, "root");
    for (const file of readdirSync(work).filter((name) => name.endsWith(".deb"))) {
      await run("dpkg-deb", ["-x", file, root], work, process.env);
    }
    renameSync(root, path);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

export function hasTool(name: string): boolean {
  try {
    execFileSync(name, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
