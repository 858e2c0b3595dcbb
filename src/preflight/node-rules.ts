import type { RulePage } from "../model/rule-page.ts";
import type { NodeRule } from "./node-rule.ts";
import type { RuleId } from "./rules/ids.ts";
import { rulesOfNode } from "./rules/of-node.ts";

/** What stands before the restart of one node; the worst first. */
export const nodeRules: readonly NodeRule[] = rulesOfNode.toSorted((a, b) => a.rank - b.rank);

/** undefined: it is no rule of the node step. */
export function nodeRulePage(id: RuleId): RulePage | undefined {
  return nodeRules.find((rule) => rule.id === id)?.page;
}
