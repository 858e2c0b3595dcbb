import { leaseRenewal } from "../lease/held.ts";
import type { PodFacts } from "../../model/pod.ts";
import { missingReason, silentReason, stuckReason, stuckText, type Stuck } from "../../model/stuck.ts";
import type { PhaseName, Wait } from "../decision.ts";
import { settleOf } from "../fleet/eta.ts";
import { eventsAfter, interruptEnd, untilLeaving, waitEnd } from "../patience.ts";
import { gapBegan } from "./measure.ts";
import { step, stop, timeIsUp, type NodeView, type OnNode } from "./on-node.ts";
import { interrupted, noAddress, unplaceable } from "./stops.ts";

/** The old pod ends, the controller makes a new one. */
export function waitForReplacement(view: NodeView, terminating: PodFacts | undefined): OnNode {
  const { world, node, seen, memory, goal, now } = view;
  if (now > interruptEnd(seen.interrupted)) return stop(interrupted(goal));
  const elsewhere = unplaceable(view);
  if (elsewhere !== undefined) return stop(elsewhere);
  const silent = silentReason(node);
  if (terminating !== undefined) {
    const grace = stuckReason(terminating, world.events);
    return { ...waiting(view, `pod ${terminating.name} to end`, "ready", silent ?? grace), ...said(silent) };
  }
  const daemonSet = world.daemonSet?.facts;
  const missing = daemonSet === undefined ? undefined : missingReason(node.name, daemonSet, world.events);
  // Between the delete and the controller's answer a missing pod is no news.
  const late = now - (memory.deleted?.at ?? memory.began) > eventsAfter;
  const why = silent ?? (late ? missing : undefined);
  return { ...waiting(view, "the replacement pod", "ready", why), ...said(why) };
}

/** The new pod starts and becomes Ready. */
export function waitForPod(view: NodeView, pod: PodFacts): OnNode {
  if (view.now > interruptEnd(view.seen.interrupted)) return stop(interrupted(view.goal));
  const what = view.goal.expectReady ? `pod ${pod.name} to become Ready` : `pod ${pod.name} to run`;
  const why = silentReason(view.node) ?? stuckReason(pod, view.world.events);
  return { ...waiting(view, what, "ready", why), ...said(why) };
}

/** Ready for a moment is not settled (hazard H23); undefined when it is. */
export function waitToSettle(view: NodeView, pod: PodFacts): OnNode | undefined {
  const { node, seen, memory, goal, now } = view;
  const settle = settleOf(goal, node.name);
  const since = memory.up?.since ?? now;
  if (now - since >= settle) return undefined;
  const end = interruptEnd(seen.interrupted);
  if (now > end) return stop(interrupted(goal));
  return {
    kind: "wait",
    phase: "settle",
    node: node.name,
    for: untilLeaving(`pod ${pod.name} to settle`, seen.interrupted),
    until: Math.min(since + settle, now + leaseRenewal, end + 1),
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
    ...said(silentReason(node) ?? stuckReason(pod, world.events)),
  };
}

/** `why`: what is known of why it takes so long, also where it may only need time. */
export function waiting(view: NodeView, what: string, phase: PhaseName = "ready", why?: Stuck): Wait {
  const { node, seen, memory, goal, now } = view;
  const { began, deleted } = memory;
  const { interrupted } = seen;
  const end = waitEnd({ timeout: goal.timeout, began, since: deleted?.at ?? began, interrupted, now });
  const down = goal.budget === undefined ? undefined : gapBegan(memory)?.at;
  const spent =
    down === undefined || goal.budget === undefined ? Number.POSITIVE_INFINITY : down + goal.budget;
  return {
    kind: "wait",
    phase,
    node: node.name,
    for: untilLeaving(what, interrupted),
    ...end,
    until: Math.min(end.until, now + leaseRenewal, spent > now ? spent + 1 : Number.POSITIVE_INFINITY),
    ...(now > spent ? { alarm: overBudgetAlarm(view, why) } : {}),
  };
}

/** Told while it lasts (hazard H22). */
function overBudgetAlarm({ node, goal }: NodeView, why: Stuck | undefined): string {
  // What has failed is reported as the reason of the wait itself.
  const reason = why === undefined || why.failing ? "" : ` (${stuckText(why)})`;
  return `H22: calico-node on node ${node.name} has been down for more than ${(goal.budget ?? 0) / 1000}s, the graceful-restart budget${reason}: BGP peers may be dropping its routes`;
}

/** What has failed, and a pull that takes long: nothing has failed there, and the budget runs meanwhile (hazard H21). */
function said(stuck: Stuck | undefined): { readonly stuck?: string } {
  return stuck?.failing === true || stuck?.reason === "Pulling" ? { stuck: stuckText(stuck) } : {};
}
