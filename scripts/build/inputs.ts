import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** A hash over everything that an executable is made from; `more` are further files or folders, `salt` further text. */
export function fingerprintOfInputs(root: string, more: readonly string[], salt: string): string {
  const hash = createHash("sha256").update(salt);
  const paths = ["src", "scripts/build", "package.json", "package-lock.json", ...more];
  for (const path of paths.flatMap((each) => filesOf(root, each)).sort()) {
    hash.update(`\0${path}\0`).update(readFileSync(join(root, path)));
  }
  return hash.digest("hex");
}

function filesOf(root: string, path: string): string[] {
  if (statSync(join(root, path)).isFile()) return [path];
  return readdirSync(join(root, path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}
