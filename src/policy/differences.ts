import type { Cell } from "./access.ts";
import { intersection, without, type Ranges } from "./ranges.ts";

export type FlowVerdict = "allow" | "deny" | "unknown";

/** Of one flow, in two states. */
export interface Verdicts {
  readonly before: FlowVerdict;
  readonly after: FlowVerdict;
}

/** The parts, of a domain or of everything, where two states differ or where one of them is not known. */
export function differences(
  a: Pick<Cell, "sure" | "maybe">,
  b: Pick<Cell, "sure" | "maybe">,
  domain?: Ranges,
): readonly (Verdicts & { readonly set: Ranges })[] {
  const known = a.sure === a.maybe && b.sure === b.maybe;
  const parts: [FlowVerdict, FlowVerdict, Ranges][] = [
    ["allow", "deny", without(a.sure, b.maybe)],
    ["deny", "allow", without(b.sure, a.maybe)],
  ];
  if (!known) {
    const [doubtBefore, doubtAfter] = [without(a.maybe, a.sure), without(b.maybe, b.sure)];
    parts.push(
      ["allow", "unknown", intersection(a.sure, doubtAfter)],
      ["deny", "unknown", without(doubtAfter, a.maybe)],
      ["unknown", "allow", intersection(doubtBefore, b.sure)],
      ["unknown", "deny", without(doubtBefore, b.maybe)],
      ["unknown", "unknown", intersection(doubtBefore, doubtAfter)],
    );
  }
  return parts.flatMap(([before, after, whole]) => {
    const set = domain === undefined ? whole : intersection(whole, domain);
    return set.length === 0 ? [] : [{ before, after, set }];
  });
}
