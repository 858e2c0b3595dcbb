import { backend } from "../../model/backend.ts";
import type { ConfigMapFacts } from "../../model/configmap.ts";
import type { DaemonSetFacts } from "../../model/daemonset.ts";
import { datastore } from "../../model/datastore.ts";
import { flavour } from "../../model/install.ts";
import { leaseExpiry } from "../../model/lease.ts";
import type { Observed } from "../../model/observed.ts";
import { currentRevision } from "../../model/rollout.ts";
import { calicoNodeContainer } from "../../model/template.ts";
import { formatTime, type Millis } from "../../model/time.ts";
import type { Catalogue } from "../../releases/catalogue.ts";
import { kubernetesByDefault, releaseOfTemplate } from "../../releases/running.ts";
import type { DaemonSetStatus, NodeCounts, NodeStatus, RunStatus } from "./kind.ts";

/** One DaemonSet: what it is, and how far its upgrade has come on the nodes given. */
export function daemonSetStatus(
  daemonSet: DaemonSetFacts,
  nodes: readonly NodeStatus[],
  observed: Observed,
  catalogue: Catalogue,
): DaemonSetStatus {
  const { template, namespace, name } = daemonSet;
  const workloads = observed.workloads.known ? observed.workloads.value : [];
  const maps = configMapsIn(namespace, observed);
  const release = releaseOfTemplate(template, workloads, catalogue);
  const newest = observed.revisions.known ? currentRevision(observed.revisions.value, daemonSet) : undefined;
  const run = runStatus(daemonSet, observed.now);
  const pinned = daemonSet.strategy.type === "OnDelete" ? daemonSet.pinned : undefined;
  return {
    namespace,
    name,
    flavour: flavour(name, template),
    image: calicoNodeContainer(template)?.image ?? "",
    release,
    datastore: datastore(template, maps, kubernetesByDefault(release)),
    backend: backend(template, maps),
    strategy: daemonSet.strategy.type,
    nodes: countNodes(nodes.filter(({ daemonSet: of }) => of === `${namespace}/${name}`)),
    ...(pinned === undefined ? {} : { pinned }),
    ...(run === undefined ? {} : { run }),
    ...(newest === undefined
      ? {}
      : {
          revision: {
            name: newest.name,
            number: newest.revision,
            ...(newest.hash === undefined ? {} : { hash: newest.hash }),
          },
        }),
  };
}

function configMapsIn(namespace: string, observed: Observed): readonly ConfigMapFacts[] {
  return observed.configMaps.known
    ? observed.configMaps.value.filter((map) => map.namespace === namespace)
    : [];
}

function runStatus({ run }: DaemonSetFacts, now: Millis): RunStatus | undefined {
  if (run === undefined) return undefined;
  if (run === "unreadable") return { state: "unreadable" };
  const revision = Number(run.run.slice(run.run.lastIndexOf("/") + 1));
  const working = run.renewed !== undefined && now - run.renewed < leaseExpiry;
  return {
    state: run.holder === undefined ? "ended" : working ? "working" : "left",
    ...(run.holder === undefined ? {} : { holder: run.holder }),
    ...(run.renewed === undefined ? {} : { renewed: formatTime(run.renewed) }),
    ...(run.run.endsWith("/controller") ? { on: "controller" } : {}),
    ...(Number.isSafeInteger(revision) ? { revision } : {}),
  };
}

function countNodes(nodes: readonly NodeStatus[]): NodeCounts {
  const releases: Record<string, number> = {};
  for (const { release } of nodes) {
    if (release !== undefined) releases[release.text] = (releases[release.text] ?? 0) + 1;
  }
  return {
    total: nodes.length,
    updated: nodes.filter(({ updated }) => updated === true).length,
    outdated: nodes.filter(({ updated }) => updated === false).length,
    unknown: nodes.filter(({ updated }) => updated === "unknown").length,
    ready: nodes.filter(({ pod }) => pod?.ready === true).length,
    releases,
  };
}
