import { clusterRule } from "../cluster-rule.ts";
import { some } from "../some.ts";

/** Health: calico-facts 6, rows 14 and 15. */
export const nodesReady = clusterRule({
  id: "S01",
  severity: "warning",
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
      fix: `kubectl describe node ${bad[0]?.name ?? ""}`,
    };
  },
});
