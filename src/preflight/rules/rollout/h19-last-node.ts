import { isControlPlane } from "../../../model/node.ts";
import type { RulePage } from "../../../model/rule-page.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { nodeRule } from "../../node-rule.ts";

const page: RulePage = {
  title: "another node can take new pods during the restart",
  why: "While the only schedulable node (of its role) is cordoned, new pods wait. With --drain its pods would have nowhere to go: that is refused.",
  override: "--ignore-preflight-errors=H19",
  detected: "which nodes are Ready and schedulable, and their roles",
  fix: "Nothing: new pods wait about a minute. With --drain: run it without.",
  sources: ["https://github.com/projectcalico/node/issues/823"],
};

/** Hazard H19 before a node is chosen: a warning only, such clusters must be upgradable. */
export const singleNode = clusterRule({
  id: "H19",
  severity: "warning",
  page,
  needs: ["nodes"],
  check({ nodes }) {
    const open = nodes.filter(({ ready, unschedulable }) => ready === true && !unschedulable);
    if (open.length > 1) return { outcome: "pass", because: `${open.length} nodes are schedulable` };
    return {
      outcome: "fail",
      because:
        open.length === 0
          ? "no node is Ready and schedulable"
          : `only node ${open[0]?.name ?? ""} is schedulable: new pods wait while it is cordoned, about a minute`,
      evidence: nodes
        .filter((node) => !open.includes(node))
        .map(({ name, unschedulable }) => ({
          object: `Node ${name}`,
          field: "spec.unschedulable",
          value: String(unschedulable),
        })),
      ...(open.length === 0
        ? {
            fix: "repair or uncordon a node first",
            commands: ["kubectl get nodes", "kubectl uncordon NODE"],
          }
        : { fix: "nothing; --no-cordon leaves the node schedulable" }),
    };
  },
});

const refused = { outcome: "fail", severity: "error", fix: "run it without --drain" } as const;

function nowhere(node: string, which = ""): string {
  return `pods${which} that are evicted from node ${node} have nowhere to go`;
}

/** Hazard H19: one-node clusters and single control-plane nodes must be upgradable: a warning, and refused where it is drained. */
export const lastNode = nodeRule({
  id: "H19",
  severity: "warning",
  page,
  rank: 6,
  needs: ["nodes"],
  check({ nodes }, { node: name, noCordon, drains }) {
    const node = nodes.get(name);
    if (node === undefined || noCordon) return { outcome: "n/a", because: "the node is not cordoned" };
    const schedulable = [...nodes.values()].filter(
      (other) => other.name !== name && !other.unschedulable && other.ready === true,
    );
    if (schedulable.length === 0) {
      if (drains === true) return { ...refused, because: `no other node is schedulable: ${nowhere(name)}` };
      return {
        outcome: "fail",
        because: `no other node is schedulable: new pods wait while node ${name} is cordoned, about a minute`,
      };
    }
    if (isControlPlane(node) && !schedulable.some(isControlPlane)) {
      if (drains === true)
        return {
          ...refused,
          because: `no other control-plane node is schedulable: ${nowhere(name, " that need one")}`,
        };
      return {
        outcome: "fail",
        because: `no other control-plane node is schedulable: pods that need one wait while node ${name} is cordoned, about a minute`,
      };
    }
    return { outcome: "pass", because: `${schedulable.length} other schedulable nodes` };
  },
});
