import type { CalicoFacts } from "../../facts/calico.ts";
import { isOwnedByNameOnly } from "../../facts/not-ours.ts";
import { procedureFor } from "../../facts/procedure.ts";
import { activeWorkloads } from "../../facts/running.ts";
import type { UpgradeState } from "../../facts/upgrade.ts";
import type { ClusterFacts } from "../../model/cluster-facts.ts";
import type { DatastoreType } from "../../model/datastore.ts";
import { parseImage } from "../../model/image.ts";
import { known, truthOf, type Reading, type Truth } from "../../model/reading.ts";
import type { WorkloadFacts } from "../../model/workload.ts";
import type { Catalogue } from "../../releases/catalogue.ts";
import { releasesOfImage, type Identified } from "../../releases/release.ts";
import { compareVersions, parseVersion, versionOf, type Version } from "../../releases/version.ts";
import type { Candidates, RunningReleases, UpgradeStart } from "./upgrade-start.ts";

/** What somebody says of a cluster; undefined: left to what is seen. */
export interface StartOverrides {
  readonly from: Version | undefined;
  readonly datastore: DatastoreType | undefined;
  /** Minor of Kubernetes 1.x. */
  readonly kubernetes: number | undefined;
}

const nothingSaid: StartOverrides = { from: undefined, datastore: undefined, kubernetes: undefined };

/**
 * Where a cluster stands, what is said of it going first; not known, with the sentence that says why, where
 * no way can begin there.
 */
export function upgradeStart(
  calico: Omit<CalicoFacts, "install" | "installSeen">,
  { served }: Pick<ClusterFacts, "served">,
  said: StartOverrides = nothingSaid,
): Reading<UpgradeStart> {
  const { chosen, begins, kubernetes } = calico;
  if (!chosen.known) return chosen;
  const { namespace, name } = chosen.value;
  const datastore = said.datastore ?? (calico.datastore.known ? calico.datastore.value : undefined);
  if (datastore === undefined)
    return unknown("which datastore Calico uses is not known; say it with --datastore=etcd|kubernetes");
  const from = said.from ?? (begins.known ? begins.value : undefined);
  if (from === undefined) {
    const why = begins.known ? "" : begins.message;
    return unknown(`which Calico release runs is not known: ${why}; say it with --from=VERSION`);
  }
  const server = kubernetes.known && kubernetes.value.major === 1 ? kubernetes.value.minor : "unknown";
  return known({
    from,
    datastore,
    kubernetes: said.kubernetes ?? server,
    canal: truthOf(calico.canal),
    typha: truthOf(calico.typha),
    ebpf: truthOf(calico.ebpf),
    vxlan: truthOf(calico.vxlan),
    namespace,
    daemonSet: name,
    ...(served.known ? { oldGroupServed: served.value.groupVersions.includes("projectcalico.org/v1") } : {}),
  });
}

/** The same for a way that this tool is to go, with what was seen of every part: others' installs have none. */
export function observedStart(
  { calico, cluster, nodes }: UpgradeState,
  said: StartOverrides,
  catalogue: Catalogue,
): Reading<UpgradeStart> {
  const { installSeen: install } = calico;
  const procedure = isOwnedByNameOnly(install) ? undefined : procedureFor(install);
  if (procedure !== undefined) return unknown(procedure);
  if (calico.all.known && calico.all.value.length === 0 && !calico.chosen.known)
    return unknown(
      `${calico.chosen.message}; without a cluster, --from and --datastore say what is planned for`,
    );
  const start = upgradeStart(calico, cluster, said);
  if (!start.known || !calico.chosen.known) return start;
  const component = (name: WorkloadFacts["component"]): Candidates | "none" | "unknown" => {
    if (!cluster.workloads.known) return "unknown";
    const active = activeWorkloads(cluster.workloads, name).map(({ image }) =>
      releasesOfImage(parseImage(image), catalogue).map(versionOf),
    );
    // Of several the one that is the farthest behind.
    const [oldest] = active.toSorted(byNewest);
    return oldest ?? "none";
  };
  const calicoNodes = nodes.filter(({ pods, expected }) => pods.length > 0 || expected === true);
  const seen: RunningReleases = {
    template: candidatesOf(calico.chosen.value.release),
    controller: component("controller"),
    typha: component("typha"),
    nodes: calicoNodes.map(({ release }) => (release === undefined ? [] : candidatesOf(release))),
    behind: calicoNodes.filter(
      ({ pods, updated, node }) => isBehind(pods, updated) || node?.lease !== undefined,
    ).length,
  };
  return known({ ...start.value, seen });
}

/** A node without a pod waits for the DaemonSet's controller, and for nobody else. */
function isBehind(pods: readonly unknown[], updated: Truth): boolean {
  return pods.length > 0 && updated === false;
}

/** What tells no release goes last: one that is seen to be old says more. */
function byNewest(a: Candidates, b: Candidates): number {
  const [left, right] = [a.at(-1), b.at(-1)];
  if (left === undefined || right === undefined) return left === right ? 0 : left === undefined ? 1 : -1;
  return compareVersions(left, right);
}

function candidatesOf({ candidates }: Identified): Candidates {
  return candidates.flatMap((name) => parseVersion(name) ?? []);
}

function unknown(message: string): Reading<never> {
  return { known: false, why: "failed", message };
}
