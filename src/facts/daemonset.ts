import { backend, type Backend } from "../model/backend.ts";
import type { ClusterFacts } from "../model/cluster-facts.ts";
import { envValue, type ConfigMapFacts } from "../model/configmap.ts";
import type { DaemonSetFacts } from "../model/daemonset.ts";
import { datastore, type Datastore, type DatastoreType } from "../model/datastore.ts";
import { flavour } from "../model/install.ts";
import { belongsTo } from "../model/placement.ts";
import type { PodFacts } from "../model/pod.ts";
import type { Reading } from "../model/reading.ts";
import { calicoNodeContainer } from "../model/template.ts";
import { cniContainer } from "../model/workload.ts";
import type { Catalogue } from "../releases/catalogue.ts";
import type { Identified } from "../releases/release.ts";
import { kubernetesByDefault, releaseOfTemplate } from "../releases/running.ts";
import { map, unclear, type Unclear } from "./follows.ts";

/** One calico-node DaemonSet and what it tells of its Calico. */
export interface CalicoDaemonSet {
  readonly namespace: string;
  readonly name: string;
  readonly daemonSet: DaemonSetFacts;
  readonly flavour: "calico" | "canal";
  /** Of calico-node in the template: what pods made now run. */
  readonly image: string;
  /** The release that the template asks for. */
  readonly release: Identified;
  /** Where Calico keeps its data, and by what that is told. */
  readonly datastore: Datastore;
  readonly backend: Backend;
  /** What the CNI plugin is configured with, as text. */
  readonly cniConfig: Reading<string>;
  /** The pods that are its own. */
  readonly pods: Reading<readonly PodFacts[]>;
}

/** What a calico-node DaemonSet is judged by. */
export type DaemonSetReadings = Pick<ClusterFacts, "workloads" | "configMaps" | "pods">;

/** What one DaemonSet is: the only place where that is worked out. */
export function calicoDaemonSetOf(
  daemonSet: DaemonSetFacts,
  { workloads, configMaps, pods }: DaemonSetReadings,
  catalogue: Catalogue,
): CalicoDaemonSet {
  const { namespace, name, template } = daemonSet;
  const maps = configMapsIn(namespace, configMaps);
  const release = releaseOfTemplate(template, workloads.known ? workloads.value : [], catalogue);
  return {
    namespace,
    name,
    daemonSet,
    flavour: flavour(name, template),
    image: calicoNodeContainer(template)?.image ?? "",
    release,
    // From v2.4 on the image of calico-node alone tells its release, and the default changes with v3.17.
    datastore: datastore(template, maps, kubernetesByDefault(release)),
    backend: backend(template, maps),
    cniConfig: cniConfigOf(daemonSet, maps),
    pods: map(pods, (all) => all.filter((pod) => belongsTo(pod, daemonSet))),
  };
}

/** The datastore that all of these use: several DaemonSets are one Calico only where they share it. */
export function sharedDatastore(
  sets: readonly Pick<CalicoDaemonSet, "datastore">[],
): DatastoreType | "unknown" {
  const types = new Set(sets.map(({ datastore: { type } }) => type));
  const [only] = types;
  return types.size === 1 && only !== undefined ? only : "unknown";
}

/** The ConfigMaps that workloads of a namespace can read; none where they are not known. */
export function configMapsIn(
  namespace: string,
  configMaps: ClusterFacts["configMaps"],
): readonly ConfigMapFacts[] {
  return configMaps.known ? configMaps.value.filter((each) => each.namespace === namespace) : [];
}

function cniConfigOf({ name, template }: DaemonSetFacts, maps: readonly ConfigMapFacts[]): Reading<string> {
  const container = cniContainer(template);
  const value = container === undefined ? undefined : envValue(container, "CNI_NETWORK_CONFIG", maps);
  const found: string | Unclear =
    value === undefined
      ? unclear(`DaemonSet ${name} installs no CNI configuration`)
      : value === "unknown"
        ? unclear("the ConfigMap with cni_network_config could not be read")
        : value.value;
  return map({ known: true, value: found }, (text) => text);
}
