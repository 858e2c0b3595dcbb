import { leaseRenewal } from "../../model/lease.ts";
import type { PodFacts } from "../../model/pod.ts";
import { missingReason, stuckReason, stuckText, type Stuck } from "../../model/stuck.ts";
import type { Millis } from "../../model/time.ts";
import type { PhaseName, Wait } from "../decision.ts";
import {
  interruptEnd,
  interruptPatience,
  step,
  stop,
  timeIsUp,
  type NodeView,
  type OnNode,
} from "./on-node.ts";
import { gapBegan } from "./measure.ts";
import { interrupted, noAddress, unplaceable } from "./stops.ts";

/** A wait shorter than this needs no explanation from the events. */
const eventsAfter: Millis = 4_000;

/** The old pod ends, the controller makes a new one. */
export function waitForReplacement(view: NodeView, terminating: PodFacts | undefined): OnNode {
  const { world, node, memory, goal, now } = view;
  if (now > interruptEnd(view)) return stop(interrupted(goal));
  const elsewhere = unplaceable(view);
  if (elsewhere !== undefined) return stop(elsewhere);
  if (terminating !== undefined) return waiting(view, `pod ${terminating.name} to end`);
  const daemonSet = world.daemonSet?.facts;
  const missing = daemonSet === undefined ? undefined : missingReason(node.name, daemonSet, world.events);
  // Between the delete and the controller's answer a missing pod is no news.
  const late = now - (memory.deleted?.at ?? memory.began) > eventsAfter;
  return { ...waiting(view, "the replacement pod"), ...(late ? said(missing) : {}) };
}

/** The new pod starts and becomes Ready. */
export function waitForPod(view: NodeView, pod: PodFacts): OnNode {
  if (view.now > interruptEnd(view)) return stop(interrupted(view.goal));
  const what = view.goal.expectReady ? `pod ${pod.name} to become Ready` : `pod ${pod.name} to run`;
  return { ...waiting(view, what), ...said(stuckReason(pod, view.world.events)) };
}

/** Ready for a moment is not settled (hazard H23); undefined when it is. */
export function waitToSettle(view: NodeView, pod: PodFacts): OnNode | undefined {
  const { node, memory, goal, now } = view;
  const since = memory.up?.since ?? now;
  if (now - since >= goal.settle) return undefined;
  if (now > interruptEnd(view)) return stop(interrupted(goal));
  return {
    kind: "wait",
    phase: "settle",
    node: node.name,
    for: untilLeaving(view, `pod ${pod.name} to settle`),
    until: Math.min(since + goal.settle, now + leaseRenewal, interruptEnd(view) + 1),
  };
}

/**
 * A short pod on the still cordoned node shows that pods get addresses (hazard H26). Undefined after a
 * Ctrl-C, when none is left to be removed.
 */
export function probe(view: NodeView, image: string): OnNode | undefined {
  const { world, node, seen } = view;
  const pod = world.probes.find((entry) => entry.node === node.name && entry.deletedAt === undefined);
  if (seen.interrupted !== undefined) return pod && step({ kind: "probe-done", node, pod });
  if (pod === undefined) {
    return step({ kind: "probe", node, namespace: world.daemonSet?.facts.namespace ?? "kube-system", image });
  }
  if (pod.ip !== undefined) return step({ kind: "probe-done", node, pod });
  if (timeIsUp(view)) return stop(noAddress(view, pod));
  return {
    ...waiting(view, `probe pod ${pod.name} to get an address`, "probe"),
    ...said(stuckReason(pod, world.events)),
  };
}

export function waiting(view: NodeView, what: string, phase: PhaseName = "ready"): Wait {
  const { node, memory, goal, now } = view;
  const deadline = goal.timeout > 0 ? memory.began + goal.timeout + 1 : Number.POSITIVE_INFINITY;
  const since = memory.deleted?.at ?? memory.began;
  const wantsEvents = now - since >= eventsAfter;
  const began = goal.budget === undefined ? undefined : gapBegan(memory)?.at;
  const spent =
    began === undefined || goal.budget === undefined ? Number.POSITIVE_INFINITY : began + goal.budget;
  return {
    kind: "wait",
    phase,
    node: node.name,
    for: untilLeaving(view, what),
    until: Math.min(
      deadline,
      interruptEnd(view) + 1,
      now + leaseRenewal,
      wantsEvents ? now + eventsAfter : since + eventsAfter,
      spent > now ? spent + 1 : Number.POSITIVE_INFINITY,
    ),
    ...(wantsEvents ? { wantsEvents } : {}),
    ...(now > spent ? { alarm: overBudgetAlarm(view) } : {}),
  };
}

/** Told while it lasts (hazard H22). */
function overBudgetAlarm({ node, goal }: NodeView): string {
  return `H22: calico-node on node ${node.name} has been down for more than ${(goal.budget ?? 0) / 1000}s, the graceful-restart budget: BGP peers may be dropping its routes`;
}

/** After a first Ctrl-C the user sees that it was heard, and what a second one does. */
function untilLeaving({ seen }: NodeView, what: string): string {
  if (seen.interrupted === undefined) return what;
  return `${what}, ${interruptPatience / 1000}s at most (interrupted; Ctrl-C again leaves at once)`;
}

function said(stuck: Stuck | undefined): { readonly stuck?: string } {
  return stuck?.failing === true ? { stuck: stuckText(stuck) } : {};
}
