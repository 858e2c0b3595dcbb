import { inRange, isTested, rangeText, testedRange, type KubernetesLimit } from "../releases/kubernetes.ts";
import { clusterRule, type ClusterRule } from "./cluster-rule.ts";

/** A hard limit on the version of Kubernetes, asked about the target. */
export function limitRule(limit: KubernetesLimit): ClusterRule {
  const { id, releases, datastore, min, max, why } = limit;
  return clusterRule({
    id,
    severity: "error",
    when: { to: releases, ...(datastore === undefined ? {} : { datastore }) },
    needs: ["kubernetes"],
    steps: ["apply"],
    check({ kubernetes }, { to }) {
      const target = to?.known === true ? to.value.text : "the target";
      const field = [{ object: "API server", field: "gitVersion", value: kubernetes.text }];
      if (kubernetes.major === 1 && inRange(kubernetes.minor, limit))
        return {
          outcome: "pass",
          because: `${target} can be applied to Kubernetes ${kubernetes.text}`,
          evidence: field,
        };
      const range = rangeText({
        ...(min === undefined ? {} : { min }),
        ...(max === undefined ? {} : { max }),
      });
      return {
        outcome: "fail",
        because: `${target}: ${why}; this server is ${kubernetes.text}`,
        evidence: field,
        fix:
          min === undefined
            ? `take a newer release of Calico, which takes Kubernetes ${kubernetes.text}`
            : `upgrade Kubernetes to ${range} first`,
      };
    },
  });
}

/** K01: outside of the tested range much works; the documentation does not say so. */
export const testedKubernetes = clusterRule({
  id: "K01",
  severity: "warning",
  needs: ["kubernetes", "datastore", "running"],
  check({ kubernetes, datastore, running }, { to }) {
    if (to !== undefined && !to.known)
      return { outcome: "unknown", because: `the target is not known: ${to.message}` };
    const release = to?.value ?? running.newest;
    const range = testedRange(release, datastore);
    if (range === undefined)
      return { outcome: "n/a", because: `the documentation of ${release.text} names no Kubernetes versions` };
    const tested = kubernetes.major === 1 ? isTested(release, datastore, kubernetes.minor) : false;
    const because = `${release.text} was tested with Kubernetes ${rangeText(range)}; this server is ${kubernetes.text}`;
    if (tested === true) return { outcome: "pass", because };
    return {
      outcome: tested === false ? "fail" : "unknown",
      because,
      fix: "choose a release that was tested with it (kubectl calico-upgrade version --releases), or try it on another cluster first",
    };
  },
});
