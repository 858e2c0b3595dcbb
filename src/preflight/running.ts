import type { ClusterFacts } from "../model/cluster-facts.ts";
import type { DaemonSetFacts } from "../model/daemonset.ts";
import type { DatastoreType } from "../model/datastore.ts";
import { hasNotStarted, type PodFacts } from "../model/pod.ts";
import { known, type Reading } from "../model/reading.ts";
import { isTombstone } from "../model/workload.ts";
import type { Catalogue } from "../releases/catalogue.ts";
import type { Identified } from "../releases/release.ts";
import { releaseOfPod, releaseOfTemplate, releasesOfController } from "../releases/running.ts";
import { compareVersions, parseVersion, type Version } from "../releases/version.ts";
import { both, map, unclear } from "./follows.ts";

/** Which releases calico-node runs: an upgrade begins at the oldest. */
export interface Running {
  readonly oldest: Version;
  readonly newest: Version;
}

export function runningOf(
  cluster: ClusterFacts,
  set: Reading<DaemonSetFacts>,
  pods: Reading<readonly PodFacts[]>,
  catalogue: Catalogue,
): Reading<Running> {
  const workloads = cluster.workloads.known ? cluster.workloads.value : [];
  return both(set, pods, ({ template }, own) => {
    const started = own.filter((pod) => !hasNotStarted(pod));
    const found = (started.length > 0 ? started : own).map((pod) => releaseOfPod(pod, catalogue));
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

/** The other components' images tell where calico-node's is that of several releases. */
export function askedOf(
  { workloads }: ClusterFacts,
  set: Reading<DaemonSetFacts>,
  catalogue: Catalogue,
): Reading<Version> {
  return map(set, ({ template }) => {
    const found = releaseOfTemplate(template, workloads.known ? workloads.value : [], catalogue);
    const [oldest] = versionsOf(found).toSorted(compareVersions);
    return oldest ?? unclear(`the image of calico-node does not tell its release: ${found.text}`);
  });
}

/** Where the controllers do not tell, the nodes do: they come after it. */
export function enforcingOf(
  { workloads }: ClusterFacts,
  running: Reading<Running>,
  datastore: Reading<DatastoreType>,
  catalogue: Catalogue,
): Reading<Version> {
  const byController = datastore.known && datastore.value === "etcd";
  // A controller that nobody may list may be older than the nodes.
  if (byController && !workloads.known) return workloads;
  const controllers =
    byController && workloads.known
      ? workloads.value.filter((each) => each.component === "controller" && !isTombstone(each))
      : [];
  const releases = controllers.map(({ image }) => releasesOfController(image, catalogue));
  const [oldest] = releases
    .flat()
    .flatMap((name) => parseVersion(name) ?? [])
    .toSorted(compareVersions);
  return oldest === undefined || releases.some((each) => each.length === 0)
    ? map(running, (value) => value.oldest)
    : known(oldest);
}

function versionsOf({ candidates }: Identified): readonly Version[] {
  return candidates.flatMap((name) => parseVersion(name) ?? []);
}
