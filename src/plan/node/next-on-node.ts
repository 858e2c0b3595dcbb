import { leaseRenewal, type CordonLease } from "../../model/lease.ts";
import type { NodeFacts } from "../../model/node.ts";
import { shouldRun } from "../../model/placement.ts";
import type { PodFacts } from "../../model/pod.ts";
import { missingReason, stuckReason, stuckText } from "../../model/stuck.ts";
import type { Millis } from "../../model/time.ts";
import type { Decision, Stop } from "../decision.ts";
import type { Settled } from "../procedure.ts";
import { nodeCommand } from "./command.ts";
import type { NodeGoal } from "./goal.ts";
import { giveBack } from "./give-back.ts";
import { runDaemonSet, runId, target } from "./run-lease.ts";
import { nodeSeen, type NodeSeen, type Seen } from "./seen.ts";
import type { NodeStep } from "./step.ts";
import { isNewest, isUp, podOn, podsOn, type NodeWorld } from "./world.ts";

/** After Ctrl-C a pod that was deleted already gets this long to become Ready (DESIGN section 3). */
const interruptPatience: Millis = 30_000;

/** More pods than this in a minute on one node is churn: somebody deletes them, or the DaemonSet flaps. */
const churnPods = 4;
const churnWindow: Millis = 60_000;

/** A wait shorter than this needs no explanation from the events. */
const eventsAfter: Millis = 4_000;

/** What comes next, or that there is nothing to do on this node. */
export type OnNode = Decision<NodeStep> | Settled;

/** What comes next on one node: cordon, delete, wait, settle, uncordon, each only when the one before holds. */
export function nextOnNode(world: NodeWorld, seen: Seen, goal: NodeGoal, name: string, now: Millis): OnNode {
  const node = world.nodes.get(name);
  const memory = nodeSeen(seen, name, now);
  if (node === undefined) return vanished(name, memory);
  const lease = node.lease;
  if (lease === "unreadable" && !goal.takeOver) return stop(unreadable(name, goal));
  if (lease !== undefined && lease !== "unreadable") {
    if (!ours(world, lease) && !goal.takeOver) return stop(foreign(name, lease, goal));
    if (!node.unschedulable && lease.noCordon !== true) return voided(node, memory, goal);
    return underLease(world, node, lease, seen, memory, goal, now);
  }
  return withoutLease(world, node, seen, memory, goal, now);
}

/** Node leases belong to the DaemonSet; an earlier target's is continued by this run. */
function ours(world: NodeWorld, lease: CordonLease): boolean {
  return runDaemonSet(lease.run) === world.daemonSet?.facts.uid;
}

function withoutLease(
  world: NodeWorld,
  node: NodeFacts,
  seen: Seen,
  memory: NodeSeen,
  goal: NodeGoal,
  now: Millis,
): OnNode {
  const pod = podOn(world, node.name);
  const newest = pod === undefined ? false : isNewest(world, pod);
  if (pod !== undefined && newest === true && !goal.restart) {
    if (isUp(pod, goal.expectReady))
      return { kind: "skip", node: node.name, why: `runs the newest revision already (pod ${pod.name})` };
    if (seen.interrupted !== undefined) return stop(interrupted(goal));
    // The newest revision, not Ready, nobody's lease: it may only be starting.
    if (goal.timeout > 0 && now - memory.began > goal.timeout)
      return stop(timedOut(world, node, pod, goal, "--restart"));
    return waitForPod(world, node, pod, memory, goal, now);
  }
  if (newest === "unknown" && !goal.restart) {
    return stop({
      id: "H11",
      node: node.name,
      message: `cannot tell whether pod ${pod?.name ?? ""} on node ${node.name} runs the newest revision`,
      hint: `to restart it whatever it runs: ${nodeCommand(goal, "--restart")}`,
    });
  }
  if (seen.interrupted !== undefined) return stop(interrupted(goal));
  const refusal = goal.guard(world, node.name, now) ?? unplaceable(world, node);
  if (refusal !== undefined) return stop(refusal);
  const replaces = pod?.uid ?? podsOn(world, node.name)[0]?.uid;
  const lease: CordonLease = {
    run: thisRun(world, seen, goal),
    holder: goal.holder,
    since: now,
    wasUnschedulable: node.unschedulable,
    ...(replaces === undefined ? {} : { replaces }),
    ...(goal.noCordon ? { noCordon: true } : {}),
  };
  return { kind: "step", step: { kind: "cordon", node, lease } };
}

