import type { DaemonSetFacts } from "../../model/daemonset.ts";
import { currentRevision, isObserved } from "../../model/rollout.ts";
import type { Millis } from "../../model/time.ts";
import type { Decision, Stop } from "../decision.ts";
import { leaseRenewal, renewed } from "../lease/held.ts";
import { lostLease } from "../lease/kept.ts";
import { admission } from "./admission.ts";
import { bgpBefore } from "./bgp.ts";
import { finish } from "./finish.ts";
import type { NodeGoal } from "./goal.ts";
import { heldWait } from "./hold.ts";
import { stop, type OnNode } from "./on-node.ts";
import { mustPin } from "./pin.ts";
import { claim, heldByOther } from "./run-lease.ts";
import type { NodesSeen } from "./seen.ts";
import type { NodeStep } from "./step.ts";
import { failedNodes, interrupted } from "./stops.ts";
import { templateChanged } from "./template-changed.ts";
import { goneThrough } from "./through.ts";
import { nodeInTurn, type Turn } from "./turn.ts";
import { isReplaced, strategyTakenAway } from "./strategy-back.ts";
import type { NodeWorld } from "./world.ts";

/** How long the DaemonSet controller may take to write a template down as a revision. */
const revisionPatience: Millis = 60_000;

/**
 * The controller answers a change of the spec with a write of the status, as a rule at once: a compare-and-swap before
 * that would only lose to it.
 */
const statusPatience: Millis = 1_000;

/**
 * What a node run does next. `now` is the API server's clock. Everything the answer depends on is in
 * the arguments: the same cluster gives the same step to whoever asks, which is what lets any process
 * continue where another was killed.
 */
export function nextNodeStep(world: NodeWorld, seen: NodesSeen, goal: NodeGoal, now: Millis): OnNode {
  const daemonSet = world.daemonSet?.facts;
  const through = goneThrough(world, seen, goal);
  if (through !== undefined) return { kind: "step", step: through };
  if (seen.stop !== undefined) return leave(daemonSet, goal, seen.stop);
  if (daemonSet === undefined || daemonSet.uid !== goal.daemonSet) {
    return stop({
      message: "the calico-node DaemonSet was deleted or replaced during the run",
      hint: goal.commands.other("status"),
    });
  }
  const other = heldByOther(world, seen, goal, now);
  if (other !== undefined) return stop(other);
  const unpinned = strategyTakenAway(world, daemonSet, seen, goal);
  const lost = lostLease(seen, daemonSet, goal);
  // Another run that has ended put it back; whoever took it away from this one is to be known.
  if (unpinned !== undefined)
    return stop(lost === undefined || isReplaced(world, daemonSet, goal) ? unpinned : lost);
  const next = nextWhileHeld(world, daemonSet, seen, goal, now);
  // What is at its end needs no lease; whatever else there is to say of the nodes, another run may have done it.
  const goesOn = ["step", "wait", "read", "stop"].includes(next.kind);
  return lost !== undefined && goesOn ? stop(lost) : next;
}

