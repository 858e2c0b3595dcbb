import { list } from "../../cluster/list.ts";
import { readObject } from "../../cluster/read-object.ts";
import type { KubeObject } from "../../model/kube.ts";
import { detachedName, purposeLabel, purposes } from "../../model/names.ts";
import type { Stop } from "../../plan/decision.ts";
import { jobChange, removal } from "../../plan/detach/goals.ts";
import { detachedKinds, detachedRef, graceSeconds, isOfDetached } from "../../plan/detach/objects.ts";
import { hasEnded } from "../../plan/detach/succession.ts";
import type { ObjectGoal } from "../../plan/objects/goal.ts";
import type { OpenNodes } from "../node/open.ts";
import { checkRights } from "../node/rights.ts";
import { writeObjects } from "../objects.ts";
import type { Session } from "../session.ts";
import { rightsOfWrites } from "../try-writes.ts";

const pods = { group: "", version: "v1", resource: "pods", kind: "Pod" };

/** The kubelet's own share of ending a pod. */
const afterGrace = 30_000;

export type DetachStopped =
  /** There is nothing to stop. */
  | { readonly kind: "none" }
  | { readonly kind: "stopped"; readonly stop: Stop }
  | { readonly kind: "removed" };

/**
 * Ends a detached run: its pod gets the signal that Ctrl-C is, and keeps its rights until it has ended; then all that
 * was created for it goes. Throws UserError where a right is missing.
 */
export async function stopDetached(
  { chosen: { namespace }, discovery }: OpenNodes,
  session: Session,
): Promise<DetachStopped> {
  const { connection, commands, dryRun } = session;
  const refs = detachedKinds.map((kind) => detachedRef(kind, namespace));
  const there = (await Promise.all(refs.map(async (ref) => await readObject(connection, ref)))).filter(
    (object) => object !== undefined && isOfDetached(object),
  );
  if (there.length === 0) return { kind: "none" };
  const job = jobChange(namespace, "parallelism", 0);
  const removals = detachedKinds.map((kind) => removal(kind, namespace));
  await checkRights(
    connection,
    rightsOfWrites([
      {
        verb: "patch",
        ref: job.ref,
        patch: "merge",
        body: { metadata: { resourceVersion: "" } },
        fieldManager: "",
      },
      ...refs.map((ref) => ({ verb: "delete" as const, ref, uid: "" })),
    ]),
  );
  const write = async (stages: readonly (readonly ObjectGoal[])[], timeout = 0) =>
    await writeObjects(
      session,
      { stages, timeout, commands },
      { serverVersion: discovery.version, about: { namespaced: true } },
    );
  const asked = await write([[job]]);
  if (asked.kind === "stopped") return { kind: "stopped", stop: asked.reason };
  for (;;) {
    const working = dryRun === "none" ? await podsAtWork(session, namespace) : [];
    if (working.length === 0) break;
    const waited = await write([working.map((pod) => ended(pod, session))], graceSeconds * 1000 + afterGrace);
    if (waited.kind === "stopped") return { kind: "stopped", stop: waited.reason };
  }
  const first = removals.filter(({ ref }) => ref.kind !== "Job");
  const last = removals.filter(({ ref }) => ref.kind === "Job");
  const gone = await write([first, last]);
  if (gone.kind === "stopped") return { kind: "stopped", stop: gone.reason };
  return { kind: "removed" };
}

async function podsAtWork({ connection }: Session, namespace: string): Promise<readonly KubeObject[]> {
  const { items } = await list(connection, pods, {
    namespace,
    labelSelector: `${purposeLabel}=${purposes.detached}`,
  });
  return items.filter((pod) => !hasEnded(pod));
}

/** A pod that is waited for, and not written: the Job ends it. */
function ended(pod: KubeObject, { commands }: Session): ObjectGoal {
  const { namespace = "", name, uid } = pod.metadata;
  const where = (pod["spec"] as { readonly nodeName?: string } | undefined)?.nodeName;
  return {
    ref: { ...pods, namespace, name },
    intended: () => undefined,
    waits: {
      phase: "gone",
      missing: (live) =>
        live === undefined || live.metadata.uid !== uid || hasEnded(live)
          ? undefined
          : `pod ${name} to give back its node and end`,
      late: () => ({
        message: `pod ${name}${where === undefined ? "" : ` on node ${where}`} of the Job ${namespace}/${detachedName} has not ended; nothing was removed yet`,
        hint: `if its node is silent, the pod ends when the node is back or is deleted; then run again: ${commands.other("node", "--stop")}`,
      }),
    },
  };
}
