import type { JsonObject } from "../model/kube.ts";
import { formatTime } from "../model/time.ts";
import type { ControllerStep } from "../plan/controller/step.ts";
import { phaseOf as controllerPhaseOf } from "../plan/controller/step.ts";
import type { Stop, Wait } from "../plan/decision.ts";
import { isLeaseStep, type LeaseStep } from "../plan/lease/step.ts";
import type { NodeGoal } from "../plan/node/goal.ts";
import { gapOf } from "../plan/node/measure.ts";
import { phaseOf as nodePhaseOf } from "../plan/node/phases.ts";
import type { NodesSeen } from "../plan/node/seen.ts";
import type { NodeStep } from "../plan/node/step.ts";
import type { ObjectsStep } from "../plan/objects/procedure.ts";
import type { PolicyStep } from "../plan/policy-migration/procedure.ts";
import type { PrepullGoal } from "../plan/prepull/goal.ts";
import type { PrepullStep } from "../plan/prepull/procedure.ts";
import type { PrepullSeen } from "../plan/prepull/seen.ts";
import { nodesWithImages } from "../plan/prepull/summary.ts";
import type { RunEvent } from "../plan/run-event.ts";
import type { RunPart, SequenceSeen } from "../plan/sequence/procedure.ts";
import { stepNotice } from "./node-lines.ts";
import { changeOfStep } from "./policy-migration/print.ts";
import { bgpObject, gapObject } from "./node-result.ts";
import { inSeconds } from "./seconds.ts";

/**
 * What one event says, as data: `kind: Event` without its envelope, described by docs/schema/event.json. No
 * object's content is among it, so no secret either.
 */
export type EventFields = JsonObject & { readonly type: string };

/** `resource`: the DaemonSet as kubectl names it, `daemonset.apps/calico-node`. */
export function nodesEvents(
  { goal, resource }: { readonly goal: NodeGoal; readonly resource: string },
  event: RunEvent<NodesSeen, NodeStep>,
): readonly EventFields[] {
  if (event.kind !== "begun" && event.kind !== "performed") return commonEvents(event);
  const { step } = event;
  // A heartbeat.
  if (step.kind === "renew") return [];
  const phase = nodePhaseOf(step);
  const notice = stepNotice(step);
  return [
    {
      type: event.kind,
      step: step.kind,
      ...phase,
      object: nodeObject(step, resource),
      ...(notice === undefined ? {} : { message: notice }),
      ...(event.kind === "begun" ? {} : { outcome: nodeOutcome(step), ...figures(step, event.memory, goal) }),
    },
  ];
}

/** A pod that pulls is created, and deleted once its node has the images, which took `pullSeconds`. */
export function prepullEvents(
  { goal }: { readonly goal: PrepullGoal },
  event: RunEvent<PrepullSeen, PrepullStep>,
): readonly EventFields[] {
  if (event.kind !== "begun" && event.kind !== "performed") return commonEvents(event);
  const { step, memory } = event;
  if (isLeaseStep(step)) return leaseEvents(event.kind, step);
  const { namespace, name } = step.kind === "pull" ? step.pull.pod.metadata : step.pod;
  const node = step.kind === "pull" ? step.pull.node : step.pod.node;
  const took = node === undefined || step.kind === "pull" ? undefined : memory.pulled[node];
  return [
    {
      type: event.kind,
      step: step.kind,
      phase: "prepull",
      ...(node === undefined ? {} : { node }),
      object: { group: "", kind: "Pod", ...(namespace === undefined ? {} : { namespace }), name },
      ...(step.kind === "pull" ? { images: step.pull.images } : {}),
      ...(event.kind === "begun"
        ? {}
        : {
            outcome: step.kind === "pull" ? "created" : "deleted",
            ...(took === undefined ? {} : { pullSeconds: inSeconds(took) }),
            nodesWithImages: nodesWithImages(goal, memory),
            nodesToUpgrade: goal.of,
          }),
    },
  ];
}

/** `group`: API group of Deployments. `restart`: the workload is restarted as it is. */
export function controllerEvents(
  { group, restart }: { readonly group: string; readonly restart: boolean },
  event: RunEvent<unknown, ControllerStep>,
): readonly EventFields[] {
  if (event.kind !== "begun" && event.kind !== "performed") return commonEvents(event);
  const { step } = event;
  if (isLeaseStep(step)) return leaseEvents(event.kind, step);
  const { kind, namespace, name } = step.kind === "scale-down" ? step.workload : step.target;
  const outcome =
    step.kind === "scale-down" ? "scaled" : !step.exists ? "created" : restart ? "restarted" : "configured";
  return [
    {
      type: event.kind,
      step: step.kind,
      ...controllerPhaseOf(step),
      object: { group, kind, namespace, name },
      ...(event.kind === "begun" ? {} : { outcome }),
    },
  ];
}

/** One for each object that is not a note of ours. */
export function objectsEvents(event: RunEvent<unknown, ObjectsStep>): readonly EventFields[] {
  if (event.kind !== "begun" && event.kind !== "performed") return commonEvents(event);
  return event.step.puts
    .filter(({ bookkeeping }) => bookkeeping !== true)
    .map(({ ref: { group, kind, namespace, name }, outcome, verb }) => ({
      type: event.kind,
      step: event.step.kind,
      phase: "write",
      object: { group, kind, ...(namespace === undefined ? {} : { namespace }), name },
      ...(event.kind === "begun" ? {} : { outcome: verb ?? outcome }),
    }));
}

