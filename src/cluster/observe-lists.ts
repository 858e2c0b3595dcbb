import { configMapFacts, type ConfigMapFacts } from "../model/configmap.ts";
import type { DaemonSetFacts } from "../model/daemonset.ts";
import { eventFacts, type EventFacts } from "../model/event.ts";
import { installationFacts, operatorNamespace, type InstallationFacts } from "../model/install.ts";
import type { KubeObject } from "../model/kube.ts";
import { nodeFacts, type NodeFacts } from "../model/node.ts";
import { allOf, calicoDaemonSet, windowsDaemonSet } from "../model/observed.ts";
import { podFacts, type PodFacts } from "../model/pod.ts";
import { known, type Reading } from "../model/reading.ts";
import { revisionFacts, type RevisionFacts } from "../model/revision.ts";
import { isCalicoForWindows } from "../model/windows.ts";
import { workloadFacts, type WorkloadFacts } from "../model/workload.ts";
import { list, type ListSelection } from "./list.ts";
import { objectPath } from "./paths.ts";
import type { Connection, Discovery } from "./port.ts";
import { readObject, readPath } from "./read-object.ts";
import { readingOf } from "./reading.ts";

/** A connection, and what is served where as far as that is known. */
export interface DiscoveredConnection {
  readonly connection: Connection;
  readonly discovery: Reading<Discovery>;
}

/** The core group has had one version from the beginning: its lists need not wait for discovery. */
const core = { group: "", version: "v1" };

export function readNodes(connection: Connection): Promise<Reading<readonly NodeFacts[]>> {
  return readCore(connection, "nodes", "Node", {}, nodeFacts);
}

export function readPods(
  connection: Connection,
  which: ListSelection,
): Promise<Reading<readonly PodFacts[]>> {
  return readCore(connection, "pods", "Pod", which, podFacts);
}

export function readEvents(
  connection: Connection,
  which: ListSelection,
): Promise<Reading<readonly EventFacts[]>> {
  return readCore(connection, "events", "Event", which, eventFacts);
}

export function readRevisions(
  source: DiscoveredConnection,
  which: ListSelection,
): Promise<Reading<readonly RevisionFacts[]>> {
  return readFound(source, "controllerrevisions", ["apps"], which, revisionFacts);
}

/** The DaemonSets of a cluster that are Calico's, by what they run on; one list brings both. */
export interface DaemonSetsRead {
  readonly linux: Reading<readonly DaemonSetFacts[]>;
  readonly windows: Reading<readonly DaemonSetFacts[]>;
}

export async function readDaemonSets(source: DiscoveredConnection, usual: string): Promise<DaemonSetsRead> {
  const all = await readAllSets(source, usual);
  if (!all.known) return { linux: all, windows: all };
  const [windows, linux] = [true, false].map((wanted) =>
    all.value.filter(({ template }) => isCalicoForWindows(template) === wanted),
  );
  return { linux: known(linux ?? []), windows: known(windows ?? []) };
}

/** In all namespaces; for somebody who may not look everywhere, in the usual ones. */
async function readAllSets(
  source: DiscoveredConnection,
  usual: string,
): Promise<Reading<readonly DaemonSetFacts[]>> {
  const everywhere = await readIn({});
  if (everywhere.known || everywhere.why !== "forbidden") return everywhere;
  const namespaces = [...new Set([usual, operatorNamespace])];
  const found = await Promise.all(namespaces.map((namespace) => readIn({ namespace })));
  const some = found.filter(({ known }) => known);
  return some.length === 0 ? everywhere : allOf(some);

  async function readIn(which: ListSelection): Promise<Reading<readonly DaemonSetFacts[]>> {
    const all = await readFound(
      source,
      "daemonsets",
      workloadGroups,
      which,
      (raw) => calicoDaemonSet(raw) ?? windowsDaemonSet(raw),
    );
    return all.known ? known(all.value.filter((facts) => facts !== undefined)) : all;
  }
}

const workloadGroups = ["apps", "extensions"];

/** Controllers and Typha of a namespace: Deployments, or where only ReplicaSets can tell, those. */
export async function readWorkloads(
  source: DiscoveredConnection,
  kind: "deployments" | "replicasets",
  which: ListSelection,
): Promise<Reading<readonly WorkloadFacts[]>> {
  const all = await readFound(source, kind, workloadGroups, which, workloadFacts);
  return all.known ? known(all.value.filter((facts) => facts !== undefined)) : all;
}

/** Known and undefined: the server has none of that name. */
export function readConfigMap(
  connection: Connection,
  namespace: string,
  name: string,
): Promise<Reading<ConfigMapFacts | undefined>> {
  const path = objectPath({ ...core, resource: "configmaps", namespace, name });
  return readingOf(async () => {
    const raw = await readPath(connection, path);
    return raw === undefined ? undefined : configMapFacts(raw);
  });
}

/** The operator's Installation; where its kind is not served there is none. */
export async function readInstallation({
  connection,
  discovery,
}: DiscoveredConnection): Promise<Reading<InstallationFacts | undefined>> {
  if (!discovery.known) return discovery;
  const served = discovery.value.find("installations", ["operator.tigera.io"]);
  if (served === undefined) return known(undefined);
  return await readingOf(async () => {
    const raw = await readObject(connection, { ...served, name: "default" });
    return raw === undefined ? undefined : installationFacts(raw);
  });
}

function readCore<T>(
  connection: Connection,
  resource: string,
  kind: string,
  which: ListSelection,
  pick: (raw: KubeObject) => T,
): Promise<Reading<readonly T[]>> {
  return readingOf(
    async () => (await list(connection, { ...core, resource, kind }, { ...which, pick })).items,
  );
}

async function readFound<T>(
  { connection, discovery }: DiscoveredConnection,
  resource: string,
  groups: readonly string[],
  which: ListSelection,
  pick: (raw: KubeObject) => T,
): Promise<Reading<readonly T[]>> {
  if (!discovery.known) return discovery;
  const served = discovery.value.find(resource, groups);
  if (served === undefined) {
    return {
      known: false,
      why: "not served",
      message: `the server doesn't have a resource type "${resource}"`,
    };
  }
  return await readingOf(async () => (await list(connection, served, { ...which, pick })).items);
}
