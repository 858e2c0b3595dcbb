/** Debian packages without root: fetched by apt-get, unpacked into the cache, never installed. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../../test/cluster/binaries/cache.ts";
import { run } from "../../test/cluster/binaries/go-build.ts";
import { withLock } from "../../test/cluster/binaries/lock.ts";
import type { Platform } from "./platforms.ts";

export interface DebianOptions {
  /**
   * Packages of this architecture and all that they depend on, as the machine's sources have them now, with no
   * regard to what the machine has installed. Without it: exactly these packages, by the machine's own lists.
   */
  readonly architecture?: Platform["arch"];
  /** Fetched again where they are in the cache. */
  readonly update?: boolean;
}

/** Below the root: a file for each package, as dpkg writes it about installed ones. */
export const packageList = "var/lib/dpkg/status.d";

/** The root folder of the unpacked packages, or why there is none. */
export async function debianFolder(
  name: string,
  packages: readonly string[],
  progress: (line: string) => void,
  { architecture, update = false }: DebianOptions = {},
): Promise<{ readonly path: string } | { readonly missing: string }> {
  const key = [...packages, ...(architecture === undefined ? [] : [architecture])].join(" ");
  const id = createHash("sha256").update(key).digest("hex").slice(0, 16);
  const cache = cacheFolder();
  const path = join(cache, `${name}-${id}`);
  if (existsSync(path) && !update) return { path };
  for (const tool of ["apt-get", "dpkg-deb"]) {
    if (!hasTool(tool)) return { missing: `no ${tool}, so Debian's ${packages[0] ?? name} is not at hand` };
  }
  const waiting = (owner: number): void => progress(`waiting for process ${owner}, which fetches ${name}`);
  try {
    await withLock(join(cache, `${name}.lock`), waiting, async () => {
      if (existsSync(path) && !update) return;
      progress(`fetching ${packages.join(", ")}${architecture === undefined ? "" : ` for ${architecture}`}`);
      await fetchInto(path, packages, architecture);
    });
    return { path };
  } catch (error) {
    return { missing: `apt-get: ${error instanceof Error ? error.message : String(error)}` };
  }
}

async function fetchInto(
  path: string,
  packages: readonly string[],
  architecture: Platform["arch"] | undefined,
): Promise<void> {
  mkdirSync(join(path, ".."), { recursive: true });
  const work = mkdtempSync(`${path}.`);
  try {
    const archives = architecture === undefined ? work : join(work, "cache/archives");
    if (architecture === undefined) await run("apt-get", ["download", "-q", ...packages], work, process.env);
    else await downloadFor(architecture, packages, work);
    const root = join(work, "root");
    mkdirSync(join(root, packageList), { recursive: true });
    for (const file of readdirSync(archives).filter((name) => name.endsWith(".deb"))) {
      await run("dpkg-deb", ["-x", join(archives, file), root], work, process.env);
      const about = execFileSync("dpkg-deb", ["--field", join(archives, file)]);
      writeFileSync(join(root, packageList, file.split("_")[0] ?? file), about);
    }
    rmSync(path, { recursive: true, force: true });
    renameSync(root, path);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** With lists and a state of its own: the machine may lack lists, and those of another architecture it has not. */
async function downloadFor(
  architecture: Platform["arch"],
  packages: readonly string[],
  work: string,
): Promise<void> {
  for (const folder of ["state/lists/partial", "cache/archives/partial"]) {
    mkdirSync(join(work, folder), { recursive: true });
  }
  writeFileSync(join(work, "state/status"), "");
  const settings = [
    // What the machine does after an update of its own lists is not meant for these.
    "#clear APT::Update::Pre-Invoke;",
    "#clear APT::Update::Post-Invoke;",
    "#clear APT::Update::Post-Invoke-Success;",
    "#clear APT::Architectures;",
    `APT::Architecture "${architecture}";`,
    `APT::Architectures { "${architecture}"; };`,
    'Acquire::Languages "none";',
    // Root's fetcher is another user otherwise, who may not write into the cache.
    'APT::Sandbox::User "root";',
    `Dir::State "${join(work, "state")}";`,
    `Dir::State::status "${join(work, "state/status")}";`,
    `Dir::Cache "${join(work, "cache")}";`,
  ];
  writeFileSync(join(work, "apt.conf"), `${settings.join("\n")}\n`);
  const apt = (...args: readonly string[]) =>
    run("apt-get", ["--config-file", join(work, "apt.conf"), "-q", ...args], work, process.env);
  await apt("update");
  await apt("install", "--yes", "--download-only", "--no-install-recommends", ...packages);
}

export function hasTool(name: string): boolean {
  try {
    execFileSync(name, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
