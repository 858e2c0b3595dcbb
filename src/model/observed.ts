import type { ConfigMapFacts } from "./configmap.ts";
import { daemonSetFacts, type DaemonSetFacts } from "./daemonset.ts";
import type { EventFacts } from "./event.ts";
import { runsCalicoNode, type InstallationFacts } from "./install.ts";
import type { KubeObject } from "./kube.ts";
import type { NodeFacts } from "./node.ts";
import type { PodFacts } from "./pod.ts";
import { known, type Reading } from "./reading.ts";
import type { RevisionFacts } from "./revision.ts";
import type { Millis } from "./time.ts";
import { isCalicoForWindows } from "./windows.ts";
import type { WorkloadFacts } from "./workload.ts";

/** What was read of a cluster: facts, each with the reason why where it could not be read. */
export interface Observed {
  /** `v1.36.4`; empty when the server did not say. */
  readonly serverVersion: string;
  /** The server's clock when it answered last. */
  readonly now: Millis;
  readonly nodes: Reading<readonly NodeFacts[]>;
  /** Those that run calico-node, whatever they are called (hazard H20: there may be several). */
  readonly daemonSets: Reading<readonly DaemonSetFacts[]>;
  /** Calico for Windows: none of them is a calico-node of its own (hazard H20). */
  readonly windowsSets: Reading<readonly DaemonSetFacts[]>;
  /** Calico's controllers and Typha. */
  readonly workloads: Reading<readonly WorkloadFacts[]>;
  readonly pods: Reading<readonly PodFacts[]>;
  /** Our own short pods, looked for only where a run works on a DaemonSet or has left its lease. */
  readonly ownPods?: readonly PodFacts[];
  readonly revisions: Reading<readonly RevisionFacts[]>;
  readonly configMaps: Reading<readonly ConfigMapFacts[]>;
  /** The operator's Installation; known and undefined: there is none. */
  readonly installation: Reading<InstallationFacts | undefined>;
  /** Events that say why a pod does not get on; asked for only where one does not. */
  readonly events: Reading<readonly EventFacts[]>;
}

/** A DaemonSet that runs calico-node; undefined for every other one. */
export function calicoDaemonSet(raw: KubeObject): DaemonSetFacts | undefined {
  const facts = daemonSetFacts(raw);
  return runsCalicoNode(facts.template) ? facts : undefined;
}

/** A DaemonSet that runs Calico on Windows nodes. */
export function windowsDaemonSet(raw: KubeObject): DaemonSetFacts | undefined {
  const facts = daemonSetFacts(raw);
  return isCalicoForWindows(facts.template) ? facts : undefined;
}

/** Several readings of one kind as one: the values of all, or the first reason why one is not known. */
export function allOf<T>(readings: readonly Reading<readonly T[]>[]): Reading<readonly T[]> {
  const value: T[] = [];
  for (const reading of readings) {
    if (!reading.known) return reading;
    value.push(...reading.value);
  }
  return known(value);
}
