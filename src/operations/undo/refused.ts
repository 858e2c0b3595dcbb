import { isUserError, reasonOf } from "../../errors.ts";
import type { InstallOwner } from "../../merge/apply-object.ts";
import { objectName } from "../../model/object-name.ts";
import { rightKey, type NeededRight } from "../../model/right.ts";
import type { Write } from "../../model/write.ts";
import { daemonSetPod, podOf, templateOf } from "../../plan/pod-of-template.ts";
import { followRights } from "../follow-rights.ts";
import { checkRights } from "../node/rights.ts";
import type { Session } from "../session.ts";
import { tryPod } from "../try-pod.ts";
import { refusedWrites, rightsOfWrites } from "../try-writes.ts";
import { expandStage, goesDown, isRemade, remakingOf, takeStages, type Work } from "./take.ts";

/**
 * What stands against these writes: a right that is missing, or what the server says to them as a dry run (hazard
 * H27). Asked for all of them before the first one.
 */
export async function refusedBack(
  session: Session,
  serverVersion: string,
  writes: readonly Write[],
  besides: readonly NeededRight[] = [],
): Promise<readonly string[]> {
  const rights = new Map([...besides, ...rightsOfWrites(writes)].map((right) => [rightKey(right), right]));
  try {
    await checkRights(session.connection, [...rights.values()]);
  } catch (error) {
    if (!isUserError(error)) throw error;
    return [reasonOf(error)];
  }
  if (session.dryRun === "client") return [];
  return (await refusedWrites(session, serverVersion, writes)).map((text) => `the server refuses ${text}`);
}

/** The writes that an object's way back begins with, each as it would be now. */
export function writesOf(work: Work, install: InstallOwner): readonly Write[] {
  const { live, part } = work.target;
  if (isRemade(work)) return remakingOf(work);
  const goals = [
    ...(work.kind === "restore" && part === "other" ? expandStage(work, install) : []),
    ...takeStages(work, { real: false, given: new Set() }),
  ].flat();
  return goals.flatMap(({ intended }) => {
    const write = intended(live, 0);
    return write === undefined || "message" in write ? [] : [write];
  });
}

/** What is watched while pods go and roll out; listed again where a watch has lost its place. */
export function followingOf(works: readonly Work[]): readonly NeededRight[] {
  return works.flatMap((work) => {
    const { part, entry } = work.target;
    const { group, resource, namespace } = entry.ref;
    const place = namespace === undefined ? {} : { namespace };
    const rollsOut = part === "controller" || part === "typha";
    return [
      ...(rollsOut ? followRights({ group, resource, ...place }) : []),
      ...(rollsOut && goesDown(work) ? followRights({ group: "", resource: "pods", ...place }) : []),
    ];
  });
}

/** Pods that former templates make, tried as well (hazard H30). `node`: the first one that restarts. */
export async function refusedPods(
  session: Session,
  serverVersion: string,
  works: readonly Work[],
  node: string | undefined,
): Promise<readonly string[]> {
  if (session.dryRun === "client") return [];
  const pods = works.flatMap(({ kind, target: { part, before, live, entry } }) => {
    if (kind === "delete" || before === undefined) return [];
    const { uid } = live?.metadata ?? {};
    const owner = uid === undefined ? before : { ...before, metadata: { ...before.metadata, uid } };
    if (part === "node" && node !== undefined)
      return [{ entry, pod: daemonSetPod(owner, templateOf(before), node) }];
    const isDeployment = (part === "controller" || part === "typha") && entry.kind === "Deployment";
    return isDeployment ? [{ entry, pod: podOf(owner, templateOf(before)) }] : [];
  });
  const verdicts = await Promise.all(
    pods.map(async ({ entry, pod }) => ({
      entry,
      verdict: await tryPod(session.connection, serverVersion, pod),
    })),
  );
  return verdicts.flatMap(({ entry, verdict }) =>
    verdict.kind === "refused"
      ? verdict.messages.map((message) => `the server refuses a pod of ${objectName(entry.ref)}: ${message}`)
      : [],
  );
}
