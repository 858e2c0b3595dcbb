import { isolationAnnotation } from "../../model/namespace.ts";
import { clusterRule } from "../cluster-rule.ts";
import { pendingPolicies } from "../policy-boundary.ts";
import { some } from "../some.ts";

/** Calico-facts 2.2: the drivers disagree about it, so nobody can tell from the cluster. P02 is what stops. */
export const unclearIsolation = clusterRule({
  id: "N01",
  severity: "warning",
  when: { changesPolicies: true },
  needs: ["namespaces", "networkPolicies"],
  check({ namespaces, networkPolicies }) {
    const { unclear } = pendingPolicies(namespaces, networkPolicies);
    const [first] = unclear;
    if (first === undefined)
      return { outcome: "pass", because: "every isolation annotation can be read, or was decided" };
    const text = new Map(namespaces.map(({ name, annotation = "" }) => [name, annotation]));
    return {
      outcome: "fail",
      because: `whether they are closed cannot be told: ${some(unclear.map(({ namespace, why = "" }) => `${namespace} (${why})`))}`,
      evidence: unclear.map(({ namespace }) => ({
        object: `Namespace ${namespace}`,
        field: `metadata.annotations[${isolationAnnotation}]`,
        value: text.get(namespace) ?? "",
      })),
      fix: `kubectl calico-upgrade migrate-policy --treat-as=${first.namespace}=isolated|open`,
    };
  },
});
