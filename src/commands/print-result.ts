import type { Printer } from "../context.ts";
import { userError } from "../errors.ts";
import { isForPrograms, printed, type Output, type Printable } from "../render/output.ts";
import { readOutput, type OutputFlags } from "./read-output.ts";

/** What -o and its companions ask for; a mistake in them is the user's. */
export async function outputOf(
  flags: OutputFlags,
  { readFile }: { readonly readFile: (path: string) => Promise<string> },
): Promise<Output> {
  const output = await readOutput(flags, readFile);
  if (!output.ok) throw userError(output.message);
  return output.value;
}

/** The result on standard output: as it is for programs, with nothing that commands a terminal for people. */
export async function printResult(stdout: Printer, output: Output, result: Printable): Promise<void> {
  printText(stdout, output, await resultText(output, result, stdout.columns));
}

/** The same where the text is there already. */
export function printText(stdout: Printer, output: Output, text: string): void {
  if (isForPrograms(output)) stdout.exact(text);
  else stdout.text(text);
}

/** The result as text; a template that does not fit it is the user's mistake. */
export async function resultText(output: Output, result: Printable, columns?: number): Promise<string> {
  const text = await printed(output, result, columns);
  if (!text.ok) throw userError(text.message);
  return text.value;
}
