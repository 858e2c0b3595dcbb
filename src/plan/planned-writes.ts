import type { PhaseName } from "./decision.ts";

/** What writes are for: those of one kind are counted together. */
export type WriteKind = "record" | "clean" | "create" | "delete" | "define" | "copy" | "remove";

/** What a procedure is known to do before it begins, in its order. */
export type Planned =
  | { readonly kind: "write"; readonly what: WriteKind; readonly count: number }
  | { readonly kind: "wait"; readonly phase: PhaseName };

/** `kinds`: of every write, in their order. */
export function plannedWrites(kinds: readonly WriteKind[]): readonly Planned[] {
  return [...Map.groupBy(kinds, (kind) => kind)].map(([what, { length: count }]) => ({
    kind: "write",
    what,
    count,
  }));
}
