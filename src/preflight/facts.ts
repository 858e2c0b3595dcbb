import { backend, type Backend } from "../model/backend.ts";
import type { ClusterFacts, ReadingName } from "../model/cluster-facts.ts";
import { envValue, type ConfigMapFacts } from "../model/configmap.ts";
import type { DaemonSetFacts } from "../model/daemonset.ts";
import { datastore, type Datastore, type DatastoreType } from "../model/datastore.ts";
import { flavour, installKind, type Install } from "../model/install.ts";
import { belongsTo } from "../model/placement.ts";
import type { PodFacts } from "../model/pod.ts";
import { known, type Reading } from "../model/reading.ts";
import { cniContainer } from "../model/workload.ts";
import type { Catalogue } from "../releases/catalogue.ts";
import { kubernetesByDefault, releaseOfTemplate } from "../releases/running.ts";
import { parseVersion, type Version } from "../releases/version.ts";
import { ebpfOf, vxlanOf } from "./dataplane.ts";
import { withoutEtcd } from "./etcd.ts";
import { both, map, unclear, type Unclear } from "./follows.ts";
import { askedOf, enforcingOf, runningOf, type Running } from "./running.ts";

/** What follows from the readings; unknown where one that it is made of is. */
export interface DerivedFacts {
  /** The calico-node DaemonSet that is judged. */
  readonly daemonSet: Reading<DaemonSetFacts>;
  /** Its pods. */
  readonly calicoPods: Reading<readonly PodFacts[]>;
  readonly running: Reading<Running>;
  /** The release that the DaemonSet's template asks for, the oldest where its images leave several. */
  readonly asked: Reading<Version>;
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
  readonly install: Reading<Install>;
  /** Of the API server. */
  readonly kubernetes: Reading<Version>;
  /** A Typha with replicas. */
  readonly typha: Reading<boolean>;
  readonly ebpf: Reading<boolean>;
  readonly vxlan: Reading<boolean>;
}

/** What rules look at: every reading of the cluster, and what follows from them. */
export interface PreflightFacts extends Pick<ClusterFacts, ReadingName>, DerivedFacts {}

/**
 * `daemonSet` as namespace/name where several run calico-node (hazard H20); without it the only one is
 * judged, and with several nothing is known of "the" DaemonSet.
 */
export function preflightFacts(
  cluster: ClusterFacts,
  catalogue: Catalogue,
  daemonSet?: string,
): PreflightFacts {
  const set = chosen(cluster, daemonSet);
  const pods = both(set, cluster.pods, (own, all) => all.filter((pod) => belongsTo(pod, own)));
  const maps =
    set.known && cluster.configMaps.known
      ? cluster.configMaps.value.filter((each) => each.namespace === set.value.namespace)
      : [];
  const signs = datastoreOf(set, maps, catalogue);
  const running = runningOf(cluster, set, pods, catalogue);
  const type = map(signs, ({ type }) => (type === "unknown" ? unclear("nothing tells the datastore") : type));
  const readings = withoutEtcd(cluster, type);
  const mode = map(set, (own) => {
    const found = backend(own.template, maps);
    return found === "unknown" ? unclear("CALICO_NETWORKING_BACKEND of calico-node cannot be told") : found;
  });
  return {
    ...readings,
    daemonSet: set,
    calicoPods: pods,
    running,
    asked: askedOf(cluster, set, catalogue),
    enforcing: enforcingOf(cluster, running, type, catalogue),
    datastore: type,
    datastoreSigns: signs,
    backend: mode,
    canal: map(set, ({ name, template }) => flavour(name, template) === "canal"),
    cniConfig: map(set, (own) => cniConfigOf(own, maps)),
    install: installOf(cluster, daemonSet),
    kubernetes: kubernetesOf(cluster.serverVersion),
    typha: map(cluster.workloads, (all) =>
      all.some(({ component, desired }) => component === "typha" && desired > 0),
    ),
    ebpf: ebpfOf(readings, set, maps),
    vxlan: vxlanOf(readings, set, maps, mode),
  };
}

function chosen(cluster: ClusterFacts, named: string | undefined): Reading<DaemonSetFacts> {
  return map(cluster.daemonSets, (sets) => {
    const names = sets.map(({ namespace, name }) => `${namespace}/${name}`);
    const fitting = named === undefined ? sets : sets.filter((_set, index) => names[index] === named);
    const [first, ...more] = fitting;
    if (first === undefined) {
      return unclear(
        named === undefined || sets.length === 0
          ? "no DaemonSet runs calico-node here"
          : `${named} is no DaemonSet that runs calico-node; those that do: ${names.join(", ")}`,
      );
    }
    return more.length === 0
      ? first
      : unclear(`several DaemonSets run calico-node: ${names.join(", ")}; name one with --daemonset`);
  });
}

function datastoreOf(
  set: Reading<DaemonSetFacts>,
  maps: readonly ConfigMapFacts[],
  catalogue: Catalogue,
): Reading<Datastore> {
  // From v2.4 on the image of calico-node alone tells its release, and the default changes with v3.17.
  return map(set, (own) =>
    datastore(own.template, maps, kubernetesByDefault(releaseOfTemplate(own.template, [], catalogue))),
  );
}

function installOf(cluster: ClusterFacts, named: string | undefined): Reading<Install> {
  const { daemonSets, nodes, installation } = cluster;
  for (const reading of [daemonSets, nodes, installation]) if (!reading.known) return reading;
  const sets = map(daemonSets, (all) =>
    named === undefined ? all : all.filter(({ namespace, name }) => `${namespace}/${name}` === named),
  );
  return known(installKind({ daemonSets: sets, nodes, installation }));
}

function kubernetesOf(text: string): Reading<Version> {
  const version = parseVersion(text);
  return version === undefined
    ? { known: false, why: "failed", message: "the server did not tell its version" }
    : known(version);
}

function cniConfigOf(set: DaemonSetFacts, maps: readonly ConfigMapFacts[]): string | Unclear {
  const container = cniContainer(set.template);
  const value = container === undefined ? undefined : envValue(container, "CNI_NETWORK_CONFIG", maps);
  if (value === undefined) return unclear(`DaemonSet ${set.name} installs no CNI configuration`);
  return value === "unknown"
    ? unclear("the ConfigMap with cni_network_config could not be read")
    : value.value;
}
