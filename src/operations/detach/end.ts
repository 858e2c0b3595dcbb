import { discover } from "../../cluster/discovery.ts";
import { readObject } from "../../cluster/read-object.ts";
import type { DetachedPod } from "../../model/detached.ts";
import type { Stop } from "../../plan/decision.ts";
import { jobChange, removal } from "../../plan/detach/goals.ts";
import { podBefore, succession } from "../../plan/detach/succession.ts";
import type { OpenNodes } from "../node/open.ts";
import { writeObjects } from "../objects.ts";
import type { Session } from "../session.ts";
import { lastly } from "./lastly.ts";

const pods = { group: "", version: "v1", resource: "pods", kind: "Pod" };

/** How often a pod is looked at that has to end first. */
const askAgain = 1_000;

/**
 * The holder of the run's lease whose place this pod takes at once: another pod of the same Job that has ended. One
 * that is ending is waited for.
 */
export async function predecessor(
  { live, chosen }: Pick<OpenNodes, "live" | "chosen">,
  { connection, clock, emit, listen }: Session,
  self: DetachedPod,
): Promise<string | undefined> {
  const { first } = listen();
  for (let said = false; !first.aborted; said = true) {
    const lease = live.snapshot().daemonSet?.facts.run;
    const name = podBefore(lease, self);
    if (name === undefined) return undefined;
    const pod = await readObject(connection, { ...pods, namespace: chosen.namespace, name });
    const next = succession(lease, self, pod, clock.now());
    if (next.kind !== "waits") return next.kind === "takes" ? next.holder : undefined;
    if (!said) emit({ kind: "note", text: `waiting for pod ${name} of the same run, which is terminating` });
    await live.changed(clock.now() + askAgain, first);
  }
  return undefined;
}

/**
 * The end of a run in its pod. `reached`: nothing of it stays. Else its rights go, and the Job stays with what it has
 * logged, without a next pod. Undefined: done.
 */
export async function endDetached(
  session: Session,
  namespace: string,
  how: "reached" | "halted",
): Promise<Stop | undefined> {
  const stages =
    how === "reached"
      ? [[removal("clusterRole", namespace)]]
      : [
          [jobChange(namespace, "backoffLimit", 0)],
          [removal("clusterRoleBinding", namespace)],
          // The right to do this goes last.
          [removal("roleBinding", namespace)],
        ];
  const { commands, connection } = session;
  const { version } = await discover(connection, [""]);
  const ended = await writeObjects(
    lastly(session),
    { stages, timeout: 0, commands },
    { serverVersion: version, about: { namespaced: true } },
  );
  return ended.kind === "stopped" ? ended.reason : undefined;
}
