import type { ObjectChange } from "../model/change.ts";
import type { DatastoreType } from "../model/datastore.ts";
import type { JsonObject } from "../model/kube.ts";
import type { Reading } from "../model/reading.ts";
import { formatTime, type Millis } from "../model/time.ts";
import type { Stop } from "../plan/decision.ts";
import { gapOf } from "../plan/controller/measure.ts";
import type { ControllerGoal } from "../plan/controller/goal.ts";
import type { ControllerSeen } from "../plan/controller/seen.ts";
import { presentPods, targetOf, type ControllerWorld, type LiveWorkload } from "../plan/controller/world.ts";
import { notEnforced } from "./controller-lines.ts";

/** What a controller run came to. */
export interface ControllerRunResult {
  readonly goal: ControllerGoal;
  readonly world: ControllerWorld;
  readonly seen: ControllerSeen;
  readonly stop?: Stop;
  readonly dryRun: "none" | "client" | "server";
  readonly datastore: DatastoreType | "unknown";
  readonly changes: Reading<readonly ObjectChange[]>;
  /** Whether the controller hands out load-balancer addresses too. */
  readonly balancers: boolean;
  /** Old controllers at no replicas. */
  readonly left: readonly LiveWorkload[];
  readonly bundle?: string;
  readonly ended: Millis;
}

/** `kind: ControllerUpgrade`, described by docs/schema. Times in seconds, the overlap in milliseconds. */
export function controllerResultObject(result: ControllerRunResult): JsonObject {
  const { goal, world, seen, stop, dryRun, datastore, bundle, left } = result;
  const facts = targetOf(world, goal)?.facts;
  const real = dryRun === "none";
  const pods = real ? presentPods(world) : [];
  const { without, readyAfter, window } = real ? gapOf(seen) : {};
  return {
    apiVersion: "calico-upgrade/v1alpha1",
    kind: "ControllerUpgrade",
    time: formatTime(result.ended),
    dryRun,
    succeeded: stop === undefined,
    changed: seen.wrote !== undefined || seen.stubs.length > 0,
    datastore,
    controller: {
      kind: goal.target.kind,
      namespace: goal.target.namespace,
      name: goal.target.name,
      ...(facts === undefined ? {} : { image: facts.image, desired: facts.desired, ready: facts.ready }),
    },
    pods: pods.map(({ name, uid, node, ready }) => ({ name, uid, node: node ?? null, ready })),
    ...(without === undefined
      ? {}
      : { withoutSeconds: inSeconds(without.time), withoutExact: without.exact }),
    ...(readyAfter === undefined ? {} : { readyAfterSeconds: inSeconds(readyAfter) }),
    overlapMillis: Math.round(seen.overlap.total),
    policyPaused: without === undefined ? false : datastore === "unknown" ? null : datastore === "etcd",
    notEnforced: changesObject(result, window),
    left: left.map(({ facts: { kind, namespace, name } }) => ({ kind, namespace, name })),
    ...(bundle === undefined ? {} : { bundle }),
    ...(stop === undefined
      ? {}
      : {
          stopped: {
            ...(stop.id === undefined ? {} : { id: stop.id }),
            message: stop.message,
            ...(stop.hint === undefined ? {} : { hint: stop.hint }),
            interrupted: stop.interrupted === true,
          },
        }),
  };
}

/** null: not known. */
function changesObject(
  { datastore, changes }: ControllerRunResult,
  window: { readonly from: Millis; readonly to: Millis } | undefined,
): readonly JsonObject[] | null {
  if (datastore === "kubernetes" || window === undefined) return [];
  if (!changes.known) return null;
  return notEnforced(changes.value, window).map(({ kind, namespace, name, what, at }) => ({
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    what,
    time: formatTime(at),
  }));
}

function inSeconds(time: Millis): number {
  return Math.round(time / 100) / 10;
}
