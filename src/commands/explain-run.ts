import type { Writable } from "node:stream";
import { userError } from "../errors.ts";
import { program } from "../model/program.ts";
import { idsText, pageText } from "../render/explain/text.ts";

/** Prints the page of an id, or all ids. */
export function runExplain([id, ...extra]: readonly string[], stdout: Writable): number {
  if (extra.length > 0) throw userError(`extra arguments: [${extra.join(" ")}]`);
  const text = id === undefined ? idsText() : pageText(id);
  if (text === undefined) throw userError(`there is no id "${id ?? ""}"; ${program} explain lists them all`);
  stdout.write(text);
  return 0;
}
