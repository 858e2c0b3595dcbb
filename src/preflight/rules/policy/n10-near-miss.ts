import { isolationAnnotation } from "../../../model/namespace.ts";
import { isDefaultDeny } from "../../../policy/migration.ts";
import { nearMiss } from "../../../policy/near-miss.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { boundaryReleases } from "../../policy-boundary.ts";
import { some } from "../../some.ts";
import { sh } from "../../../model/shell.ts";

const defaultDeny = '{"ingress":{"isolation":"DefaultDeny"}}';
const closing = (namespace: string): string =>
  sh`kubectl annotate --overwrite namespace ${namespace} ${isolationAnnotation}=${defaultDeny}`;

/** Calico-facts 2.2: such a namespace is open, and stays it. Said before its policies are deleted (N03). */
export const nearlyClosed = clusterRule({
  id: "N10",
  severity: "warning",
  page: {
    title: "no annotation misses DefaultDeny narrowly",
    why: "A key such as net.beta.kubernetes.io/networkpolicy or a value such as defaultdeny closes no namespace: it is open now, and its policies, which do nothing, are deleted by the migration. Somebody probably meant to close it.",
    detected: "annotations of namespaces whose key or value differs a little from the one that Calico reads",
    fix: "To close the namespace, correct the annotation, which takes effect immediately. Otherwise remove it.",
    commands: [closing("NAME")],
    releases: boundaryReleases,
    sources: [
      "policy controller v0.6.0 and libcalico-go v1.2.2, the last that read the annotation (calico/kube-controllers, calico/libcalico-go)",
    ],
  },
  when: { changesPolicies: true },
  needs: ["namespaces", "networkPolicies"],
  steps: ["migrate-policy"],
  check({ namespaces, networkPolicies }) {
    const closed = new Set(networkPolicies.filter(isDefaultDeny).map(({ namespace }) => namespace));
    const found = namespaces.flatMap((each) => {
      const miss = closed.has(each.name) ? undefined : nearMiss(each, isolationAnnotation);
      return miss === undefined ? [] : [miss];
    });
    const [first] = found;
    if (first === undefined) return { outcome: "pass", because: "no annotation misses DefaultDeny narrowly" };
    return {
      outcome: "fail",
      because: `open, although somebody probably meant to close it: ${some(found.map(({ namespace, key, value }) => `${namespace} (${key}: ${value})`))}`,
      evidence: found.map(({ namespace, key, value }) => ({
        object: `Namespace ${namespace}`,
        field: `metadata.annotations[${key}]`,
        value,
      })),
      fix: "correct the annotation to close the namespace, which takes effect immediately",
      commands: [closing(first.namespace)],
    };
  },
});
