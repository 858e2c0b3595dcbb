import type { Commands, Stop } from "./decision.ts";

/** After a signal: what was written stays, and the same command continues, where the run is known to have one. */
export function interruptedStop(commands?: Pick<Commands, "again">, message = "interrupted"): Stop {
  return { message, ...(commands === undefined ? {} : { hint: commands.again() }), interrupted: true };
}
