import { usualNamespace } from "../../cluster/facts-reader.ts";
import { discover } from "../../cluster/discovery.ts";
import type { Followed } from "../../cluster/follow.ts";
import { list, type Listed } from "../../cluster/list.ts";
import { bringsAllPods, observedGroups } from "../../cluster/observe.ts";
import { readConfigMap, readInstallation } from "../../cluster/observe-lists.ts";
import type { Connection, Discovery } from "../../cluster/port.ts";
import { apiError, isApiError, userError } from "../../errors.ts";
import { bgpInUse } from "../../model/backend.ts";
import { configMapsOf, type ConfigMapFacts } from "../../model/configmap.ts";
import type { DaemonSetFacts } from "../../model/daemonset.ts";
import type { InstallationFacts } from "../../model/install.ts";
import type { KubeObject } from "../../model/kube.ts";
import type { ImagePull } from "../../model/node-record.ts";
import type { ApiResource } from "../../model/api-resource.ts";
import type { PodFacts } from "../../model/pod.ts";
import type { Reading, Truth } from "../../model/reading.ts";
import type { Served } from "../../model/served.ts";
import { calicoNodeContainer, type TemplateFacts } from "../../model/template.ts";
import { limitOf, plainPace } from "../../plan/fleet/pace.ts";
import type { NodePlaces } from "../../plan/node/writes.ts";
import type { NodeWorld } from "../../plan/node/world.ts";
import { changeSignal } from "../../perform/change-signal.ts";
import {
  followDaemonSet,
  followNodes,
  followPods,
  liveNodeWorld,
  type LiveDaemonSet,
} from "../../perform/node-world.ts";
import type { LiveWorld } from "../../perform/run.ts";
import { dataGroups } from "../migrate-data/read.ts";
import { chooseDaemonSet } from "./choose.ts";
import type { RunFacts } from "./guard.ts";
import { followOldData } from "./old-data.ts";
import type { OpenDrain } from "./drain.ts";
import type { Session } from "../session.ts";
import type { NodesRequest } from "./request.ts";
import { readLoadBalancers, readMesh, readRestartTime, surroundingGroups } from "./surroundings.ts";

/** Everything that a node run looks at, read and followed until the signal aborts. */
export interface OpenNodes {
  readonly discovery: Discovery;
  readonly chosen: DaemonSetFacts;
  readonly installation: Reading<InstallationFacts | undefined>;
  readonly configMaps: readonly ConfigMapFacts[];
  readonly environment: ConfigMapsReading;
  readonly places: NodePlaces;
  readonly live: LiveWorld<NodeWorld>;
  /** The DaemonSet, followed. */
  readonly daemonSets: Followed<LiveDaemonSet>;
  /** The pods of all components in the namespace of the DaemonSet; undefined: only calico-node's are followed. */
  readonly calicoPods?: Followed<PodFacts>;
  readonly runFacts: RunFacts;
  /** Where the run drains its nodes. */
  readonly drain?: OpenDrain;
  /** What this run has pulled, by node. */
  readonly pulled: Map<string, PulledImages>;
  /** Reads again what is only looked at now and again; a run that follows what this one has written begins with it. */
  readonly refresh: () => Promise<void>;
}

export interface PulledImages extends ImagePull {
  /** Full names: the kubelet lists them later. */
  readonly images: ReadonlySet<string>;
}

const nodes: ApiResource = { group: "", version: "v1", resource: "nodes", kind: "Node" };
const pods: ApiResource = { group: "", version: "v1", resource: "pods", kind: "Pod" };

