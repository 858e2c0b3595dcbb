import { staleReaders, type ConfigChange } from "../../model/config-ledger.ts";
import { podsByNode } from "../../model/placement.ts";
import type { PodFacts } from "../../model/pod.ts";
import { isControllerPod, type WorkloadFacts } from "../../model/workload.ts";
import type { Prepared } from "./prepare.ts";

/** Who may read a ConfigMap, as far as it was looked at. */
export interface Readers extends Pick<Prepared, "daemonSet" | "workloads" | "ref"> {
  readonly seen: Pick<Prepared["seen"], "pods">;
}

/** What started before a change and reads a changed key. */
export interface Stale {
  readonly typha?: WorkloadFacts;
  readonly controller: boolean;
  readonly nodes: readonly string[];
}

export const nothingStale: Stale = { controller: false, nodes: [] };

export function staleBy(readers: Readers, change: ConfigChange): Stale {
  const typha = staleWorkload(readers, "typha", change);
  return {
    ...(typha === undefined ? {} : { typha }),
    controller: staleWorkload(readers, "controller", change) !== undefined,
    nodes: staleNodes(readers, change),
  };
}

export function isOpen({ typha, controller, nodes }: Stale): boolean {
  return typha !== undefined || controller || nodes.length > 0;
}

/** Nodes whose calico-node started before the change and reads a changed key, in the order of their names. */
function staleNodes({ seen, daemonSet, ref }: Readers, change: ConfigChange): readonly string[] {
  if (!seen.pods.known) return [];
  return [...podsByNode(seen.pods.value, daemonSet)]
    .flatMap(([node, [pod]]) =>
      pod !== undefined && staleReaders(pod, daemonSet.template, ref.name, change).length > 0 ? [node] : [],
    )
    .toSorted();
}

/** The controller or Typha, where a pod of it started before the change and reads a changed key. */
function staleWorkload(
  { seen, workloads, ref }: Readers,
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
