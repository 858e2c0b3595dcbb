import { configMapsOf } from "./configmap.ts";
import type { DaemonSetFacts } from "./daemonset.ts";
import type { Observed } from "./observed.ts";
import type { PodFacts } from "./pod.ts";
import type { Truth } from "./reading.ts";
import type { Millis } from "./time.ts";

/** Whether a pod runs with its present configuration, and which ConfigMap says otherwise. */
export interface ConfigAge {
  readonly current: Truth;
  /** The ConfigMap that was written after a container started. */
  readonly written?: string;
}

export const noConfig: ConfigAge = { current: "unknown" };

/**
 * Environment is read when a container starts, so each container is judged by its own start; init
 * containers run at the pod's creation (hazard H25). Without managedFields it is unknown; a missing
 * optional ConfigMap configures nothing.
 */
export function configOf(
  pod: PodFacts,
  daemonSet: DaemonSetFacts,
  { configMaps }: Pick<Observed, "configMaps">,
): ConfigAge {
  if (!configMaps.known) return noConfig;
  const names = configMapsOf(daemonSet.template);
  const maps = configMaps.value.filter(
    ({ name, namespace }) => namespace === daemonSet.namespace && names.includes(name),
  );
  const starts: readonly (Millis | undefined)[] = [
    ...(pod.initContainers.length === 0 ? [] : [pod.created]),
    ...pod.containers.map(({ startedAt }) => startedAt),
  ];
  const later = maps.filter(({ written }) =>
    starts.some((start) => start !== undefined && written !== undefined && start < written.at),
  );
  const sure = later.find(({ written }) => written?.surely === true);
  if (sure !== undefined) return { current: false, written: sure.name };
  const [unsure] = later;
  if (unsure !== undefined) return { current: "unknown", written: unsure.name };
  const allKnown = maps.every(({ written }) => written !== undefined) && !starts.includes(undefined);
  return { current: allKnown ? true : "unknown" };
}