function underLease(
  world: NodeWorld,
  node: NodeFacts,
  lease: CordonLease,
  seen: Seen,
  memory: NodeSeen,
  goal: NodeGoal,
  now: Millis,
): OnNode {
  const pods = podsOn(world, node.name);
  // What this process has deleted is on its way out, also while the watch does not show that yet.
  const pod = pods.find(({ deletedAt, uid }) => deletedAt === undefined && uid !== memory.deleted?.uid);
  const replaced = pod !== undefined && pod.uid !== lease.replaces;
  const newest = pod === undefined ? false : isNewest(world, pod);

  if (lease.run !== thisRun(world, seen, goal) || lease.holder !== goal.holder) {
    // Continue what an earlier process or an earlier target began, under this run's name.
    if (seen.interrupted !== undefined) return stop(interrupted(goal));
    const taken = { ...lease, run: thisRun(world, seen, goal), holder: goal.holder };
    const replaces = ours(world, lease) ? lease.replaces : pod?.uid;
    return {
      kind: "step",
      step: { kind: "take-lease", node, lease: replaces === undefined ? taken : { ...taken, replaces } },
    };
  }
  if (pod !== undefined && !replaced && (goal.restart || newest !== true)) {
    if (seen.interrupted !== undefined) return handBack(node, lease, memory, "interrupted");
    const refusal = goal.guard(world, node.name, now);
    if (refusal !== undefined) {
      // Nothing was touched yet: what this process cordoned it gives back before it stops.
      return memory.cordoned ? handBack(node, lease, memory, "interrupted") : stop(refusal);
    }
    return deletePod(node, pod, goal);
  }
  const churn = memory.uids.filter(({ at }) => now - at <= churnWindow);
  if (churn.length > churnPods) return stop(churning(node.name, churn.length));
  const timeIsUp = goal.timeout > 0 && now - memory.began > goal.timeout;
  if (timeIsUp && !(pod !== undefined && newest === true && isUp(pod, goal.expectReady))) {
    return stop(timedOut(world, node, pod ?? pods[0], goal));
  }
  if (pod === undefined) return waitForReplacement(world, node, pods[0], memory, seen, goal, now);
  if (newest === "unknown" && memory.deleted !== undefined) {
    return waiting(node, `pod ${pod.name} to be recognised as the newest revision`, memory, goal, now);
  }
  if (newest !== true) {
    // The controller made the old template again: deleting once more would only repeat it (H11).
    if (memory.deleted !== undefined) return stop(oldAgain(node.name, pod, goal));
    if (seen.interrupted !== undefined) return stop(interrupted(goal));
    return { kind: "step", step: { kind: "take-lease", node, lease: { ...lease, replaces: pod.uid } } };
  }
  const late = seen.interrupted !== undefined && now - seen.interrupted > interruptPatience;
  if (!isUp(pod, goal.expectReady)) {
    if (late) return stop(interrupted(goal));
    return waitForPod(world, node, pod, memory, goal, now);
  }
  const since = memory.up?.since ?? now;
  if (now - since < goal.settle) {
    if (late) return stop(interrupted(goal));
    return {
      kind: "wait",
      phase: "settle",
      node: node.name,
      for: `pod ${pod.name} to settle`,
      until: since + goal.settle,
    };
  }
  if (goal.probeImage !== undefined && memory.probed !== true && seen.interrupted === undefined) {
    return probe(world, node, goal.probeImage, memory, goal, now);
  }
  return handBack(node, lease, memory, "done");
}

function handBack(
  node: NodeFacts,
  lease: CordonLease,
  memory: NodeSeen,
  why: "done" | "interrupted",
): OnNode {
  return { kind: "step", step: giveBack(node, lease, memory.cordoned, why) };
}

