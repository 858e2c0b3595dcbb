import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

/**
 * Leaves V8's code cache beside every chunk in `folder`. `node` is a command line: an emulator may come first.
 * `entries` holds what scripts/build bundled to run under it.
 *
 * @throws Error when that Node would not take the caches.
 */
export async function writeCodeCaches(
  node: readonly string[],
  entries: string,
  folder: string,
): Promise<void> {
  const [command = "", ...first] = node;
  // The seed makes V8's hashes, and with them its caches, the same each time; no check of V8's looks at it.
  const write = [...first, "--random-seed=1", join(entries, "code-cache-main.cjs"), folder];
  const check = [...first, join(entries, "code-cache-main.cjs"), folder, "--check"];
  const env = { PATH: process.env["PATH"] };
  for (const args of [write, check]) await promisify(execFile)(command, args, { env, timeout: 120_000 });
}
