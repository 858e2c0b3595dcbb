import { program } from "../model/program.ts";
import type { Stop } from "../plan/decision.ts";
import { interruptedStop } from "../plan/interrupted.ts";
import { warn, type Session } from "./session.ts";

/** So often is a changed cluster planned and asked about again: somebody else writes as fast as the run does. */
const mostRounds = 5;

/**
 * Shows what is left of a run whose basis changed under it, and asks (hazard H32). Undefined: it was agreed on;
 * else why the run ends. `what` changed, in words; `round`: how often it was carried out.
 */
export async function agreeAgain(
  session: Session,
  what: string,
  {
    plan,
    question = "",
    warnings,
  }: { readonly plan: string; readonly question: string | undefined; readonly warnings: readonly string[] },
  round: number,
): Promise<Stop | undefined> {
  const { first } = session.listen();
  const hint = session.commands.again();
  if (first.aborted) return interruptedStop(session.commands);
  if (round >= mostRounds)
    return {
      message: `${what} changed ${String(mostRounds)} times during the run; find out who changes them`,
      hint,
    };
  for (const text of warnings) warn(session, text);
  session.emit({ kind: "note", text: `${what} have changed; what is left:\n${plan.trimEnd()}` });
  const answer = await session.ask(question);
  if (first.aborted) return interruptedStop(session.commands);
  return answer ? undefined : { message: "what is left was not agreed on", hint };
}

/** What was written stays, and the same command continues. */
export function withNextCommand(
  { commands, command: { verb } }: Pick<Session, "commands" | "command">,
  stop: Stop,
): Stop {
  const again = commands.again();
  const { hint } = stop;
  // Another run is at work, or the hint says it already.
  if (hint !== undefined && (stop.id === "H13" || hint.includes([program, verb].join(" ")))) return stop;
  if (hint !== undefined) return { ...stop, hint: `${hint}; then continue: ${again}` };
  return { ...stop, hint: stop.interrupted === true ? again : `then continue with: ${again}` };
}

/** Says after the first signal what is waited for; answers the way to say it no longer. */
export function saysWaiting({ listen, emit }: Pick<Session, "listen" | "emit">): () => void {
  const { first } = listen();
  const say = (): void =>
    emit({
      kind: "note",
      text: "interrupted: waiting for the requests under way; once more leaves at once",
    });
  first.addEventListener("abort", say);
  return () => first.removeEventListener("abort", say);
}