function deletePod(node: NodeFacts, pod: PodFacts, goal: NodeGoal): OnNode {
  return {
    kind: "step",
    step: {
      kind: "delete-pod",
      node,
      pod,
      ...(goal.gracePeriod === undefined ? {} : { gracePeriod: goal.gracePeriod }),
    },
  };
}

/** A short pod on the still cordoned node shows that pods get addresses (hazard H26). */
function probe(
  world: NodeWorld,
  node: NodeFacts,
  image: string,
  memory: NodeSeen,
  goal: NodeGoal,
  now: Millis,
): OnNode {
  const pod = world.probes.find((entry) => entry.node === node.name && entry.deletedAt === undefined);
  if (pod === undefined) {
    const namespace = world.daemonSet?.facts.namespace ?? "kube-system";
    return { kind: "step", step: { kind: "probe", node, namespace, image } };
  }
  if (pod.ip !== undefined) return { kind: "step", step: { kind: "probe-done", node, pod } };
  const stuck = stuckReason(pod, world.events);
  if (goal.timeout > 0 && now - memory.began > goal.timeout) {
    return stop({
      id: "H26",
      node: node.name,
      message: `probe pod ${pod.name} on node ${node.name} got no address within ${goal.timeout / 1000}s${stuck === undefined ? "" : `: ${stuckText(stuck)}`}`,
      hint: `pod networking on this node does not work; it stays cordoned; look at the pod's events, then: ${nodeCommand(goal)}`,
    });
  }
  const wait = waiting(node, `probe pod ${pod.name} to get an address`, memory, goal, now);
  return { ...wait, phase: "probe", ...said(stuck) };
}

function waitForReplacement(
  world: NodeWorld,
  node: NodeFacts,
  terminating: PodFacts | undefined,
  memory: NodeSeen,
  seen: Seen,
  goal: NodeGoal,
  now: Millis,
): OnNode {
  if (seen.interrupted !== undefined && now - seen.interrupted > interruptPatience)
    return stop(interrupted(goal));
  const elsewhere = unplaceable(world, node);
  if (elsewhere !== undefined) return stop(elsewhere);
  if (terminating !== undefined) return waiting(node, `pod ${terminating.name} to end`, memory, goal, now);
  const daemonSet = world.daemonSet?.facts;
  const missing = daemonSet === undefined ? undefined : missingReason(node.name, daemonSet, world.events);
  const since = memory.deleted?.at ?? memory.began;
  return {
    ...waiting(node, "the replacement pod", memory, goal, now),
    // Between the delete and the controller's answer a missing pod is no news.
    ...(now - since > eventsAfter ? said(missing) : {}),
  };
}

function waitForPod(
  world: NodeWorld,
  node: NodeFacts,
  pod: PodFacts,
  memory: NodeSeen,
  goal: NodeGoal,
  now: Millis,
): OnNode {
  const what = goal.expectReady ? `pod ${pod.name} to become Ready` : `pod ${pod.name} to run`;
  return { ...waiting(node, what, memory, goal, now), ...said(stuckReason(pod, world.events)) };
}

function said(stuck: ReturnType<typeof stuckReason>): { readonly stuck?: string } {
  return stuck?.failing === true ? { stuck: stuckText(stuck) } : {};
}

function waiting(
  node: NodeFacts,
  what: string,
  memory: NodeSeen,
  goal: NodeGoal,
  now: Millis,
): Extract<OnNode, { kind: "wait" }> {
  const deadline = goal.timeout > 0 ? memory.began + goal.timeout + 1 : Number.POSITIVE_INFINITY;
  const since = memory.deleted?.at ?? memory.began;
  const wantsEvents = now - since >= eventsAfter;
  return {
    kind: "wait",
    phase: "ready",
    node: node.name,
    for: what,
    until: Math.min(deadline, now + leaseRenewal, wantsEvents ? now + eventsAfter : since + eventsAfter),
    ...(wantsEvents ? { wantsEvents } : {}),
  };
}

