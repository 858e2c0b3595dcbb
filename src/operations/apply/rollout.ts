import type { Connection } from "../../cluster/port.ts";
import { waitForObject } from "../../cluster/wait-object.ts";
import { userError } from "../../errors.ts";
import type { KubeObject, Ref } from "../../model/kube.ts";
import type { Millis } from "../../model/time.ts";
import { objectName } from "../../model/object-name.ts";

export interface Limits {
  readonly timeout: Millis;
  readonly signal: AbortSignal;
}

/** Until the CRD is served: custom resources of its kind are refused before. */
export async function waitEstablished(connection: Connection, ref: Ref, limits: Limits): Promise<void> {
  const done = await waitForObject(
    connection,
    ref,
    (object) => (conditionOf(object, "Established") === "True" ? true : undefined),
    limits,
  );
  if (done !== true)
    throw userError(
      `${objectName(ref)} is not established; look at its conditions: kubectl describe crd ${ref.name}`,
    );
}

/**
 * Until every pod of a Deployment is of its newest template and available, as `kubectl rollout status` waits.
 * `say`: told once, where there is something to wait for.
 */
export async function waitRolledOut(
  connection: Connection,
  ref: Ref,
  limits: Limits,
  say: (line: string) => void,
): Promise<void> {
  let last: string | undefined;
  const done = await waitForObject(
    connection,
    ref,
    (object) => {
      const left = rolloutLeft(object);
      if (left !== undefined && last === undefined) say(`waiting for ${objectName(ref)} to roll out`);
      last = left ?? last;
      return left === undefined ? true : undefined;
    },
    limits,
  );
  if (done === true) return;
  const where = ref.namespace === undefined ? "" : ` -n ${ref.namespace}`;
  throw userError(
    `${objectName(ref)} did not become ready in time: ${last ?? "it was not seen"}; look at its pods: kubectl describe deployment${where} ${ref.name}`,
  );
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
