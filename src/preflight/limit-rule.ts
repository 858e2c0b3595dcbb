import { inRange, rangeText, type KubernetesLimit } from "../releases/kubernetes.ts";
import { clusterRule, type ClusterRule } from "./cluster-rule.ts";
import { limitPage } from "./limit-page.ts";

/** A hard limit on the version of Kubernetes, asked about the target. */
export function limitRule(limit: KubernetesLimit): ClusterRule {
  const { id, releases, datastore, min, max, why } = limit;
  return clusterRule({
    id,
    severity: "error",
    page: () => limitPage(limit),
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
