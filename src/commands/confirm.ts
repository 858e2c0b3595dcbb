import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import type { AppContext } from "../context.ts";
import { userError } from "../errors.ts";
import { askerOf } from "./asker.ts";
import { visibleText } from "../model/visible.ts";

/**
 * Asks `[y/N]`, naming the cluster, on a terminal; without one it refuses unless -y was given. `run`: the first signal
 * of a run that has begun, which ends the question as well.
 */
export async function confirm(
  context: Pick<AppContext, "stdin" | "stderr" | "terminal" | "stdinRead" | "cluster">,
  yes: boolean,
  question: string,
  run?: AbortSignal,
): Promise<boolean> {
  if (yes) return true;
  const asked = visibleText(aboutCluster(question, context.cluster));
  const asker = askerOf(context);
  if (asker === undefined) throw userError(`${asked} No terminal to ask on: add -y`.split("\n"));
  // The terminal itself edits the line, so that Ctrl-C ends the process as at any other prompt.
  const signal = run === undefined ? {} : { signal: run };
  const lines = createInterface({ input: asker.input, terminal: false, ...signal });
  try {
    const closed = once(lines, "close").then(() => [""]);
    asker.write(`${asked} [y/N]: `);
    const [answer = ""] = (await Promise.race([once(lines, "line"), closed])) as string[];
    if (/^y(es)?$/i.test(answer.trim())) return true;
    // In the middle of a run something was, and what becomes of that the run says itself.
    if (run === undefined) asker.write("nothing was changed\n");
    else if (run.aborted) asker.write("\n");
    return false;
  } finally {
    lines.close();
    asker.close();
  }
}

/** `Upgrade …?` as `Upgrade … on context prod (https://10.0.0.1:6443)?`: whose cluster it is decides the answer. */
export function aboutCluster(question: string, cluster: AppContext["cluster"]): string {
  const mark = question.lastIndexOf("?");
  if (cluster === undefined || mark < 0) return question;
  const { context = "", server } = cluster;
  const where = context === "" ? server : `context ${context} (${server})`;
  return `${question.slice(0, mark)} on ${where}${question.slice(mark)}`;
}
