/** What a program says from now on. */
import type { Running } from "../e2e/support/plugin.ts";
import { poll } from "../cluster/wait.ts";

/** The first group of the `count`-th match that its results show after this call; fails where it ends before. */
export async function nextLine(running: Running, pattern: RegExp, count = 1): Promise<string> {
  const from = running.stdout().length;
  let over = false;
  const ended = running.ended.then(({ code, stderr }) => {
    over = true;
    return `exit code ${String(code)}: ${stderr.trim().split("\n").slice(-4).join(" ⏎ ")}`;
  });
  const match = await poll(
    async () => [...running.stdout().slice(from).matchAll(pattern)][count - 1] ?? (over ? "over" : undefined),
    { timeoutMs: 60_000, what: String(pattern) },
  );
  if (match === "over") throw new Error(`the run ended before it said ${String(pattern)}: ${await ended}`);
  return match[1] ?? "";
}
