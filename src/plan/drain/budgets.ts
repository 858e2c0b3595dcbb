import { selects } from "../../model/label-selector.ts";
import type { BudgetFacts } from "../../model/object-facts.ts";
import { plural, some } from "../../model/words.ts";
import type { NodeWorld } from "../node/world.ts";
import type { DrainRules } from "./goal.ts";
import { drainOf } from "./rules.ts";

/** PodDisruptionBudgets that would hold back pods of these nodes now, a line each: said before the run begins. */
export function closedBudgets(
  { drainPods = [], daemonSet }: Pick<NodeWorld, "drainPods" | "daemonSet">,
  rules: DrainRules,
  budgets: readonly BudgetFacts[],
  nodes: readonly string[],
): readonly string[] {
  const pods = nodes.flatMap((node) => drainOf(drainPods, node, rules, daemonSet?.facts.uid).evict);
  return budgets.flatMap(({ namespace, name, selector, allowed, needs, has }) => {
    if (allowed !== 0) return [];
    const held = pods.filter((pod) => pod.namespace === namespace && selects(selector, pod.labels));
    if (held.length === 0) return [];
    const on = [...new Set(held.map(({ node }) => node))];
    const figures =
      needs === undefined || has === undefined ? "" : ` (needs ${needs} healthy pods and has ${has})`;
    return [
      `PodDisruptionBudget ${namespace}/${name} allows no eviction now${figures}: ${plural(held.length, "pod")} on ${some(on, 5)} would wait for it`,
    ];
  });
}