/** `resource`: as kubectl names NetworkPolicies, `networkpolicy.networking.k8s.io`. */
export function policiesEvents(
  { resource }: { readonly resource: string },
  event: RunEvent<unknown, PolicyStep>,
): readonly EventFields[] {
  if (event.kind !== "begun" && event.kind !== "performed") return commonEvents(event);
  return event.step.puts.map(({ step }) => {
    const { resource: named, namespace, name, action } = changeOfStep(step, resource);
    const [kind = "", ...group] = named.split(".");
    const of = kind === "namespace" ? "Namespace" : "NetworkPolicy";
    return {
      type: event.kind,
      step: step.kind,
      phase: "write",
      object: { group: group.join("."), kind: of, ...(namespace === undefined ? {} : { namespace }), name },
      ...(event.kind === "begun" ? {} : { outcome: action }),
    };
  });
}

export function sequenceEvents(event: RunEvent<SequenceSeen, LeaseStep, RunPart>): readonly EventFields[] {
  if (event.kind === "begun" || event.kind === "performed") return leaseEvents(event.kind, event.step);
  if (event.kind === "entered") return [{ type: "entered", part: event.child.id }];
  if (event.kind !== "left") return commonEvents(event);
  const { child, memory } = event;
  const result = memory.ended[child.id];
  return [
    {
      type: "left",
      part: child.id,
      ...(result === undefined ? {} : { outcome: result.state }),
      ...(result === undefined || result.because === "" ? {} : { message: result.because }),
    },
  ];
}

/** What is the same for every procedure. */
function commonEvents(event: RunEvent<unknown, unknown>): readonly EventFields[] {
  switch (event.kind) {
    case "waiting":
      return [{ type: "waiting", ...waitFields(event.wait) }];
    case "settled": {
      const { kind, node, why } = event.what;
      const type = kind === "skip" ? "skipped" : kind;
      return [{ type, node, ...(why === undefined ? {} : { message: why }) }];
    }
    case "stopping":
    case "stopped":
      return [{ type: event.kind, ...stopFields(event.reason) }];
    case "done":
      return [{ type: "done" }];
    case "begun":
    case "performed":
    case "entered":
    case "left":
      return [];
  }
}

function leaseEvents(type: "begun" | "performed", { kind, daemonSet }: LeaseStep): readonly EventFields[] {
  if (kind === "renew") return [];
  const { namespace, name } = daemonSet;
  return [
    {
      type,
      step: kind,
      object: { kind: "DaemonSet", namespace, name },
      ...(type === "begun" ? {} : { outcome: "annotated" }),
    },
  ];
}

function waitFields({ phase, node, for: what, until, stuck, alarm }: Wait): JsonObject {
  return {
    phase,
    ...(node === undefined ? {} : { node }),
    message: what,
    ...(stuck === undefined ? {} : { stuck }),
    ...(alarm === undefined ? {} : { alarm }),
    ...(Number.isFinite(until) ? { until: formatTime(until) } : {}),
  };
}

function stopFields({ id, node, message, hint, interrupted }: Stop): JsonObject {
  return {
    ...(id === undefined ? {} : { id }),
    ...(node === undefined ? {} : { node }),
    message,
    ...(hint === undefined ? {} : { hint }),
    interrupted: interrupted === true,
  };
}

function nodeObject(step: NodeStep, resource: string): JsonObject {
  switch (step.kind) {
    case "cordon":
    case "uncordon":
    case "take-lease":
    case "drop-lease":
      return { group: "", kind: "Node", name: step.node.name };
    case "evict":
    case "delete-pod":
    case "probe-done":
      return { group: "", kind: "Pod", namespace: step.pod.namespace, name: step.pod.name };
    case "probe":
      return {
        group: "",
        kind: "Pod",
        namespace: step.namespace,
        name: `calico-upgrade-probe-${step.node.name}`,
      };
    case "claim":
    case "renew":
    case "template":
    case "unpin":
    case "end-run": {
      const { namespace, name } = step.daemonSet;
      const [, group = ""] = /^[^./]+\.([^/]+)\//.exec(resource) ?? [];
      return { group, kind: "DaemonSet", namespace, name };
    }
  }
}

function nodeOutcome(step: NodeStep): string {
  switch (step.kind) {
    case "claim":
      return step.pin === undefined ? "annotated" : "patched";
    case "template":
      return "configured";
    case "unpin":
      return "patched";
    case "cordon":
      return step.lease.noCordon === true || step.node.unschedulable ? "annotated" : "cordoned";
    case "uncordon":
      return "uncordoned";
    case "evict":
      return step.by === "delete" ? "deleted" : "evicted";
    case "delete-pod":
    case "probe-done":
      return "deleted";
    case "probe":
      return "created";
    case "take-lease":
    case "drop-lease":
    case "renew":
    case "end-run":
      return "annotated";
  }
}

/** The times of a restart, once the node is given back (hazards H22, H26). */
function figures(step: NodeStep, seen: NodesSeen, goal: NodeGoal): JsonObject {
  const own = step.kind === "uncordon" || step.kind === "drop-lease" ? seen.nodes[step.node.name] : undefined;
  if (own?.outcome?.result !== "restarted") return {};
  return { ...gapObject(gapOf(own), goal), ...bgpObject(own.bgp), networkingVerified: own.probed === true };
}
