import type { DaemonSetFacts } from "./daemonset.ts";
import type { PodFacts } from "./pod.ts";
import type { Truth } from "./reading.ts";
import type { RevisionFacts } from "./revision.ts";

/** The newest revision of this DaemonSet: the highest `.revision` among those it owns (hazard H11). */
export function newestRevision(
  revisions: readonly RevisionFacts[],
  daemonSet: DaemonSetFacts,
): RevisionFacts | undefined {
  return revisions
    .filter(({ owner }) => owner === daemonSet.uid)
    .reduce<RevisionFacts | undefined>(
      (newest, next) => (newest === undefined || next.revision > newest.revision ? next : newest),
      undefined,
    );
}

/**
 * The revision of the template that the DaemonSet has now; undefined as long as the controller has
 * not seen the template and written it down: a pod deleted before would be made again from the old
 * one (hazard H11). The template is compared as well, because DaemonSet and revisions come from two
 * requests, and one of them may be older.
 */
export function currentRevision(
  revisions: readonly RevisionFacts[],
  daemonSet: DaemonSetFacts,
): RevisionFacts | undefined {
  const newest = newestRevision(revisions, daemonSet);
  return newest !== undefined &&
    isObserved(daemonSet) &&
    newest.template.fingerprint === daemonSet.template.fingerprint
    ? newest
    : undefined;
}

/** Whether the controller has seen the template that the DaemonSet has now. */
export function isObserved({
  observedGeneration,
  generation,
}: Pick<DaemonSetFacts, "observedGeneration" | "generation">): boolean {
  return observedGeneration >= generation;
}

/**
 * Whether the DaemonSet's own controller replaces this pod under RollingUpdate, as far as it is known. A node
 * without a pod, or whose pod is being deleted, gets a new one under any strategy: that is no rollout.
 */
export function isToReplace(pod: PodFacts | undefined, updated: Truth): boolean {
  return pod !== undefined && pod.deletedAt === undefined && updated === false;
}

/**
 * Whether a pod runs the DaemonSet's newest template: its hash label is the newest revision's, or its
 * `pod-template-generation` is the DaemonSet's; the controller itself takes either (hazard H11).
 * `revisions` undefined: they could not be read.
 */
export function upToDate(
  pod: PodFacts,
  daemonSet: DaemonSetFacts,
  revisions: readonly RevisionFacts[] | undefined,
): Truth {
  const { revisionHash, templateGeneration } = pod;
  if (templateGeneration !== undefined && templateGeneration === daemonSet.templateGeneration) return true;
  if (revisionHash === undefined) {
    return templateGeneration === undefined || daemonSet.templateGeneration === undefined ? "unknown" : false;
  }
  const newest = revisions === undefined ? undefined : newestRevision(revisions, daemonSet);
  if (newest?.hash === undefined) return "unknown";
  if (newest.hash !== revisionHash) {
    // An unseen template may be an older revision's again (a roll-back): then this pod may be right.
    const settled = newest.template.fingerprint === daemonSet.template.fingerprint;
    const own = revisions?.find(({ owner, hash }) => owner === daemonSet.uid && hash === revisionHash);
    return !settled && own !== undefined && own.template.fingerprint === daemonSet.template.fingerprint
      ? "unknown"
      : false;
  }
  if (newest.template.fingerprint !== daemonSet.template.fingerprint) return false;
  return isObserved(daemonSet) ? true : "unknown";
}
