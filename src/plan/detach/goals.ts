import type { KubeObject, Ref } from "../../model/kube.ts";
import { createdByAnnotation, detachedName, manager } from "../../model/names.ts";
import { objectName } from "../../model/object-name.ts";
import { recordOf } from "../../model/record.ts";
import { sh } from "../../model/shell.ts";
import type { Write } from "../../model/write.ts";
import type { Commands, Stop } from "../decision.ts";
import type { ObjectGoal } from "../objects/goal.ts";
import { detachedRef, isOfDetached, type DetachedKind, type DetachedObject } from "./objects.ts";

/** What is done with each object of a detached run. */

/** Created once, by this process; one of another process is another run. */
export function creation(
  { ref, object }: Pick<DetachedObject, "ref" | "object">,
  namespace: string,
  commands: Pick<Commands, "other">,
): ObjectGoal {
  const by = object.metadata.annotations?.[createdByAnnotation];
  return {
    ref,
    intended(live) {
      if (live === undefined) return createOf(ref, object);
      if (live.metadata.annotations?.[createdByAnnotation] === by) return undefined;
      return isOfDetached(live) ? atWork(namespace, "unread", commands) : inTheWay(ref);
    },
  };
}

export function createOf(ref: Ref, object: KubeObject): Write {
  return { verb: "create", ref, body: object, fieldManager: manager };
}

/** A change of one number of the Job's spec, by compare-and-swap. */
export function jobChange(
  namespace: string,
  field: "parallelism" | "backoffLimit",
  value: number,
): ObjectGoal {
  const ref = detachedRef("job", namespace);
  return {
    ref,
    bookkeeping: true,
    intended(live) {
      if (live === undefined || !isOfDetached(live) || specOf(live)?.[field] === value) return undefined;
      const { resourceVersion } = live.metadata;
      return {
        verb: "patch",
        ref,
        patch: "merge",
        fieldManager: manager,
        body: { metadata: { resourceVersion }, spec: { [field]: value } },
      };
    },
  };
}

/** Deletes exactly what was seen, and nothing that only has its name. */
export function removal(kind: DetachedKind, namespace: string): ObjectGoal {
  const ref = detachedRef(kind, namespace);
  return {
    ref,
    intended(live) {
      const { uid = "", deletionTimestamp } = live?.metadata ?? {};
      if (live === undefined || !isOfDetached(live) || deletionTimestamp !== undefined) return undefined;
      // Without it a Job's pods would outlive it.
      return { verb: "delete", ref, uid, ...(kind === "job" ? { propagationPolicy: "Foreground" } : {}) };
    },
  };
}

/** Why a second run does not begin. `job`: the one that is there; unread: another process has just begun one. */
export function atWork(
  namespace: string,
  job: KubeObject | "unread" | undefined,
  commands: Pick<Commands, "other">,
): Stop {
  const stop = commands.other("node", "--stop");
  if (job === undefined)
    return {
      message: `a detached run has left objects named ${detachedName}, and its Job is gone`,
      hint: `remove them with: ${stop}`,
    };
  const ended = job === "unread" ? undefined : endOf(job);
  const run = `a detached run (Job ${namespace}/${detachedName})`;
  if (ended !== undefined)
    return {
      message: `${run} has ended: ${ended}`,
      hint: `read why with: ${sh`kubectl -n ${namespace} logs job/${detachedName}`}; then remove it with: ${stop}`,
    };
  if (job !== "unread" && specOf(job)?.["parallelism"] === 0)
    return { message: `${run} does not work, and was not removed`, hint: `remove it with: ${stop}` };
  return {
    message: `${run} is at work`,
    hint: `follow it with: ${commands.other("status", "-w")}; stop it with: ${stop}`,
  };
}

/** An object of our name that is none of ours. */
export function inTheWay(ref: Ref): Stop {
  const where = ref.namespace === undefined ? "" : ` in namespace ${ref.namespace}`;
  return {
    message: `${objectName(ref)}${where} exists and belongs to no detached run`,
    hint: "a detached run needs this name: delete that object if nobody uses it",
  };
}

/** How a Job has ended; undefined: it has not. */
export function endOf(job: KubeObject): string | undefined {
  const conditions = recordOf(job["status"])?.["conditions"];
  const found = (Array.isArray(conditions) ? conditions : [])
    .map(recordOf)
    .find(
      (each) => (each?.["type"] === "Failed" || each?.["type"] === "Complete") && each["status"] === "True",
    );
  if (found === undefined) return undefined;
  const { type, message } = found as { readonly type?: unknown; readonly message?: unknown };
  return typeof message === "string" && message !== "" ? `${String(type)}: ${message}` : String(type);
}

function specOf(object: KubeObject): Readonly<Record<string, unknown>> | undefined {
  return recordOf(object["spec"]);
}
