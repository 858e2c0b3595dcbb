import { backend, type Backend } from "../model/backend.ts";
import type { ClusterFacts, ReadingName } from "../model/cluster-facts.ts";
import { envValue, type ConfigMapFacts } from "../model/configmap.ts";
import type { DaemonSetFacts } from "../model/daemonset.ts";
import { datastore, type Datastore, type DatastoreType } from "../model/datastore.ts";
import { flavour, installKind, type Install } from "../model/install.ts";
import { belongsTo } from "../model/placement.ts";
import type { PodFacts } from "../model/pod.ts";
import { known, type Reading } from "../model/reading.ts";
import { calicoNodeContainer } from "../model/template.ts";
import { cniContainer } from "../model/workload.ts";
import type { Catalogue } from "../releases/catalogue.ts";
import type { Identified } from "../releases/release.ts";
import { kubernetesByDefault, releaseOfPod, releaseOfTemplate } from "../releases/running.ts";
import { compareVersions, parseVersion, type Version } from "../releases/version.ts";
import { withoutEtcd } from "./etcd.ts";

/** Which releases calico-node runs: an upgrade begins at the oldest. */
export interface Running {
  readonly oldest: Version;
  readonly newest: Version;
}

/** What follows from the readings; unknown where one that it is made of is. */
export interface DerivedFacts {
  /** The calico-node DaemonSet that is judged. */
  readonly daemonSet: Reading<DaemonSetFacts>;
  /** Its pods. */
  readonly calicoPods: Reading<readonly PodFacts[]>;
  readonly running: Reading<Running>;
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
  const signs = datastoreOf(cluster, set, catalogue);
  const type = map(signs, ({ type }) => (type === "unknown" ? unclear("nothing tells the datastore") : type));
  const readings = withoutEtcd(cluster, type);
  const mode = map(set, (own) => {
    const found = backend(own.template, mapsOf(own, cluster));
    return found === "unknown" ? unclear("CALICO_NETWORKING_BACKEND of calico-node cannot be told") : found;
  });
  return {
    ...readings,
    daemonSet: set,
    calicoPods: pods,
    running: runningOf(cluster, set, pods, catalogue),
    datastore: type,
    datastoreSigns: signs,
    backend: mode,
    canal: map(set, ({ name, template }) => flavour(name, template) === "canal"),
    cniConfig: map(set, (own) => cniConfigOf(own, cluster)),
    install: installOf(cluster, daemonSet),
    kubernetes: kubernetesOf(cluster.serverVersion),
    typha: map(cluster.workloads, (all) =>
      all.some(({ component, desired }) => component === "typha" && desired > 0),
    ),
    ebpf: ebpfOf(readings, set, cluster),
    vxlan: vxlanOf(readings, mode),
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

function mapsOf({ namespace }: DaemonSetFacts, { configMaps }: ClusterFacts): readonly ConfigMapFacts[] {
  return configMaps.known ? configMaps.value.filter((each) => each.namespace === namespace) : [];
}

function datastoreOf(
  cluster: ClusterFacts,
  set: Reading<DaemonSetFacts>,
  catalogue: Catalogue,
): Reading<Datastore> {
  const workloads = cluster.workloads.known ? cluster.workloads.value : [];
  return map(set, (own) =>
    datastore(
      own.template,
      mapsOf(own, cluster),
      kubernetesByDefault(releaseOfTemplate(own.template, workloads, catalogue)),
    ),
  );
}

function runningOf(
  cluster: ClusterFacts,
  set: Reading<DaemonSetFacts>,
  pods: Reading<readonly PodFacts[]>,
  catalogue: Catalogue,
): Reading<Running> {
  const workloads = cluster.workloads.known ? cluster.workloads.value : [];
  return both(set, pods, ({ template }, own) => {
    const found = own.map((pod) => releaseOfPod(pod, catalogue));
    const all = found.length === 0 ? [releaseOfTemplate(template, workloads, catalogue)] : found;
    const unknown = all.find(({ candidates }) => candidates.length === 0);
    if (unknown !== undefined)
      return unclear(`an image of calico-node does not tell its release: ${unknown.text}`);
    const versions = all.flatMap(versionsOf).toSorted(compareVersions);
    const [oldest] = versions;
    const newest = versions.at(-1);
    return oldest === undefined || newest === undefined
      ? unclear("no image of calico-node tells its release")
      : { oldest, newest };
  });
}

function versionsOf({ candidates }: Identified): readonly Version[] {
  return candidates.flatMap((name) => parseVersion(name) ?? []);
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

function cniConfigOf(set: DaemonSetFacts, cluster: ClusterFacts): string | Unclear {
  const container = cniContainer(set.template);
  const value =
    container === undefined ? undefined : envValue(container, "CNI_NETWORK_CONFIG", mapsOf(set, cluster));
  if (value === undefined) return unclear(`DaemonSet ${set.name} installs no CNI configuration`);
  return value === "unknown"
    ? unclear("the ConfigMap with cni_network_config could not be read")
    : value.value;
}

function ebpfOf(
  { felixConfigurations }: Pick<ClusterFacts, "felixConfigurations">,
  set: Reading<DaemonSetFacts>,
  cluster: ClusterFacts,
): Reading<boolean> {
  const container = set.known ? calicoNodeContainer(set.value.template) : undefined;
  const told =
    set.known && container !== undefined
      ? envValue(container, "FELIX_BPFENABLED", mapsOf(set.value, cluster))
      : undefined;
  if (told === "unknown") return unclearReading("FELIX_BPFENABLED of calico-node cannot be told");
  if (told !== undefined) return known(told.value.toLowerCase() === "true");
  return map(felixConfigurations, (all) => all.some(({ spec }) => spec["bpfEnabled"] === true));
}

function vxlanOf(
  { ipPools }: Pick<ClusterFacts, "ipPools">,
  mode: DerivedFacts["backend"],
): Reading<boolean> {
  if (mode.known && mode.value === "vxlan") return known(true);
  return map(ipPools, (pools) =>
    pools.some(({ spec }) => spec["vxlanMode"] === "Always" || spec["vxlanMode"] === "CrossSubnet"),
  );
}

/** A reading that was made, and says nothing. */
interface Unclear {
  readonly unclear: string;
}

function unclear(message: string): Unclear {
  return { unclear: message };
}

function unclearReading(message: string): Reading<never> {
  return { known: false, why: "failed", message };
}

function isUnclear(value: unknown): value is Unclear {
  return typeof value === "object" && value !== null && "unclear" in value;
}

function map<A, B>(reading: Reading<A>, make: (value: A) => B | Unclear): Reading<Exclude<B, Unclear>> {
  if (!reading.known) return reading;
  const made = make(reading.value);
  return isUnclear(made) ? unclearReading(made.unclear) : known(made as Exclude<B, Unclear>);
}

function both<A, B, C>(
  one: Reading<A>,
  other: Reading<B>,
  make: (one: A, other: B) => C | Unclear,
): Reading<Exclude<C, Unclear>> {
  return one.known ? map(other, (value) => make(one.value, value)) : one;
}
