import { isControlPlane, type NodeFacts } from "../../model/node.ts";
import { classOf, zoneOf } from "./classes.ts";
import type { FleetOrder, Pace } from "./pace.ts";

export interface Ordered {
  /** In the order in which they are done. */
  readonly nodes: readonly string[];
  /** The first of them, which stand for their class. */
  readonly canaries: readonly Canary[];
}

export interface Canary {
  readonly node: string;
  /** Architecture, OS image, kernel, kubelet, container runtime and role. */
  readonly class: string;
  /** How many more nodes of that class the run restarts. */
  readonly others: number;
}

const collator = new Intl.Collator("en", { numeric: true });

/**
 * Canaries first, then zone after zone, the control plane last. A class needs none where its only node is left to
 * do, or where one of its nodes is done. `proven`: nodes that are done.
 */
export function inFleetOrder(
  all: ReadonlyMap<string, NodeFacts>,
  names: readonly string[],
  proven: readonly string[],
  { order, canaries: perClass }: Pick<Pace, "order" | "canaries">,
): Ordered {
  const facts = names.flatMap((name) => all.get(name) ?? []);
  const sorted = order === "given" ? facts : facts.toSorted(before(order));
  const known = new Set(proven.flatMap((name) => classesOf(all.get(name))));
  const classes = Map.groupBy(sorted, classOf);
  const canaries = [...classes].flatMap(([name, nodes]) => {
    if (known.has(name) || nodes.length < 2) return [];
    // The last one is what the others are canaries for.
    const first = nodes.slice(0, Math.min(perClass, nodes.length - 1));
    return first.map((node) => ({ node, class: name, others: nodes.length - first.length }));
  });
  const isFirst = new Set(canaries.map(({ node }) => node.name));
  const rest = sorted.filter(({ name }) => !isFirst.has(name)).map(({ name }) => name);
  const first = canaries.toSorted((a, b) => last(a.node) - last(b.node));
  return {
    nodes: [...first.map(({ node }) => node.name), ...rest],
    canaries: first.map(({ node, ...each }) => ({ ...each, node: node.name })),
  };
}

function classesOf(node: NodeFacts | undefined): readonly string[] {
  return node === undefined ? [] : [classOf(node)];
}

function before(order: FleetOrder): (a: NodeFacts, b: NodeFacts) => number {
  return (a, b) =>
    last(a) - last(b) ||
    (order === "zone" ? collator.compare(zoneOf(a), zoneOf(b)) : 0) ||
    collator.compare(a.name, b.name);
}

function last(node: NodeFacts): number {
  return Number(isControlPlane(node));
}
