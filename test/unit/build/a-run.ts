import type { Collected } from "../../../src/bundle/records.ts";
import type { ClusterFacts } from "../../../src/model/cluster-facts.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { formatCordonLease } from "../../../src/model/lease.ts";
import { cordonAnnotation, recordAnnotation, runAnnotation } from "../../../src/model/names.ts";
import { formatNodeRecord, type NodeRecord } from "../../../src/model/node-record.ts";
import { observeReport } from "../../../src/operations/report/observe.ts";
import { runReport } from "../../../src/render/report/build.ts";
import type { RunReport } from "../../../src/render/report/kind.ts";
import { aConfigMap, aDaemonSet, aNode, aPod, aRevision, aTemplate, now, observedOf } from "./a-cluster.ts";

/** The run of these tests. */
export const run = "uid-kube-system-calico-node/2";
const began = now - 7_200_000;

/** The record of the node at this place of a run: 13 s a node, some of them slower. */
export function recordAt(at: number, change: Partial<NodeRecord> = {}): NodeRecord {
  const gap = 2_000 + ((at * 7) % 30) * 100 + (at % 23 === 7 ? 9_000 : 0);
  const start = began + at * 14_000;
  return {
    run,
    from: 1,
    // Every fourth node had the images.
    ...(at % 4 === 3
      ? {}
      : { pulled: { began: began - 600_000 + at * 900, took: 9_000 + ((at * 11) % 9) * 4_000 } }),
    began: start,
    deleted: start + 300,
    ready: start + 300 + gap,
    ended: start + 300 + gap + 8_000,
    down: gap - 800,
    notReady: gap,
    bound: "at most",
    by: "ops@bastion/3fa2c1",
    command: { verb: "node", flags: { all: true, until: "04:00" } },
    ...change,
  };
}

export interface RunSpec {
  /** Restarted nodes, by name; a text stands in the annotation as it is. */
  readonly records: Readonly<Record<string, NodeRecord | string>>;
  /** Left cordoned by the run, with a calico-node that does not start. */
  readonly failed?: readonly string[];
  /** That run the new revision, and have no record. */
  readonly current?: readonly string[];
  /** That run the old one. */
  readonly outdated?: readonly string[];
  readonly newest?: number;
  readonly readings?: Partial<ClusterFacts>;
}

const env = (level: string, password: string) => [
  { name: "DATASTORE_TYPE", value: "kubernetes" },
  { name: "CALICO_NETWORKING_BACKEND", value: "bird" },
  { name: "FELIX_LOGSEVERITYSCREEN", value: level },
  { name: "ETCD_PASSWORD", value: password },
];

/** A cluster in which a run has brought calico-node from v3.29.1, revision 1, to v3.30.0, revision 2. */
export function clusterAfter({
  records,
  failed = [],
  current = [],
  outdated = [],
  ...spec
}: RunSpec): ClusterFacts {
  const old = aTemplate({ env: env("info", "hunter2") });
  const template = aTemplate({
    node: "docker.io/calico/node:v3.30.0",
    cni: "docker.io/calico/cni:v3.30.0",
    env: env("warning", "hunter3"),
  });
  const lease = {
    run,
    holder: "ops@bastion/3fa2c1",
    since: now - 300_000,
    wasUnschedulable: false,
    replaces: "old",
    from: 1,
  };
  const daemonSet = aDaemonSet({
    template,
    ...(failed.length === 0
      ? {}
      : { annotations: { [runAnnotation]: JSON.stringify({ run, command: { verb: "node" } }) } }),
  });
  const names = [...Object.keys(records), ...failed, ...current, ...outdated];
  const nodes = names.map((name): KubeObject => {
    const record = records[name];
    const text =
      typeof record === "string" ? record : record === undefined ? undefined : formatNodeRecord(record);
    const held = failed.includes(name);
    return aNode(name, {
      unschedulable: held,
      annotations: {
        ...(text === undefined ? {} : { [recordAnnotation]: text }),
        ...(held ? { [cordonAnnotation]: formatCordonLease(lease) } : {}),
      },
    });
  });
  const pods = names.map((name) => {
    if (failed.includes(name))
      return aPod(daemonSet, name, {
        hash: "bbb",
        suffix: name,
        ready: false,
        waiting: { reason: "ImagePullBackOff", message: "Back-off pulling image" },
      });
    if (outdated.includes(name)) return aPod(daemonSet, name, { hash: "aaa", suffix: name, template: old });
    return aPod(daemonSet, name, { hash: "bbb", suffix: name });
  });
  const revisions = [aRevision(daemonSet, 1, "aaa", old), aRevision(daemonSet, spec.newest ?? 2, "bbb")];
  return {
    ...observedOf({
      nodes,
      daemonSets: [daemonSet],
      pods,
      revisions,
      configMaps: [aConfigMap()],
      events: [],
    }),
    ...spec.readings,
  };
}

/** What `report` prints of it. */
export async function reported(
  facts: ClusterFacts,
  asked?: string,
  collected: Partial<Collected> = {},
): Promise<RunReport> {
  const source = { connection: undefined, saving: false, read: () => Promise.resolve(facts) };
  const result = await observeReport(source, {
    run: asked,
    daemonSet: undefined,
    collected: { found: [], refused: [], ...collected },
  });
  const { command } = result.report;
  return runReport(
    result,
    command === undefined ? undefined : `kubectl calico-upgrade ${command.verb} --all`,
  );
}

/** So many nodes, some slow, one over the budget, one failed, some skipped. */
export function fleetAfter(count: number): ClusterFacts {
  const name = (at: number): string => `node-${String(at + 1).padStart(3, "0")}`;
  const records = Object.fromEntries(
    Array.from({ length: count }, (_, at) => {
      const over = recordAt(at);
      const slow = {
        ready: over.began + 95_300,
        ended: over.began + 103_300,
        notReady: 95_000,
        down: 93_000,
      };
      return [name(at), recordAt(at, at === 11 ? slow : at === 5 ? { kept: "was-cordoned" as const } : {})];
    }),
  );
  return clusterAfter({
    records,
    failed: [name(count)],
    current: [name(count + 1)],
    outdated: [name(count + 2), name(count + 3)],
  });
}
