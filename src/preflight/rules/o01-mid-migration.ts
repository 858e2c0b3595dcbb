import { clusterRule } from "../cluster-rule.ts";

/** Calico-facts 5: nothing is touched while the operator takes a manifest install over. */
export const midMigration = clusterRule({
  id: "O01",
  severity: "error",
  needs: ["install"],
  steps: ["controller", "configmap", "node", "apply"],
  check({ install: { kind, evidence } }) {
    if (kind !== "migrating") return { outcome: "pass", because: `the install is of kind "${kind}"` };
    return {
      outcome: "fail",
      because: `the operator is taking over a manifest install: ${evidence.join("; ")}`,
      evidence: evidence.map((value) => ({ object: "install", field: "kind", value })),
      fix: "wait until it is done: kubectl get tigerastatus calico",
    };
  },
});
