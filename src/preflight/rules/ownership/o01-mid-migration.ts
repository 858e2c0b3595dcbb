import { clusterRule } from "../../cluster-rule.ts";

/** Calico-facts 5: nothing is touched while the operator takes a manifest install over. */
export const midMigration = clusterRule({
  id: "O01",
  severity: "error",
  page: {
    title: "the install is not between a manifest and the operator",
    why: "While the operator takes over a manifest install both keep a calico-node; whatever is changed during the move breaks it.",
    detected:
      "the node label projectcalico.org/operator-node-migration, the operator's Installation and the calico-node DaemonSets",
    fix: "Let the migration to the operator finish first.",
    commands: ["kubectl get tigerastatus calico"],
    sources: [
      "documentation of the operator migration (operations/operator-migration)",
      "https://github.com/tigera/operator",
    ],
  },
  needs: ["install"],
  steps: ["controller", "configmap", "node", "apply"],
  check({ install: { kind, evidence } }) {
    if (kind !== "migrating") return { outcome: "pass", because: `the install is of kind "${kind}"` };
    return {
      outcome: "fail",
      because: `the operator is taking over a manifest install: ${evidence.join("; ")}`,
      evidence: evidence.map((value) => ({ object: "install", field: "kind", value })),
      fix: "wait until it is done",
      commands: ["kubectl get tigerastatus calico"],
    };
  },
});
