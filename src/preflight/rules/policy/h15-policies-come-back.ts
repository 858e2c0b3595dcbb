import { clusterRule } from "../../cluster-rule.ts";
import { some } from "../../some.ts";

/** Hazard H15, where the upgrade changes what policies mean. */
export const policiesComeBack = clusterRule({
  id: "H15",
  severity: "warning",
  page: {
    title: "no policy that is to be deleted comes back by itself",
    why: "A policy with an owner that makes it again (a chart, Argo CD, Flux, a controller) is there again after its deletion, and takes effect when Calico is past the boundary.",
    detected: "owner references and the marks of Helm, Argo CD and Flux on NetworkPolicies",
    fix: "Take them out where they come from, then run migrate-policy.",
    releases: "from before v2.3 (Kubernetes datastore) or v2.4 (etcd) to those and newer",
    sources: [
      "https://github.com/projectcalico/kube-controllers/issues/198",
      "https://argo-cd.readthedocs.io/en/stable/user-guide/auto_sync/#automatic-self-healing",
    ],
  },
  when: { changesPolicies: true },
  needs: ["networkPolicies"],
  steps: ["migrate-policy", "controller", "node", "apply"],
  check({ networkPolicies }) {
    const made = networkPolicies.filter(({ madeBy }) => madeBy.length > 0);
    if (made.length === 0) return { outcome: "pass", because: "nobody makes a policy again by himself" };
    return {
      outcome: "fail",
      because: `whoever deletes these gets them back: ${some(made.map(({ namespace, name, madeBy }) => `${namespace}/${name} (${madeBy.join(", ")})`))}`,
      evidence: made.map(({ namespace, name, madeBy }) => ({
        object: `NetworkPolicy ${namespace}/${name}`,
        field: "made by",
        value: madeBy.join(", "),
      })),
      fix: "take those that are to go out where they come from, before migrate-policy",
    };
  },
});
