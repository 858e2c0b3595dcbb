import type { AppContext } from "../context.ts";
import { userError } from "../errors.ts";
import { printed, type Output, type Printable } from "../render/output.ts";
import { printText } from "./print-result.ts";
import { showsLines } from "./listener.ts";

/**
 * What a run came to: on standard output in the format asked for, where that is not the mutation lines, and `lines` on
 * standard error. What was done is reported also where a template does not fit the result.
 */
export async function reportResult(
  { stdout, stderr }: Pick<AppContext, "stdout" | "stderr">,
  output: Output,
  result: Omit<Printable, "table">,
  lines: readonly string[],
): Promise<void> {
  const text = showsLines(output.format) ? undefined : await printed(output, { ...result, table: () => "" });
  if (text?.ok === true) printText(stdout, output, text.value);
  for (const line of lines) stderr.line(line);
  if (text?.ok === false) throw userError(text.message);
}
