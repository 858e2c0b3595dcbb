import { clusterRule } from "../../cluster-rule.ts";
import { sh } from "../../../model/shell.ts";

/** Calico-facts 5: the operator takes a manifest install over as soon as there is an Installation. */
export const operatorWaits = clusterRule({
  id: "O07",
  severity: "warning",
  page: {
    title: "no operator waits beside a manifest install",
    why: "As soon as there is an Installation the operator takes the manifest install over, in the middle of whatever is done to it.",
    detected: "the Deployment tigera-operator, the Installation, and who runs calico-node",
    fix: "Scale the operator to 0 for the time of the upgrade, or migrate to it first.",
    sources: [
      "documentation of the operator migration (operations/operator-migration)",
      "https://github.com/tigera/operator/pull/3157",
    ],
  },
  when: { operator: false },
  needs: ["operators", "installation"],
  check({ operators, installation }) {
    const [first] = operators;
    if (first === undefined) return { outcome: "pass", because: "the operator is not installed" };
    const name = `${first.namespace}/${first.name}`;
    return {
      outcome: "fail",
      because: `the operator (Deployment ${name}) is installed beside this Calico: ${installation === undefined ? "with an Installation it takes it over" : "there is an Installation, so it takes it over"}, all nodes restarting`,
      evidence: [{ object: `Deployment ${name}`, field: "spec.replicas", value: String(first.desired) }],
      fix: "scale the operator to 0 during the upgrade, or migrate to it first",
      commands: [sh`kubectl scale deployment -n ${first.namespace} ${first.name} --replicas=0`],
    };
  },
});
