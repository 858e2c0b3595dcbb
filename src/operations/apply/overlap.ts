import { ruleError } from "../../errors.ts";
import type { KubeObject } from "../../model/kube.ts";
import type { NodeFacts } from "../../model/node.ts";
import { shouldRun } from "../../model/placement.ts";
import { templateFacts } from "../../model/template.ts";
import { some } from "../../model/words.ts";
import type { ApplyTarget } from "../../plan/apply/target.ts";
import { templateOf } from "../../plan/pod-of-template.ts";

/** A calico-node DaemonSet that the file adds is for other nodes: two on one node fight over it (hazard H20). */
export function refuseOverlap(
  desired: KubeObject,
  added: readonly Pick<ApplyTarget, "object" | "ref">[],
  nodes: readonly NodeFacts[],
): void {
  for (const { object, ref } of added) {
    const both = nodes.filter((node) =>
      [desired, object].every((set) => shouldRun(node, templateFacts(templateOf(set))) !== false),
    );
    if (both.length === 0) continue;
    throw ruleError(
      "H20",
      `DaemonSets ${desired.metadata.name} and ${ref.name} of the file would both run calico-node on ${some(both.map(({ name }) => name))}; give them node selectors that leave each node to one of them`,
    );
  }
}
