import { shouldRun } from "../../../model/placement.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { sh } from "../../../model/shell.ts";

/** Typha takes a port of its node (5473), so each replica needs a node of its own (calico-facts 1.4). */
export const typhaRoom = clusterRule({
  id: "S09",
  severity: "warning",
  page: {
    title: "every replica of Typha has a node",
    why: "Typha takes port 5473 of its node, so two of them do not fit on one; with a replica that stays Pending its rollout does not end.",
    detected: "replicas of Typha, and nodes that are Ready, schedulable and selected by its template",
    fix: "Scale Typha down to the nodes that there are, or uncordon a node.",
    sources: ["manifests of v3.0 and newer", "https://docs.tigera.io/calico/latest/reference/typha/overview"],
  },
  needs: ["workloads", "nodes"],
  steps: ["apply"],
  check({ workloads, nodes }) {
    const typha = workloads.find(({ component, desired }) => component === "typha" && desired > 0);
    if (typha === undefined) return { outcome: "n/a", because: "no Typha is in use" };
    const open = nodes.filter(
      (node) => node.ready === true && !node.unschedulable && shouldRun(node, typha.template) === true,
    );
    const because = `Typha has ${typha.desired} replicas, and ${open.length} nodes take it`;
    if (open.length >= typha.desired) return { outcome: "pass", because };
    return {
      outcome: "fail",
      because: `${because}: the others stay Pending, and nodes without Typha's answer get no updates`,
      evidence: [
        {
          object: `Deployment ${typha.namespace}/${typha.name}`,
          field: "spec.replicas",
          value: String(typha.desired),
        },
      ],
      fix: "scale Typha down to the nodes that accept it, or uncordon a node",
      commands: [
        sh`kubectl scale deployment -n ${typha.namespace} ${typha.name} --replicas=${String(Math.max(1, open.length))}`,
      ],
    };
  },
});