/** Reads side by side what does not depend on each other: discovery, nodes, the DaemonSet, its pods. */
export async function openNodes(
  { connection, clock }: Pick<Session, "connection" | "clock">,
  options: Pick<NodesRequest, "daemonSet" | "probeImage" | "pace" | "drain">,
  signal: AbortSignal,
): Promise<OpenNodes> {
  const changes = changeSignal();
  const followed = followNodes(connection, signal, changes.notify);
  const discovered = discover(
    connection,
    [
      ...new Set([
        ...observedGroups,
        ...surroundingGroups,
        ...dataGroups,
        ...(options.drain === undefined ? [] : ["policy"]),
      ]),
    ],
    signal,
  );
  const discovery = await discovered;
  const usual = usualNamespace(connection, options.daemonSet);
  const [listed, installation] = await Promise.all([
    listDaemonSets(connection, served(discovery, "daemonsets", ["apps", "extensions"]), usual),
    readInstallation({ connection, discovery: { known: true, value: discovery } }),
    followed.ready,
  ]);
  const { chosen, raw } = chooseDaemonSet(
    listed.items,
    installation,
    [...followed.objects.values()],
    options.daemonSet,
  );
  const environment = await readConfigMaps(connection, chosen);
  const configMaps = environment.known ? environment.value : environment.found;
  const bgp: Truth = bgpInUse(chosen.template, configMaps);
  const places = {
    daemonSets: served(discovery, "daemonsets", ["apps", "extensions"]),
    revisions: served(discovery, "controllerrevisions", ["apps"]),
  };
  const drain =
    options.drain === undefined
      ? undefined
      : await (
          await import("./drain.ts")
        ).openDrain(connection, discovery, options.drain, signal, changes.notify);
  const daemonSets = followDaemonSet(connection, places.daemonSets, chosen, {
    found: { items: [raw], resourceVersion: listed.resourceVersion },
    signal,
    onChange: changes.notify,
  });
  const calicoPods = followPods(connection, chosen, signal, changes.notify);
  // Of one node at a time it is not asked.
  const asksMesh = bgp !== false && limitOf(options.pace ?? plainPace, followed.objects.size) > 1;
  const [live, restartTime, mesh, loadBalancers, oldData] = await Promise.all([
    liveNodeWorld(connection, changes, {
      daemonSet: chosen,
      daemonSets,
      places,
      nodes: followed,
      pods: calicoPods,
      ...(drain === undefined ? {} : { drain: drain.pods }),
      probes: options.probeImage !== undefined,
      now: clock.now,
      signal,
    }),
    bgp === false ? { known: true as const, value: undefined } : readRestartTime(connection, discovery),
    asksMesh ? readMesh(connection, discovery) : { known: true as const, value: bgp === true },
    readLoadBalancers(connection, discovery),
    followOldData(connection, discovery, changes.notify, signal),
  ]);
  return {
    discovery,
    chosen,
    installation,
    configMaps,
    environment,
    places: { nodes, pods, daemonSets: places.daemonSets },
    live,
    daemonSets,
    ...(bringsAllPods(chosen) ? { calicoPods } : {}),
    runFacts: {
      bgp,
      restartTime,
      mesh,
      serverVersion: discovery.version,
      loadBalancers,
      oldData: oldData.latest,
    },
    ...(drain === undefined ? {} : { drain }),
    pulled: new Map(),
    refresh: oldData.refresh,
  };
}

/** All DaemonSets; for somebody who may not look everywhere, those of the usual namespace. */
async function listDaemonSets(
  connection: Connection,
  place: Served,
  usual: string,
): Promise<Listed<KubeObject>> {
  try {
    return await list(connection, place);
  } catch (error) {
    if (!isApiError(error) || error.status !== 403) throw error;
    return await list(connection, place, { namespace: usual });
  }
}

/** Every ConfigMap that a restart is judged by; where one could not be read, why, and the others. */
type ConfigMapsReading =
  | Extract<Reading<readonly ConfigMapFacts[]>, { known: true }>
  | (Extract<Reading<never>, { known: false }> & { readonly found: readonly ConfigMapFacts[] });

/** The ConfigMaps that calico-node takes its environment from; one that cannot be read leaves facts unknown. */
async function readConfigMaps(connection: Connection, daemonSet: DaemonSetFacts): Promise<ConfigMapsReading> {
  const readings = await Promise.all(
    neededConfigMaps(daemonSet.template).map((name) => readConfigMap(connection, daemonSet.namespace, name)),
  );
  const found = readings.flatMap((reading) =>
    reading.known && reading.value !== undefined ? [reading.value] : [],
  );
  const unread = readings.find((reading) => !reading.known);
  return unread === undefined ? { known: true, value: found } : { ...unread, found };
}

/** What is looked for in the environment of calico-node before a restart. */
const asked = ["CALICO_NETWORKING_BACKEND", "DATASTORE_TYPE"];

/** Whole ConfigMaps taken as environment matter only where what is asked is not named variable by variable. */
function neededConfigMaps(template: TemplateFacts): readonly string[] {
  const container = calicoNodeContainer(template);
  const named = asked.every((each) => container?.env.some(({ name }) => name === each) === true);
  if (container === undefined || !named) return configMapsOf(template);
  return [...new Set(container.env.flatMap(({ from }) => (from?.kind === "ConfigMap" ? [from.name] : [])))];
}

/** kubectl's words for each node that is not there; the first is thrown, all are reported. */
export function missingNodes(world: NodeWorld, names: readonly string[]): readonly Error[] {
  return names
    .filter((name) => !world.nodes.has(name))
    .map((name) => apiError({ status: 404, reason: "NotFound", message: `nodes "${name}" not found` }));
}

export function served(discovery: Discovery, resource: string, groups: readonly string[]): Served {
  const found = discovery.find(resource, groups);
  if (found === undefined) throw userError(`the server doesn't have a resource type "${resource}"`);
  return found;
}
