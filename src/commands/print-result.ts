import { userError } from "../errors.ts";
import { printed, type Output, type Printable } from "../render/output.ts";
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

/** The result as text; a template that does not fit it is the user's mistake. */
export async function resultText(output: Output, result: Printable): Promise<string> {
  const text = await printed(output, result);
  if (!text.ok) throw userError(text.message);
  return text.value;
}
