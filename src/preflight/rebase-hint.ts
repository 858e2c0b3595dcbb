import type { ManifestObject } from "../manifest/parse.ts";
import { program } from "../model/program.ts";
import { sh } from "../model/shell.ts";

/** The command that carries what a file would take away over into it; undefined: the objects are of no file. */
export function rebaseCommand(objects: readonly ManifestObject[]): string | undefined {
  const names = [...new Set(objects.map(({ source }) => source.name))].filter((name) => name !== "");
  if (names.length === 0) return undefined;
  const files = names.flatMap((name) => ["-f", name === "STDIN" ? "FILE" : name]);
  return `${program} ${sh`rebase ${files}`}`;
}
