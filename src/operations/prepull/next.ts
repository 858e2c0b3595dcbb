import type { Session } from "../session.ts";

/** The command of a run that was only to pull, without that. */
export function withoutUntil({ command, commands }: Pick<Session, "command" | "commands">): string {
  const { "until-step": _only, ...flags } = command.flags ?? {};
  return commands.kept({ ...command, flags });
}
