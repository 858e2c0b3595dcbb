import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import type { AppContext } from "../context.ts";
import { userError } from "../errors.ts";

/** Asks `[y/N]` on a terminal; without one it refuses unless -y was given. */
export async function confirm(
  context: Pick<AppContext, "stdin" | "stderr" | "terminal">,
  yes: boolean,
  question: string,
): Promise<boolean> {
  if (yes) return true;
  if (!context.terminal.stderrTty || !isTerminal(context.stdin)) {
    throw userError(`${question} There is no terminal to ask on; -y answers yes`);
  }
  // The terminal itself edits the line, so that Ctrl-C ends the process as at any other prompt.
  const lines = createInterface({ input: context.stdin, output: context.stderr, terminal: false });
  try {
    const closed = once(lines, "close").then(() => "");
    const answer = await Promise.race([lines.question(`${question} [y/N]: `), closed]);
    if (/^y(es)?$/i.test(answer.trim())) return true;
    context.stderr.write("nothing was changed\n");
    return false;
  } finally {
    lines.close();
  }
}

/** isTTY is missing, not false, on anything else. */
function isTerminal(stream: object): boolean {
  return "isTTY" in stream && stream.isTTY === true;
}
