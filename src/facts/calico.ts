import type { Backend } from "../model/backend.ts";
import type { ClusterFacts } from "../model/cluster-facts.ts";
import type { DaemonSetFacts } from "../model/daemonset.ts";
import type { Datastore, DatastoreType } from "../model/datastore.ts";
import type { NamespacedName } from "../model/kube.ts";
import type { PodFacts } from "../model/pod.ts";
import { known, type Reading } from "../model/reading.ts";
import type { Catalogue } from "../releases/catalogue.ts";
import { parseVersion, type Version } from "../releases/version.ts";
import { calicoDaemonSetOf, configMapsIn, type CalicoDaemonSet } from "./daemonset.ts";
import { ebpfOf, vxlanOf } from "./dataplane.ts";
import { withoutEtcd } from "./etcd.ts";
import { map, unclear, unclearReading } from "./follows.ts";
import { installKind, installOf, type Install } from "./install.ts";
import { askedOf, beginsOf, enforcingOf, runningOf, type Running } from "./running.ts";
import { whichDaemonSet } from "./which.ts";

/** Which Calico runs here: what follows from the readings, unknown where one that it is made of is. */
export interface CalicoFacts {
  /** Every calico-node DaemonSet. */
  readonly all: Reading<readonly CalicoDaemonSet[]>;
  /** The one that is meant (hazard H20): what follows is about it. */
  readonly chosen: Reading<CalicoDaemonSet>;
  /** As it was read. */
  readonly daemonSet: Reading<DaemonSetFacts>;
  /** Its pods. */
  readonly calicoPods: Reading<readonly PodFacts[]>;
  readonly running: Reading<Running>;
  /** The release that the DaemonSet's template asks for, the oldest where its images leave several. */
  readonly asked: Reading<Version>;
  /** The oldest release that anything of it runs: where the way to another one begins. */
  readonly begins: Reading<Version>;
  /**
   * The oldest release of what gives policies their meaning: with etcd the controller does for the whole
   * cluster, otherwise each calico-node for its node (calico-facts 2.3).
   */
  readonly enforcing: Reading<Version>;
  readonly datastore: Reading<DatastoreType>;
  /** What the datastore is told by, and whether that is contradictory. */
  readonly datastoreSigns: Reading<Datastore>;
  readonly backend: Reading<Exclude<Backend, "unknown">>;
  readonly canal: Reading<boolean>;
  /** What the CNI plugin is configured with, as text. */
  readonly cniConfig: Reading<string>;
  /** Known only where all was read that could say otherwise. */
  readonly install: Reading<Install>;
  /** By the marks that could be read. */
  readonly installSeen: Install;
  /** Of the API server. */
  readonly kubernetes: Reading<Version>;
  /** A Typha with replicas. */
  readonly typha: Reading<boolean>;
  readonly ebpf: Reading<boolean>;
  readonly vxlan: Reading<boolean>;
}

/** From a cluster, a manifest or a facts file alike; `named` where several DaemonSets run calico-node. */
export function calicoFacts(
  cluster: ClusterFacts,
  catalogue: Catalogue,
  named?: NamespacedName,
): CalicoFacts {
  const all = map(cluster.daemonSets, (sets) =>
    sets.map((set) => calicoDaemonSetOf(set, cluster, catalogue)),
  );
  const chosen = whichDaemonSet(all, named);
  const daemonSet = map(chosen, (own) => own.daemonSet);
  const pods = chosen.known ? chosen.value.pods : chosen;
  const running = runningOf(chosen, catalogue);
  const datastore = map(chosen, ({ datastore: { type } }) =>
    type === "unknown" ? unclear("nothing tells the datastore") : type,
  );
  const backend = map(chosen, (own) =>
    own.backend === "unknown"
      ? unclear("CALICO_NETWORKING_BACKEND of calico-node cannot be told")
      : own.backend,
  );
  const maps = chosen.known ? configMapsIn(chosen.value.namespace, cluster.configMaps) : [];
  const readings = withoutEtcd(cluster, datastore);
  return {
    all,
    chosen,
    daemonSet,
    calicoPods: pods,
    running,
    asked: askedOf(chosen),
    begins: beginsOf(cluster, chosen, running, catalogue),
    enforcing: enforcingOf(cluster, running, datastore, catalogue),
    datastore,
    datastoreSigns: map(chosen, (own) => own.datastore),
    backend,
    canal: map(chosen, ({ flavour }) => flavour === "canal"),
    cniConfig: chosen.known ? chosen.value.cniConfig : chosen,
    install: installOf(cluster, named),
    installSeen: installKind(cluster, named),
    kubernetes: kubernetesOf(cluster.serverVersion),
    typha: map(cluster.workloads, (workloads) =>
      workloads.some(({ component, desired }) => component === "typha" && desired > 0),
    ),
    ebpf: ebpfOf(readings, daemonSet, maps),
    vxlan: vxlanOf(readings, daemonSet, maps, backend),
  };
}

function kubernetesOf(text: string): Reading<Version> {
  const version = parseVersion(text);
  return version === undefined ? unclearReading("the server did not tell its version") : known(version);
}
