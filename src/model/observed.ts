import { configMapFacts, type ConfigMapFacts } from "./configmap.ts";
import { daemonSetFacts, type DaemonSetFacts } from "./daemonset.ts";
import { eventFacts, type EventFacts } from "./event.ts";
import { installationFacts, runsCalicoNode, type InstallationFacts } from "./install.ts";
import type { KubeObject } from "./kube.ts";
import { nodeFacts, type NodeFacts } from "./node.ts";
import { podFacts, type PodFacts } from "./pod.ts";
import type { Reading } from "./reading.ts";
import { revisionFacts, type RevisionFacts } from "./revision.ts";
import type { Millis } from "./time.ts";
import { workloadFacts, type WorkloadFacts } from "./workload.ts";

/** What was read of a cluster, as it travelled. */
export interface RawObserved {
  /** `v1.36.4` */
  readonly serverVersion: string;
  /** The server's clock when it answered last. */
  readonly now: Millis;
  readonly nodes: Reading<readonly KubeObject[]>;
  readonly daemonSets: Reading<readonly KubeObject[]>;
  /** Deployments, and ReplicaSets where they may be Calico's controller. */
  readonly workloads: Reading<readonly KubeObject[]>;
  readonly pods: Reading<readonly KubeObject[]>;
  readonly revisions: Reading<readonly KubeObject[]>;
  readonly configMaps: Reading<readonly KubeObject[]>;
  /** The operator's Installation; known and undefined: there is none. */
  readonly installation: Reading<KubeObject | undefined>;
  readonly events: Reading<readonly KubeObject[]>;
}

/** The same as facts: only what Calico is and runs on, only the fields that are read. */
export interface Observed {
  readonly serverVersion: string;
  readonly now: Millis;
  readonly nodes: Reading<readonly NodeFacts[]>;
  /** Those that run calico-node, whatever they are called. */
  readonly daemonSets: Reading<readonly DaemonSetFacts[]>;
  readonly workloads: Reading<readonly WorkloadFacts[]>;
  readonly pods: Reading<readonly PodFacts[]>;
  readonly revisions: Reading<readonly RevisionFacts[]>;
  readonly configMaps: Reading<readonly ConfigMapFacts[]>;
  readonly installation: Reading<InstallationFacts | undefined>;
  readonly events: Reading<readonly EventFacts[]>;
}

export function observed(raw: RawObserved): Observed {
  return {
    serverVersion: raw.serverVersion,
    now: raw.now,
    nodes: mapReading(raw.nodes, (items) => items.map(nodeFacts)),
    daemonSets: mapReading(raw.daemonSets, calicoDaemonSets),
    workloads: mapReading(raw.workloads, (items) => items.flatMap((item) => workloadFacts(item) ?? [])),
    pods: mapReading(raw.pods, (items) => items.map(podFacts)),
    revisions: mapReading(raw.revisions, (items) => items.map(revisionFacts)),
    configMaps: mapReading(raw.configMaps, (items) => items.map(configMapFacts)),
    installation: mapReading(raw.installation, (item) =>
      item === undefined ? undefined : installationFacts(item),
    ),
    events: mapReading(raw.events, (items) => items.map(eventFacts)),
  };
}

/** The DaemonSets that run calico-node (hazard H20: there may be several). */
export function calicoDaemonSets(items: readonly KubeObject[]): readonly DaemonSetFacts[] {
  return items.map(daemonSetFacts).filter(({ template }) => runsCalicoNode(template));
}

export function mapReading<T, U>(reading: Reading<T>, change: (value: T) => U): Reading<U> {
  return reading.known ? { known: true, value: change(reading.value) } : reading;
}
