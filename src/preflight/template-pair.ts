import type { ConfigMapFacts } from "../model/configmap.ts";
import type { DaemonSetFacts } from "../model/daemonset.ts";
import type { Subject, TargetManifest } from "./subject.ts";

/** A calico-node with what its settings come from. */
export interface ConfiguredDaemonSet {
  readonly daemonSet: DaemonSetFacts;
  readonly configMaps: readonly ConfigMapFacts[];
}

/** The live calico-node and the file's. */
export interface TemplatePair {
  readonly live: ConfiguredDaemonSet;
  readonly file: ConfiguredDaemonSet;
  readonly manifest: TargetManifest;
}

/**
 * undefined: the file has no calico-node that takes the live one's place. A ConfigMap that the file leaves
 * out stays as it is in the cluster.
 */
export function templatePair(
  { manifest }: Subject,
  live: DaemonSetFacts,
  configMaps: readonly ConfigMapFacts[],
): TemplatePair | undefined {
  const sets = manifest?.facts.daemonSets;
  if (manifest === undefined || sets === undefined || !sets.known) return undefined;
  const own = sets.value.find(({ name, namespace }) => name === live.name && isIn(namespace, live));
  if (own === undefined) return undefined;
  const here = configMaps.filter(({ namespace }) => namespace === live.namespace);
  const maps = manifest.facts.configMaps.known ? manifest.facts.configMaps.value : [];
  const brought = maps.filter(({ namespace }) => isIn(namespace, live));
  const kept = here.filter(({ name }) => !brought.some((map) => map.name === name));
  return {
    live: { daemonSet: live, configMaps: here },
    file: { daemonSet: own, configMaps: [...brought, ...kept] },
    manifest,
  };
}

/** An object without a namespace goes where kubectl's context says, which the file does not tell. */
function isIn(namespace: string, { namespace: wanted }: DaemonSetFacts): boolean {
  return namespace === wanted || namespace === "";
}
