/** Whether a run that did not come to its end is brought there by another. */
import type { Beginning } from "./beginning.ts";
import { offered, runnable } from "./continuation.ts";
import { leasesExpire } from "./lease.ts";
import { leftovers } from "./leftovers.ts";
import { lastLine, type Stage } from "./stage.ts";

export interface GoingOn {
  /** By the command that was printed, or by the one that ran. */
  readonly way: "printed" | "run";
  /** Standard error that may have printed one. */
  readonly said: string;
  /** It could give nothing back: its lease has to expire before another may work. */
  readonly silent: boolean;
  readonly beginning: Beginning;
  readonly cordonedByUser?: ReadonlySet<string>;
  /** What may be otherwise in the end, as another actor has made it so. */
  readonly mayDiffer?: (name: string) => boolean;
}

/** What does not hold afterwards. */
export async function goneOn(stage: Stage, going: GoingOn): Promise<readonly string[]> {
  const { way, said, silent, beginning, cordonedByUser = stage.cordonedByUser, mayDiffer } = going;
  const { cluster, run } = stage;
  const ran = stage.command();
  let printed = offered(said)[0];
  if (way === "run" && silent) await leasesExpire(cluster);
  let result = way === "run" || printed === undefined ? await run(ran) : await run(runnable(printed, ran));
  // Whoever was killed printed nothing: the refusal of its successor names the command.
  if (way === "printed" && printed === undefined && result.code !== 0) {
    [printed] = offered(result.stderr);
    if (printed !== undefined) result = await run(runnable(printed, ran));
  }
  const by = way === "run" || printed === undefined ? "the same command" : printed.join(" ");
  if (result.code !== 0) return [`${by} does not go on: ${lastLine(result)}`];
  const ending = await stage.ending(beginning);
  return [
    ...(await leftovers(cluster, cordonedByUser)).map((each) => `left by ${by}: ${each}`),
    ...ending.filter((each) => mayDiffer?.(each) !== true).map((each) => `${by} ends otherwise: ${each}`),
  ];
}
