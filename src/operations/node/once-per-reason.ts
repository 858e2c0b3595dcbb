import { some } from "../../model/words.ts";
import type { Stop } from "../../plan/decision.ts";

export interface Refused {
  readonly stop: Stop;
  readonly node: string | undefined;
}

/** What is the same for several nodes but for their name, or how long it has been so, is reported once and names them. */
export function oncePerReason(all: readonly Refused[]): readonly Stop[] {
  const reasons = Map.groupBy(all, ({ stop: { id = "", message }, node }) => {
    const unnamed = node === undefined ? message : message.replaceAll(node, "NODE");
    return `${id} ${unnamed.replaceAll(/\b\d+s\b/g, "TIME")}`;
  });
  return [...reasons.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const { stop } = first;
    const nodes = others.flatMap(({ node }) => (node === undefined || node === first.node ? [] : [node]));
    const named = first.node !== undefined && stop.message.includes(first.node);
    if (!named || nodes.length === 0) return [stop];
    return [{ ...stop, message: `${stop.message}; the same on ${some(nodes, 5)}` }];
  });
}
