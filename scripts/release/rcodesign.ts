/** rcodesign signs for macOS anywhere: built once by cargo, kept beside the cluster's programs. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { hasTool } from "../build/debian.ts";
import { cacheFolder } from "../../test/cluster/binaries/cache.ts";
import { run, timed } from "../../test/cluster/binaries/go-build.ts";
import { withLock } from "../../test/cluster/binaries/lock.ts";

/** `--locked`: with the dependencies that its own lock file names. */
const install = ["apple-codesign", "--version", "0.29.0", "--locked", "--no-default-features"];

/** Its path, or why there is none. The first time it takes 4 minutes on two cores. */
export async function rcodesign(
  progress: (line: string) => void,
): Promise<{ readonly path: string } | { readonly missing: string }> {
  const id = createHash("sha256").update(install.join(" ")).digest("hex").slice(0, 16);
  const cache = cacheFolder();
  const folder = join(cache, `rcodesign-${id}`);
  const path = join(folder, "bin/rcodesign");
  if (existsSync(path)) return { path };
  if (!hasTool("cargo")) return { missing: "no cargo, which builds rcodesign, which signs for macOS" };
  const waiting = (owner: number): void => progress(`waiting for process ${owner}, which builds rcodesign`);
  await withLock(join(cache, "rcodesign.lock"), waiting, async () => {
    if (!existsSync(path)) await build(folder, progress);
  });
  return { path };
}

async function build(folder: string, progress: (line: string) => void): Promise<void> {
  mkdirSync(join(folder, ".."), { recursive: true });
  const work = mkdtempSync(`${folder}.`);
  try {
    const root = join(work, "root");
    const args = ["install", ...install, "--root", root, "--target-dir", join(work, "target")];
    await timed("rcodesign", progress, () => run("cargo", args, work, process.env));
    renameSync(root, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * Ad hoc: without a certificate. macOS kills a program for Apple's processors that has no signature at all.
 * The entitlements are those of Node's own signature that V8 needs to make code while it runs.
 */
export async function signAdHoc(tool: string, path: string, work: string): Promise<void> {
  const signed = join(work, "signed");
  const entitlements = join(import.meta.dirname, "entitlements.plist");
  const identity = ["--binary-identifier", "kubectl-calico_upgrade"];
  const args = ["sign", ...identity, "--entitlements-xml-file", entitlements, path, signed];
  await run(tool, args, work, process.env);
  renameSync(signed, path);
}
