import type { ClusterFacts } from "../../model/cluster-facts.ts";
import type { NeededRight } from "../../model/right.ts";
import { rightsOfSteps } from "../../plan/upgrade/permissions.ts";
import type { StepId } from "../../plan/upgrade/plan.ts";

/** Every step that an upgrade can have. */
const everyStep: readonly StepId[] = [
  "policy",
  "data",
  "expand",
  "typha",
  "controller",
  "configmap",
  "template",
  "nodes",
  "contract",
];

/** Steps of an upgrade that is not planned because nothing is known of its target. */
export const usualSteps = everyStep.filter((step) => step !== "policy" && step !== "data");

/** The rights that these steps need on this cluster; by default those of every step there is. */
export function rightsFor(
  { daemonSets, served }: Pick<ClusterFacts, "daemonSets" | "served">,
  steps: readonly StepId[] = everyStep,
): readonly NeededRight[] {
  const [set] = daemonSets.known ? daemonSets.value : [];
  const versions = served.known ? served.value.groupVersions : ["apps/v1", "networking.k8s.io/v1"];
  return rightsOfSteps(steps, {
    namespace: set?.namespace ?? "kube-system",
    daemonSet: set?.name ?? "calico-node",
    workloads: versions.some((each) => each.startsWith("apps/")) ? "apps" : "extensions",
    policies: versions.includes("networking.k8s.io/v1") ? "networking.k8s.io" : "extensions",
  });
}
