import { staleReaders, type ConfigChange } from "../../model/config-ledger.ts";
import { podsByNode } from "../../model/placement.ts";
import type { PodFacts } from "../../model/pod.ts";
import { isControllerPod, type WorkloadFacts } from "../../model/workload.ts";
import type { Prepared } from "./prepare.ts";

/** Nodes whose calico-node started before the change and reads a changed key, in the order of their names. */
export function staleNodes({ seen, daemonSet, ref }: Prepared, change: ConfigChange): readonly string[] {
  if (!seen.pods.known) return [];
  return [...podsByNode(seen.pods.value, daemonSet)]
    .flatMap(([node, [pod]]) =>
      pod !== undefined && staleReaders(pod, daemonSet.template, ref.name, change).length > 0 ? [node] : [],
    )
    .toSorted();
}

/** The controller or Typha, where a pod of it started before the change and reads a changed key. */
export function staleWorkload(
  { seen, workloads, ref }: Prepared,
  component: WorkloadFacts["component"],
  change: ConfigChange,
): WorkloadFacts | undefined {
  if (!seen.pods.known) return undefined;
  const pods = seen.pods.value.filter(({ deletedAt }) => deletedAt === undefined);
  return workloads.find(
    (workload) =>
      workload.component === component &&
      workload.desired > 0 &&
      pods.some(
        (pod) => runsAs(pod, workload) && staleReaders(pod, workload.template, ref.name, change).length > 0,
      ),
  );
}

/** A controller is one whoever made it: an adopted pod may carry other labels. */
function runsAs(pod: PodFacts, { component, selector, template }: WorkloadFacts): boolean {
  if (component === "controller") return isControllerPod(pod);
  const wanted = Object.entries(Object.keys(selector).length === 0 ? template.labels : selector);
  return wanted.length > 0 && wanted.every(([key, value]) => pod.labels[key] === value);
}
