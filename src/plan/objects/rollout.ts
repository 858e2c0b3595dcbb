import type { KubeObject, Ref } from "../../model/kube.ts";
import { objectName } from "../../model/object-name.ts";
import type { ObjectWait } from "./goal.ts";
import { sh } from "../../model/shell.ts";

/** Until every pod of a Deployment is of its newest template and available, as `kubectl rollout status` waits. */
export function rolledOut(ref: Ref): ObjectWait {
  const where = ref.namespace === undefined ? [] : ["-n", ref.namespace];
  return {
    phase: "rollout",
    missing(live) {
      const left = rolloutLeft(live);
      return left === undefined ? undefined : `${objectName(ref)} to roll out: ${left}`;
    },
    late: (missing) => ({
      message: `timed out waiting for ${missing}`,
      hint: `look at its pods: ${sh`kubectl describe deployment ${[...where, ref.name]}`}`,
    }),
  };
}

/** Until a CRD is served: custom resources of its kind are refused before. */
export function established(ref: Ref): ObjectWait {
  return {
    phase: "served",
    missing: (live) =>
      conditionOf(live, "Established") === "True" ? undefined : `${objectName(ref)} to be established`,
    late: (missing) => ({
      message: `timed out waiting for ${missing}`,
      hint: `look at its conditions: ${sh`kubectl describe crd ${ref.name}`}`,
    }),
    onlyIfWritten: true,
  };
}

/** Until what was deleted is gone, and what it owned before it. `uid`: another one of its name is not meant. */
export function gone(ref: Ref, uid?: string): ObjectWait {
  return {
    phase: "gone",
    missing: (live) =>
      live === undefined || (uid !== undefined && live.metadata.uid !== uid)
        ? undefined
        : `${objectName(ref)} and its pods to be gone`,
    late: (missing) => ({
      message: `timed out waiting for ${missing}`,
      hint: "something that it owns has a finalizer, or the node of a pod is silent",
    }),
  };
}

interface Counts {
  readonly observedGeneration?: number;
  readonly replicas?: number;
  readonly updatedReplicas?: number;
  readonly availableReplicas?: number;
}

/** What a rollout still waits for; undefined: nothing. */
export function rolloutLeft(object: KubeObject | undefined): string | undefined {
  if (object === undefined) return "it is not there";
  const { replicas: wanted = 1 } = (object["spec"] ?? {}) as { readonly replicas?: number };
  const status = (object["status"] ?? {}) as Counts;
  const { observedGeneration = 0, replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status;
  if (observedGeneration < (object.metadata.generation ?? 0)) return "its controller has not seen the change";
  if (updatedReplicas < wanted) return `${updatedReplicas} of ${wanted} new pods are there`;
  if (replicas > updatedReplicas) return `${replicas - updatedReplicas} old pods are still there`;
  if (availableReplicas < updatedReplicas)
    return `${availableReplicas} of ${updatedReplicas} new pods are available`;
  return undefined;
}

function conditionOf(object: KubeObject | undefined, type: string): string | undefined {
  const { conditions } = (object?.["status"] ?? {}) as {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
  return conditions?.find((condition) => condition.type === type)?.status;
}
