import { configMapsOf, type ConfigMapFacts } from "../model/configmap.ts";
import type { DaemonSetFacts } from "../model/daemonset.ts";
import { readingNames, type ClusterFacts, type ReadingName } from "../model/cluster-facts.ts";
import { purposeLabel } from "../model/names.ts";
import { allOf } from "../model/observed.ts";
import type { PodFacts } from "../model/pod.ts";
import { known, type Reading } from "../model/reading.ts";
import type { Millis } from "../model/time.ts";
import type { WorkloadFacts } from "../model/workload.ts";
import type { ListSelection } from "./list.ts";
import { observeEvents } from "./observe-events.ts";
import { listedGroups, observeDependants, observeListed, servedReading } from "./observe-listed.ts";
import {
  readConfigMap,
  readDaemonSets,
  readInstallation,
  readNodes,
  readPods,
  readRevisions,
  readWorkloads,
  type DiscoveredConnection,
} from "./observe-lists.ts";
import type { Connection, Discovery } from "./port.ts";
import { notAsked, readingOf } from "./reading.ts";

/** Groups that observing asks discovery about. */
export const observedGroups: readonly string[] = ["", "apps", "extensions", "operator.tigera.io"];

/**
 * What `observe` can be asked for; whether this user may do something is asked with access reviews, and which objects are
 * read whole depends on a file.
 */
export type Need = Exclude<ReadingName, "rights" | "installed">;

export function isNeed(name: ReadingName): name is Need {
  return name !== "rights" && name !== "installed";
}

/** All of it. */
export const observableNames: readonly Need[] = readingNames.filter(isNeed);

/** Groups that discovery has to be asked about for these. */
export function groupsFor(needs: readonly Need[]): readonly string[] {
  return [...new Set([...observedGroups, ...listedGroups(needs)])];
}

/** What a run may have of a cluster, by its watches. DaemonSets tell where the other readings are. */
export type Watched = Partial<
  Pick<ClusterFacts, "nodes" | "daemonSets" | "pods" | "revisions" | "workloads" | "configMaps" | "ownPods">
>;

export interface ObserveOptions {
  /** Only these are asked for. */
  readonly needs: readonly Need[];
  /** What is known already is not read. */
  readonly known?: Watched;
  /** Where Calico is looked for first; it is found anywhere. */
  readonly namespace: string;
  /** This machine's clock, for a server that does not send its own. */
  readonly now: Millis;
}

/** `k8s-app` of Calico's own pods in upstream's manifests: one list brings them all. */
const usualLabels = [
  "calico-node",
  "canal",
  "canal-node",
  "calico-kube-controllers",
  "calico-policy",
  "calico-typha",
];
const usualSelector = `k8s-app in (${usualLabels.join(",")})`;
/** What nearly every manifest takes environment from; the second from v3.13 on, where it exists. */
const usualConfigMaps = ["calico-config", "kubernetes-services-endpoint"];

/**
 * Reads what is needed side by side: the core lists while discovery is on its way, the others when it
 * is there, and a second look only where Calico is not where it usually is. What cannot be read is a
 * reading that says why. Throws ApiError 401 when the server does not know who asks.
 */
export async function observe(
  given: Connection,
  discovered: Promise<Discovery>,
  { needs, known: before = {}, namespace, now }: ObserveOptions,
): Promise<ClusterFacts> {
  const { connection, clock } = timed(given);
  const ask = <T>(need: Need, read: () => Promise<Reading<T>>): Promise<Reading<T>> =>
    needs.includes(need) && !(need in before) ? read() : Promise.resolve(notAsked);
  const usual: ListSelection = { namespace, labelSelector: usualSelector };
  const early = Promise.all([
    ask("nodes", () => readNodes(connection)),
    ask("pods", () => readPods(connection, usual)),
    Promise.all(
      usualConfigMaps.map((name) => ask("configMaps", () => readConfigMap(connection, namespace, name))),
    ),
  ]);
  // It is awaited below: until then its failure must not pass for one that nobody looks at.
  early.catch(() => undefined);
  const source: DiscoveredConnection = { connection, discovery: await readingOf(() => discovered) };
  const bothRead =
    before.daemonSets === undefined && (needs.includes("daemonSets") || needs.includes("windowsSets"))
      ? readDaemonSets(source, namespace)
      : Promise.resolve({ linux: before.daemonSets ?? notAsked, windows: notAsked });
  const setsRead = bothRead.then(({ linux }) => linux);
  const [daemonSets, listed, revisions, workloads, installation, dependants] = await Promise.all([
    setsRead,
    observeListed(source, needs, async () => placesOf(await setsRead, namespace)),
    ask("revisions", () => readRevisions(source, usual)),
    ask("workloads", () => controllersIn(source, namespace)),
    ask("installation", () => readInstallation(source)),
    ask("dependants", () => observeDependants(source)),
  ]);
  const [nodes, pods, usualMaps] = await early;
  const sets = daemonSets.known ? daemonSets.value : [];
  const unusual = sets.filter((set) => set.namespace !== namespace || !bringsAllPods(set));
  const elsewhere = [...new Set(sets.map((set) => set.namespace))].filter((name) => name !== namespace);
  const [otherPods, otherRevisions, otherWorkloads, configMaps] = await Promise.all([
    ask("pods", () => each(unusual, (set) => readPods(connection, selectionOf(set)))),
    ask("revisions", () => each(unusual, (set) => readRevisions(source, selectionOf(set)))),
    ask("workloads", () => each(elsewhere, (name) => controllersIn(source, name))),
    ask("configMaps", () => configMapsFor(connection, sets, namespace, usualMaps)),
  ]);
  const ownPods =
    needs.includes("pods") && before.ownPods === undefined ? await readOwnPods(connection, sets) : [];
  const usualCounts = isUsualPlace(sets, namespace);
  const both = <T>(first: Reading<readonly T[]>, other: Reading<readonly T[]>): Reading<readonly T[]> =>
    usualCounts ? allOf([first, other]) : other;
  const facts = {
    serverVersion: source.discovery.known ? source.discovery.value.version : "",
    nodes,
    daemonSets,
    windowsSets: await ask("windowsSets", async () => (await bothRead).windows),
    pods: unique(both(pods, otherPods)),
    ...(ownPods.length === 0 ? {} : { ownPods }),
    revisions: unique(both(revisions, otherRevisions)),
    workloads: both(workloads, otherWorkloads),
    configMaps,
    installation,
    ...listed,
    served: needs.includes("served") ? servedReading(source.discovery) : notAsked,
    dependants,
    rights: notAsked,
    installed: notAsked,
    ...before,
  };
  const events = await ask("events", () => observeEvents(connection, facts, clock() ?? now));
  return { ...facts, events, now: clock() ?? now };
}

