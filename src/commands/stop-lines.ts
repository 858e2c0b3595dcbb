import type { Stop } from "../plan/decision.ts";

/** Why a run stopped, and what continues it, on standard error. `log`: of the pod that is why. */
export function stopLines(
  { id, message, hint, interrupted }: Stop,
  log: readonly string[] = [],
): readonly string[] {
  return [
    `error: ${id === undefined ? "" : `${id}: `}${message}`,
    ...log,
    ...(hint === undefined ? [] : [`${interrupted === true ? "to continue: " : ""}${hint}`]),
  ];
}

/** What forbids the first write, a line each. */
export function refusalLines(refusals: readonly Stop[]): readonly string[] {
  return refusals.map(
    ({ id, message, hint }) =>
      `error: ${id === undefined ? "" : `${id}: `}${message}${hint === undefined ? "" : `; ${hint}`}`,
  );
}
