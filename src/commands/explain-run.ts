import type { AppContext } from "../context.ts";
import { userError } from "../errors.ts";
import { plainOutput } from "../flags/common.ts";
import { program } from "../model/program.ts";
import { printablePage, printablePages } from "../render/explain/print.ts";
import { outputOf, printResult } from "./print-result.ts";

/** Prints the page of an id, or all ids. */
export async function runExplain(
  [id, ...extra]: readonly string[],
  format: string,
  context: Pick<AppContext, "stdout" | "readFile">,
): Promise<number> {
  if (extra.length > 0) throw userError(`extra arguments: [${extra.join(" ")}]`);
  const output = await outputOf(plainOutput(format), context);
  const printable = id === undefined ? printablePages() : printablePage(id);
  if (printable === undefined)
    throw userError(`there is no id "${id ?? ""}"; ${program} explain lists them all`);
  await printResult(context.stdout, output, printable);
  return 0;
}
