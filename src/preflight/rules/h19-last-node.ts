import type { NodeFacts } from "../../model/node.ts";
import { nodeRule } from "../node-rule.ts";

const controlPlaneRoles = new Set(["control-plane", "master"]);

/** Hazard H19: one-node clusters and single control-plane nodes must be upgradable: a warning only. */
export const lastNode = nodeRule({
  id: "H19",
  severity: "warning",
  needs: ["nodes"],
  check({ nodes }, { node: name, noCordon }) {
    const node = nodes.get(name);
    if (node === undefined || noCordon) return { outcome: "n/a", because: "the node is not cordoned" };
    const schedulable = [...nodes.values()].filter(
      (other) => other.name !== name && !other.unschedulable && other.ready === true,
    );
    if (schedulable.length === 0) {
      return {
        outcome: "fail",
        because: `no other node is schedulable: new pods wait while node ${name} is cordoned, about a minute`,
      };
    }
    if (isControlPlane(node) && !schedulable.some(isControlPlane)) {
      return {
        outcome: "fail",
        because: `no other control-plane node is schedulable: pods that need one wait while node ${name} is cordoned, about a minute`,
      };
    }
    return { outcome: "pass", because: `${schedulable.length} other schedulable nodes` };
  },
});

function isControlPlane(node: NodeFacts): boolean {
  return node.roles.some((role) => controlPlaneRoles.has(role));
}
