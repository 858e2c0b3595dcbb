import type { AppContext } from "../context.ts";
import { interrupted } from "../errors.ts";

/**
 * Writes that a signal may end: the one under way ends, and `act` begins no other once `stop` is aborted; a second
 * signal leaves at once. Throws the interruption where the signal kept something from being done; resolves to it
 * where the signal came too late for that, since nobody listens until the next stage.
 */
export async function interruptible(
  { interrupts, stderr }: Pick<AppContext, "interrupts" | "stderr">,
  act: (stop: AbortSignal) => Promise<void>,
): Promise<Error | undefined> {
  const listening = interrupts.listen();
  const leave = Promise.withResolvers<never>();
  const over = (): Error => interrupted(listening.exitCode, "interrupted; the same command goes on");
  listening.first.addEventListener("abort", () => {
    stderr.write("interrupted: waiting for the write under way; once more leaves at once\n");
  });
  listening.second.addEventListener("abort", () => leave.reject(over()));
  try {
    await Promise.race([act(listening.first), leave.promise]);
  } catch (error) {
    throw listening.first.aborted ? over() : error;
  } finally {
    listening.stop();
  }
  return listening.first.aborted ? over() : undefined;
}
