import { configChange, markSays, staleReaders } from "./config-ledger.ts";
import { configMapsOf, type ConfigMapFacts } from "./configmap.ts";
import type { DaemonSetFacts } from "./daemonset.ts";
import type { Observed } from "./observed.ts";
import { neverReachedKubelet, type PodFacts } from "./pod.ts";
import type { Truth } from "./reading.ts";
import { upToDate } from "./rollout.ts";
import type { Millis } from "./time.ts";

/** Whether a pod runs with its present configuration, and which ConfigMap says otherwise. */
export interface ConfigAge {
  readonly current: Truth;
  /** The ConfigMap that was written after a container started. */
  readonly written?: string;
}

export const noConfig: ConfigAge = { current: "unknown" };

/**
 * Our mark on the pod first, then our note on the ConfigMap, then what the server knows of who wrote when.
 * Environment is read when a container starts, so each container is judged by its own start; init
 * containers run at the pod's creation (hazard H25). Without managedFields it is unknown; a missing
 * optional ConfigMap configures nothing.
 */
export function configOf(
  pod: PodFacts,
  daemonSet: DaemonSetFacts,
  { configMaps, revisions: read }: Pick<Observed, "configMaps"> & Partial<Pick<Observed, "revisions">>,
): ConfigAge {
  // A pod that no kubelet ever took has read nothing (hazard H31).
  if (!configMaps.known || neverReachedKubelet(pod)) return noConfig;
  const names = configMapsOf(daemonSet.template);
  const maps = configMaps.value.filter(
    ({ name, namespace }) => namespace === daemonSet.namespace && names.includes(name),
  );
  const marked = markSays(pod, daemonSet.template, maps);
  if (marked === true) return { current: true };
  const revisions = read?.known === true ? read.value : undefined;
  // A pod of an older template may read other keys.
  if (marked === false && upToDate(pod, daemonSet, revisions) === true)
    return { current: false, ...named(maps) };
  const changed = maps.find((map) => {
    const change = configChange(map);
    return change !== undefined && staleReaders(pod, daemonSet.template, map.name, change).length > 0;
  });
  if (changed !== undefined) return { current: false, written: changed.name };
  const starts: readonly (Millis | undefined)[] = [
    ...(pod.initContainers.length === 0 ? [] : [pod.created]),
    ...pod.containers.map(({ startedAt }) => startedAt),
  ];
  const later = maps.filter(({ written }) =>
    starts.some((start) => start !== undefined && written !== undefined && start < written.at),
  );
  const sure = later.find((map) => map.written?.surely === true && !cameBack(map));
  if (sure !== undefined) return { current: false, written: sure.name };
  const [unsure] = later;
  if (unsure !== undefined) return { current: "unknown", written: unsure.name };
  const allKnown = maps.every(({ written }) => written !== undefined) && !starts.includes(undefined);
  return { current: allKnown ? true : "unknown" };
}

/** That write gave values back which older pods may well have read: it does not tell whether they did. */
function cameBack(map: ConfigMapFacts): boolean {
  const change = configChange(map);
  return change?.since !== undefined && map.written !== undefined && map.written.at <= change.at;
}

/** The mark does not say which of several it was. */
function named(maps: readonly ConfigMapFacts[]): { readonly written?: string } {
  const [first] = maps;
  return first === undefined ? {} : { written: first.name };
}
