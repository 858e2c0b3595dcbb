import type { ClusterFacts } from "../model/cluster-facts.ts";
import type { DatastoreType } from "../model/datastore.ts";
import { parseImage } from "../model/image.ts";
import { hasNotStarted } from "../model/pod.ts";
import { known, type Reading } from "../model/reading.ts";
import { isTombstone, type WorkloadFacts } from "../model/workload.ts";
import type { Catalogue } from "../releases/catalogue.ts";
import { releasesOfImage, type Identified } from "../releases/release.ts";
import { releaseOfPod, releasesOfController } from "../releases/running.ts";
import { compareVersions, parseVersion, versionOf, type Version } from "../releases/version.ts";
import type { CalicoDaemonSet } from "./daemonset.ts";
import { both, map, unclear } from "./follows.ts";

/** Which releases calico-node runs: an upgrade begins at the oldest. */
export interface Running {
  readonly oldest: Version;
  readonly newest: Version;
}

/** A pod that has not started runs nothing yet: where others have, they tell. */
export function runningOf(chosen: Reading<CalicoDaemonSet>, catalogue: Catalogue): Reading<Running> {
  const pods = chosen.known ? chosen.value.pods : chosen;
  return both(chosen, pods, ({ release }, own) => {
    const started = own.filter((pod) => !hasNotStarted(pod));
    const found = (started.length > 0 ? started : own).map((pod) => releaseOfPod(pod, catalogue));
    const all = found.length === 0 ? [release] : found;
    if (all.some(({ candidates }) => candidates.length === 0)) {
      const texts = [...new Set([release, ...all].map(({ text }) => text))];
      return unclear(`images of calico-node do not tell its release: ${texts.join(", ")}`);
    }
    const versions = all.flatMap(versionsOf).toSorted(compareVersions);
    const [oldest] = versions;
    const newest = versions.at(-1);
    return oldest === undefined || newest === undefined
      ? unclear("no image of calico-node tells its release")
      : { oldest, newest };
  });
}

/** The other components' images tell where calico-node's is that of several releases. */
export function askedOf(chosen: Reading<CalicoDaemonSet>): Reading<Version> {
  return map(chosen, ({ release }) => {
    const [oldest] = versionsOf(release).toSorted(compareVersions);
    return oldest ?? unclear(`the image of calico-node does not tell its release: ${release.text}`);
  });
}

/** The nodes, or the template where no pod could be read; a controller that was forgotten counts as well. */
export function beginsOf(
  { workloads }: Pick<ClusterFacts, "workloads">,
  chosen: Reading<CalicoDaemonSet>,
  running: Reading<Running>,
  catalogue: Catalogue,
): Reading<Version> {
  const podsUnread = chosen.known && !chosen.value.pods.known;
  const nodes = podsUnread ? askedOf(chosen) : map(running, ({ oldest }) => oldest);
  const [controller] = activeWorkloads(workloads, "controller");
  const newest =
    controller === undefined
      ? undefined
      : releasesOfImage(parseImage(controller.image), catalogue)
          .map(versionOf)
          .toSorted(compareVersions)
          .at(-1);
  return map(nodes, (oldest) =>
    newest !== undefined && compareVersions(newest, oldest) < 0 ? newest : oldest,
  );
}

/** Workloads of a kind that have replicas; none where they could not be read. */
export function activeWorkloads(
  workloads: ClusterFacts["workloads"],
  component: WorkloadFacts["component"],
): readonly WorkloadFacts[] {
  return workloads.known
    ? workloads.value.filter((each) => each.component === component && each.desired > 0)
    : [];
}

/** Where the controllers do not tell, the nodes do: they come after it. */
export function enforcingOf(
  { workloads }: Pick<ClusterFacts, "workloads">,
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
