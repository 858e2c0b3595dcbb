import type { Flag } from "./flag.ts";

export const colorFlag = {
  name: "color",
  takes: "value",
  default: "auto",
  oneOf: ["auto", "always", "never"],
  help: "When to colour what goes to standard error: auto (on a terminal, unless NO_COLOR is set or TERM is dumb), always, never.",
  group: "Other",
  valueName: "WHEN",
} as const satisfies Flag;

/** Whether a stream shows colours, by kubectl's rule: NO_COLOR counts when it is set at all. */
export function showsColor(stream: {
  readonly tty: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly windows: boolean;
}): boolean {
  const { tty, env, windows } = stream;
  if (!tty || env["TERM"] === "dumb" || env["NO_COLOR"] !== undefined) return false;
  // Older Windows terminals print the codes.
  return !windows || (env["WT_SESSION"] ?? "") !== "";
}

/** What --color makes of it. */
export function usesColor(when: string, shows: boolean): boolean {
  return when === "always" || (when !== "never" && shows);
}
