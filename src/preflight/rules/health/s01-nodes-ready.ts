import { clusterRule } from "../../cluster-rule.ts";
import { some } from "../../some.ts";
import { sh } from "../../../model/shell.ts";

/** Health: calico-facts 6, rows 14 and 15. */
export const nodesReady = clusterRule({
  id: "S01",
  severity: "warning",
  page: {
    title: "every node is Ready",
    why: "A node that is not Ready does not take its new calico-node, and up to v3.5 one unreachable peer keeps the others from becoming Ready.",
    detected: "the Ready condition of the nodes",
    fix: "Repair the nodes, or remove them from the cluster, before the upgrade.",
    sources: [
      "https://github.com/projectcalico/calico/issues/2211",
      "https://github.com/projectcalico/calico/issues/2561",
    ],
  },
  needs: ["nodes"],
  steps: ["apply"],
  check({ nodes }) {
    const bad = nodes.filter(({ ready }) => ready !== true);
    if (bad.length === 0) return { outcome: "pass", because: `${nodes.length} of ${nodes.length} are Ready` };
    return {
      outcome: "fail",
      because: `${bad.length} of ${nodes.length} nodes are not Ready: ${some(bad.map(({ name }) => name))}`,
      evidence: bad.map(({ name, ready, readyReason }) => ({
        object: `Node ${name}`,
        field: "status.conditions[Ready]",
        value: `${ready === "unknown" ? "Unknown" : "False"}${readyReason === undefined ? "" : ` (${readyReason})`}`,
      })),
      fix: "repair the node first: its conditions and events say why",
      commands: [sh`kubectl describe node ${bad[0]?.name ?? ""}`],
    };
  },
});
