import { clusterRule } from "../cluster-rule.ts";

/** Hazard H19 before a node is chosen: a warning only, such clusters must be upgradable. */
export const singleNode = clusterRule({
  id: "H19",
  severity: "warning",
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
      fix:
        open.length === 0
          ? "kubectl get nodes; kubectl uncordon NODE"
          : "nothing; --no-cordon leaves the node schedulable",
    };
  },
});