/** Of a run that nobody has taken over. */
function nextWhileHeld(
  world: NodeWorld,
  daemonSet: DaemonSetFacts,
  seen: NodesSeen,
  goal: NodeGoal,
  now: Millis,
): OnNode {
  const template = templateStep(world, daemonSet, seen, goal);
  if (template.kind === "edited") return stop(templateChanged(daemonSet));
  const turn = template.kind === "ready" ? nodeInTurn(world, seen, goal, now) : undefined;
  const onNode = turn && onNodeOf(turn, seen, goal, now);
  const pending = turn?.node ?? goal.nodes.find((node) => seen.nodes[node]?.outcome === undefined);

  // Before the first write, and before each node.
  if (pending !== undefined && (onNode !== undefined || template.kind === "write")) {
    const asked =
      admission(world, seen, goal, pending, onNode, now) ??
      bgpBefore(world, seen, goal, pending, onNode, now);
    if (asked !== undefined) return asked;
  }

  // Somebody else's rollout goes on until it is held, also while there is nothing to do on our node (H18).
  const holds = goal.takeOver && pending !== undefined && mustPin(world, goal);
  // Who waits for a node is at work.
  const waits = turn?.next.kind === "held";
  const writes = template.kind === "write" || onNode?.kind === "step" || holds || waits;
  if (writes && seen.interrupted === undefined) {
    const taken = claim(world, daemonSet, seen, goal, now);
    if (taken !== undefined) return { kind: "step", step: taken };
  }
  const lease = renewed(daemonSet, goal.holder, now);
  if (lease !== undefined) return { kind: "step", step: { kind: "renew", daemonSet, lease } };

  if (template.kind === "write") {
    if (seen.interrupted !== undefined) return stop(interrupted(goal));
    const until = (seen.unobservedSince ?? now) + statusPatience;
    if (!isObserved(daemonSet) && now < until) {
      const what = "the DaemonSet controller to take in the strategy";
      return { kind: "wait", phase: "template", for: what, until, passes: true };
    }
    return { kind: "step", step: { kind: "template", daemonSet, writes: template.writes } };
  }
  if (template.kind === "unobserved" && !(pending === undefined && seen.unpinned)) {
    const began = seen.unobservedSince ?? now;
    if (now - began > revisionPatience) return stop(controllerSilent(daemonSet));
    if (seen.interrupted !== undefined) return stop(interrupted(goal));
    return {
      kind: "wait",
      phase: "template",
      for: "the DaemonSet controller to take in the template",
      until: Math.min(began + revisionPatience, now + leaseRenewal),
    };
  }
  if (onNode !== undefined) return onNode;
  const failed = failedNodes(seen, goal);
  if (failed !== undefined) return stop(failed);
  return finish(world, daemonSet, seen, goal);
}

function onNodeOf({ node, next, others }: Turn, seen: NodesSeen, goal: NodeGoal, now: Millis): OnNode {
  return next.kind === "held" ? heldWait(node, next.hold, others, seen, goal, now) : next;
}

type TemplateState =
  | { readonly kind: "ready" }
  | { readonly kind: "write"; readonly writes: Extract<NodeStep, { kind: "template" }>["writes"] }
  /** By somebody else since it was planned on: this write would take that away, and roll out what nobody has seen. */
  | { readonly kind: "edited" }
  | { readonly kind: "unobserved" };

/** The file's template first; then the revision it makes must be there (hazard H11). */
function templateStep(
  world: NodeWorld,
  daemonSet: DaemonSetFacts,
  seen: NodesSeen,
  goal: NodeGoal,
): TemplateState {
  if (goal.template !== undefined && !seen.templateWritten && world.daemonSet !== undefined) {
    const { plannedOn = daemonSet.template.fingerprint } = goal.template;
    const { writes, template } = goal.template.reconcile(
      world.daemonSet.raw,
      daemonSet.pinned !== undefined || mustPin(world, goal),
    );
    if (template && daemonSet.template.fingerprint !== plannedOn) return { kind: "edited" };
    if (writes.length > 0) return { kind: "write", writes };
  }
  return currentRevision(world.revisions, daemonSet) === undefined
    ? { kind: "unobserved" }
    : { kind: "ready" };
}

/** Gives up the run's lease, so that the next command goes on at once, and stops. */
function leave(daemonSet: DaemonSetFacts | undefined, goal: NodeGoal, reason: Stop): Decision<NodeStep> {
  const run = daemonSet?.run;
  if (
    goal.nested === true ||
    daemonSet === undefined ||
    run === undefined ||
    run === "unreadable" ||
    run.holder !== goal.holder
  )
    return stop(reason);
  const { holder: _holder, renewed: _renewed, ...lease } = run;
  return { kind: "step", step: { kind: "end-run", daemonSet, lease, clearPin: false } };
}

function controllerSilent(daemonSet: DaemonSetFacts): Stop {
  return {
    id: "H11",
    message:
      `the DaemonSet controller has not taken in generation ${daemonSet.generation} of ` +
      `daemonset ${daemonSet.namespace}/${daemonSet.name} within ${revisionPatience / 1000}s; a pod deleted now would come back from the old template`,
    hint: "look at kube-controller-manager, then run the same command again",
  };
}
