import type { ClusterFacts } from "../../model/cluster-facts.ts";
import type { NamespacedName } from "../../model/kube.ts";
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

/** Where upstream's manifests have it: what is asked about where it cannot be seen. */
const usualDaemonSet: NamespacedName = { namespace: "kube-system", name: "calico-node" };

/**
 * The rights that these steps need for these DaemonSets, each of which may be the one that is upgraded
 * (hazard H20); by default those of every step there is.
 */
export function rightsFor(
  daemonSets: readonly NamespacedName[],
  { served }: Pick<ClusterFacts, "served">,
  steps: readonly StepId[] = everyStep,
): readonly NeededRight[] {
  const versions = served.known ? served.value.groupVersions : ["apps/v1", "networking.k8s.io/v1"];
  const sets = daemonSets.length > 0 ? daemonSets : [usualDaemonSet];
  const rights = sets.flatMap(({ namespace, name }) =>
    rightsOfSteps(steps, {
      namespace,
      daemonSet: name,
      workloads: versions.some((each) => each.startsWith("apps/")) ? "apps" : "extensions",
      policies: versions.includes("networking.k8s.io/v1") ? "networking.k8s.io" : "extensions",
    }),
  );
  return [...new Map(rights.map((right) => [JSON.stringify(right), right])).values()];
}