/** Pods of ours that are there: a process that was killed leaves them, and its lease. */
async function readOwnPods(
  connection: Connection,
  sets: readonly DaemonSetFacts[],
): Promise<readonly PodFacts[]> {
  const leased = sets.filter(({ run }) => run !== undefined);
  const read = await each(leased, ({ namespace }) =>
    readPods(connection, { namespace, labelSelector: purposeLabel }),
  );
  return read.known ? read.value : [];
}

/** The namespaces of Calico. */
function placesOf(sets: Reading<readonly DaemonSetFacts[]>, usual: string): readonly string[] {
  return [...new Set([usual, ...(sets.known ? sets.value.map((set) => set.namespace) : [])])];
}

/** What was read in the usual place counts unless Calico turned out to be only elsewhere. */
function isUsualPlace(sets: readonly DaemonSetFacts[], namespace: string): boolean {
  return sets.length === 0 || sets.some((set) => set.namespace === namespace);
}

/** Whether the list that brings the pods of this DaemonSet brings those of all components of its install. */
export function bringsAllPods({ selector }: Pick<DaemonSetFacts, "selector">): boolean {
  return usualLabels.includes(selector["k8s-app"] ?? "");
}

/** The lists that bring the pods of these DaemonSets, and their revisions. */
export function podSelections(sets: readonly DaemonSetFacts[], namespace: string): readonly ListSelection[] {
  const unusual = sets.filter((set) => set.namespace !== namespace || !bringsAllPods(set));
  const usual = isUsualPlace(sets, namespace) ? [{ namespace, labelSelector: usualSelector }] : [];
  return [...usual, ...unusual.map(selectionOf)];
}

async function each<T, U>(
  items: readonly T[],
  read: (item: T) => Promise<Reading<readonly U[]>>,
): Promise<Reading<readonly U[]>> {
  return allOf(await Promise.all(items.map(read)));
}

function selectionOf({ namespace, selector }: DaemonSetFacts): ListSelection {
  const labelSelector = Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  return { namespace, labelSelector };
}

/**
 * Controllers and Typha of a namespace. A ReplicaSet that is one (v1.x; calico-facts 1.3), under whatever
 * name and labels, is looked for where its API group is served, or where no other controller is found.
 */
async function controllersIn(
  source: DiscoveredConnection,
  namespace: string,
): Promise<Reading<readonly WorkloadFacts[]>> {
  const mayBeOld = source.discovery.known && source.discovery.value.find("daemonsets", ["extensions"]);
  if (mayBeOld) {
    return allOf(
      await Promise.all([
        readWorkloads(source, "deployments", { namespace }),
        readWorkloads(source, "replicasets", { namespace }),
      ]),
    );
  }
  const found = await readWorkloads(source, "deployments", { namespace });
  if (!found.known || found.value.some(({ component }) => component === "controller")) return found;
  return allOf([found, await readWorkloads(source, "replicasets", { namespace })]);
}

/** The ConfigMaps that calico-node takes its environment from; `usual` was read already. */
async function configMapsFor(
  connection: Connection,
  sets: readonly DaemonSetFacts[],
  namespace: string,
  usual: readonly Reading<ConfigMapFacts | undefined>[],
): Promise<Reading<readonly ConfigMapFacts[]>> {
  const wanted = new Map(
    sets.flatMap((set) =>
      configMapsOf(set.template).map((name) => [
        `${set.namespace}/${name}`,
        { namespace: set.namespace, name },
      ]),
    ),
  );
  const readings = await Promise.all(
    [...wanted.values()].map(async (map) => {
      const read = map.namespace === namespace ? usual[usualConfigMaps.indexOf(map.name)] : undefined;
      return read ?? (await readConfigMap(connection, map.namespace, map.name));
    }),
  );
  return allOf(
    readings.map((reading) =>
      reading.known ? { known: true, value: reading.value === undefined ? [] : [reading.value] } : reading,
    ),
  );
}

function unique<T extends { readonly uid: string }>(reading: Reading<readonly T[]>): Reading<readonly T[]> {
  if (!reading.known) return reading;
  return known([...new Map(reading.value.map((item) => [item.uid, item])).values()]);
}

/** The same connection, with the newest time that the server has told. */
function timed(given: Connection): {
  readonly connection: Connection;
  readonly clock: () => Millis | undefined;
} {
  let latest: Millis | undefined;
  const connection: Connection = {
    ...given,
    async request(request) {
      const answer = await given.request(request);
      if (answer.date !== undefined) latest = Math.max(latest ?? 0, answer.date);
      return answer;
    },
  };
  return { connection, clock: () => latest };
}
