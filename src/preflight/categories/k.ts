import { limits } from "../../releases/kubernetes.ts";
import type { ClusterRule } from "../cluster-rule.ts";
import { limitRule, testedKubernetes } from "../limit-rule.ts";

/** Kubernetes versions; those that the way or what changes between releases also name are B13, B26 and P04. */
export const kubernetesRules: readonly ClusterRule[] = [
  testedKubernetes,
  ...limits.filter(({ id }) => id.startsWith("K") || id === "B26").map(limitRule),
];
