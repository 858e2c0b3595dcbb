import { isolationAnnotation } from "../../../model/namespace.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { boundaryReleases, pendingPolicies } from "../../policy-boundary.ts";
import { some } from "../../some.ts";
import { sh } from "../../../model/shell.ts";

/** Calico-facts 2.2: the drivers disagree about it, so the cluster does not say. P02 is what stops. */
export const unclearIsolation = clusterRule({
  id: "N01",
  severity: "warning",
  page: {
    title: "every isolation annotation can be read",
    why: "The old controller and the old Felix read invalid JSON, other types and other spellings of the annotation differently, so whether such a namespace is closed cannot be told from the cluster.",
    detected: "the annotation net.beta.kubernetes.io/network-policy of every namespace",
    fix: "migrate-policy --treat-as=NAMESPACE=isolated|open for each namespace that is named, or write the annotation properly.",
    releases: boundaryReleases,
    sources: [
      "policy controller v0.6.0 and libcalico-go v1.2.2, the last that read the annotation (calico/kube-controllers, calico/libcalico-go)",
    ],
  },
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
      fix: "say how the namespace is to be treated, =isolated or =open",
      commands: [sh`kubectl calico-upgrade migrate-policy --treat-as=${first.namespace}=isolated`],
    };
  },
});