function unplaceable(world: NodeWorld, node: NodeFacts): Stop | undefined {
  const template = world.daemonSet?.facts.template;
  if (template === undefined || shouldRun(node, template) !== false) return undefined;
  return {
    id: "H10",
    node: node.name,
    message: `the DaemonSet wants no pod on node ${node.name}: its nodeSelector or a taint of the node keeps it away`,
    hint: "compare the DaemonSet's nodeSelector and tolerations with the node's labels and taints",
  };
}

function voided(node: NodeFacts, memory: NodeSeen, goal: NodeGoal): OnNode {
  if (memory.cordoned && memory.deleted === undefined) {
    return stop({
      id: "H13",
      node: node.name,
      message: `somebody uncordoned node ${node.name} while this run was about to restart its calico-node`,
      hint: `when it may be cordoned again: ${nodeCommand(goal)}`,
    });
  }
  return { kind: "step", step: { kind: "drop-lease", node, why: "void" } };
}

function vanished(name: string, memory: NodeSeen): OnNode {
  if (memory.cordoned || memory.deleted !== undefined || memory.uids.length > 0)
    return { kind: "vanished", node: name };
  return stop({
    node: name,
    message: `node ${name} is not there any more`,
    hint: "kubectl calico-upgrade status",
  });
}

function thisRun(world: NodeWorld, seen: Seen, goal: NodeGoal): string {
  return runId({ uid: goal.daemonSet }, target(world, seen, goal));
}

function timedOut(
  world: NodeWorld,
  node: NodeFacts,
  pod: PodFacts | undefined,
  goal: NodeGoal,
  flag = "",
): Stop {
  const daemonSet = world.daemonSet?.facts;
  const stuck =
    pod === undefined
      ? daemonSet && missingReason(node.name, daemonSet, world.events)
      : stuckReason(pod, world.events);
  const what =
    pod === undefined
      ? `no calico-node pod came back on node ${node.name}`
      : `pod ${pod.name} on node ${node.name} did not become Ready`;
  const left = node.lease === undefined ? "" : "the node stays cordoned; ";
  return {
    node: node.name,
    message: `${what} within ${goal.timeout / 1000}s${stuck === undefined ? "" : `: ${stuckText(stuck)}`}`,
    hint: `${left}when the cause is gone, go on with: ${flag === "" ? nodeCommand(goal) : nodeCommand(goal, flag)}`,
    ...(pod === undefined ? {} : { pod: { name: pod.name, namespace: pod.namespace } }),
  };
}

function churning(node: string, pods: number): Stop {
  return {
    node,
    message: `${pods} calico-node pods came and went on node ${node} within a minute: something deletes them or evicts them`,
    hint: `the node stays cordoned; look at the events: kubectl get events -A --field-selector involvedObject.kind=Pod`,
  };
}

function oldAgain(node: string, pod: PodFacts, goal: NodeGoal): Stop {
  return {
    id: "H11",
    node,
    message: `the DaemonSet controller made pod ${pod.name} on node ${node} from an older revision again`,
    hint: `the node stays cordoned; look at the DaemonSet, then: ${nodeCommand(goal)}`,
  };
}

function unreadable(name: string, goal: NodeGoal): Stop {
  return {
    id: "H13",
    node: name,
    message: `the lease on node ${name} cannot be read, so it is not known who cordoned it`,
    hint: `to replace it: ${nodeCommand(goal, "--take-over")}; to remove it: kubectl calico-upgrade node ${name} --release`,
  };
}

function foreign(name: string, lease: CordonLease, goal: NodeGoal): Stop {
  return {
    id: "H13",
    node: name,
    message: `node ${name} is under the lease of another run (${lease.holder}), for another DaemonSet`,
    hint: `to take it over: ${nodeCommand(goal, "--take-over")}; to give it up: kubectl calico-upgrade node ${name} --release`,
  };
}

function interrupted(goal: NodeGoal): Stop {
  return { message: "interrupted", hint: nodeCommand(goal), interrupted: true };
}

function stop(reason: Stop): Extract<OnNode, { kind: "stop" }> {
  return { kind: "stop", reason };
}
