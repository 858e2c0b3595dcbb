import type { JsonObject } from "../model/kube.ts";
import { formatTime, type Millis } from "../model/time.ts";
import { gapOf } from "../plan/controller/measure.ts";
import type { ControllerRunResult } from "../plan/controller/result.ts";
import { presentPods, targetOf } from "../plan/controller/world.ts";
import { notEnforced } from "./controller-lines.ts";
import { inSeconds } from "./seconds.ts";
import { stoppedObject } from "./stopped.ts";

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
    ...stoppedObject(stop),
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
