import { selects } from "../../model/label-selector.ts";
import type { NodeFacts } from "../../model/node.ts";
import type { NodeSelection } from "./pace.ts";

/** Whether a run is about this node. */
export function isSelected({ names, labels, exclude }: NodeSelection, node: NodeFacts): boolean {
  if (names !== undefined && !names.includes(node.name)) return false;
  if (labels !== undefined && !selects(labels, node.labels)) return false;
  return !exclude.some((each) =>
    each.kind === "node" ? each.name === node.name : selects(each.selector, node.labels),
  );
}

/** Every node that the selection names, also to leave it out. */
export function namedNodes({ names = [], exclude }: NodeSelection): readonly string[] {
  const excluded = exclude.flatMap((each) => (each.kind === "node" ? [each.name] : []));
  return [...new Set([...names, ...excluded])];
}
