import type { ClusterFacts } from "../../model/cluster-facts.ts";
import { daemonSetFacts } from "../../model/daemonset.ts";
import { calicoDaemonSet } from "../../model/observed.ts";
import { known, type Reading } from "../../model/reading.ts";
import { workloadFacts } from "../../model/workload.ts";
import type { UndoTarget } from "./staged-entries.ts";

/** What will be seen when these objects are as they were: every pod of a DaemonSet runs its former template. */
export function asUndone(seen: ClusterFacts, gone: readonly UndoTarget[]): ClusterFacts {
  if (gone.length === 0) return seen;
  const isThere = ({ kind, namespace, name }: WorkloadName): boolean =>
    gone.some(({ entry }) => entry.kind === kind && entry.namespace === namespace && entry.name === name);
  const before = gone.flatMap((target) => target.before ?? []);
  const images = new Map(
    gone.flatMap(({ before: was, live }) =>
      was?.kind === "DaemonSet" && live?.metadata.uid !== undefined
        ? [[live.metadata.uid, imagesOf(was)] as const]
        : [],
    ),
  );
  return {
    ...seen,
    daemonSets: mapped(seen.daemonSets, (all) => [
      ...all.filter((facts) => !isThere({ ...facts, kind: "DaemonSet" })),
      ...before.flatMap((object) => (object.kind === "DaemonSet" ? (calicoDaemonSet(object) ?? []) : [])),
    ]),
    workloads: mapped(seen.workloads, (all) => [
      ...all.filter((facts) => !isThere(facts)),
      ...before.flatMap((object) => (hasWorkload.has(object.kind) ? (workloadFacts(object) ?? []) : [])),
    ]),
    pods: mapped(seen.pods, (all) =>
      all.map((pod) => {
        const former = images.get(pod.owner ?? "");
        if (former === undefined) return pod;
        const containers = pod.containers.map((each) => ({
          ...each,
          image: former.get(each.name) ?? each.image,
        }));
        return { ...pod, containers };
      }),
    ),
  };
}

interface WorkloadName {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

const hasWorkload = new Set(["Deployment", "ReplicaSet"]);

function imagesOf(daemonSet: Parameters<typeof daemonSetFacts>[0]): ReadonlyMap<string, string> {
  const { template } = daemonSetFacts(daemonSet);
  return new Map(template.containers.map(({ name, image }) => [name, image]));
}

function mapped<T>(reading: Reading<readonly T[]>, change: (all: readonly T[]) => readonly T[]) {
  return reading.known ? known(change(reading.value)) : reading;
}
