import type { CordonLease } from "../../model/lease.ts";
import { shouldRun } from "../../model/placement.ts";
import type { PodFacts } from "../../model/pod.ts";
import { missingReason, silentReason, stuckReason, stuckText } from "../../model/stuck.ts";
import type { Stop } from "../decision.ts";
import { interruptedStop } from "../interrupted.ts";
import { some } from "../../model/words.ts";
import type { NodeGoal } from "./goal.ts";
import type { NodeView } from "./on-node.ts";
import type { NodesSeen } from "./seen.ts";

/** Why a run stops at a node: what was seen, and what to do, in words. */

export function interrupted(goal: NodeGoal): Stop {
  return interruptedStop(goal.commands);
}

/** Undefined where the DaemonSet may want a pod on the node (hazard H10). */
export function unplaceable({ world, node }: NodeView): Stop | undefined {
  const template = world.daemonSet?.facts.template;
  if (template === undefined || shouldRun(node, template) !== false) return undefined;
  return {
    id: "H10",
    node: node.name,
    message: `the DaemonSet wants no pod on node ${node.name}: its nodeSelector or a taint of the node keeps it away`,
    hint: "compare the DaemonSet's nodeSelector and tolerations with the node's labels and taints",
  };
}

export function revisionUnknown({ node, goal }: NodeView, pod: PodFacts | undefined): Stop {
  return {
    id: "H11",
    node: node.name,
    message: `cannot tell whether pod ${pod?.name ?? ""} on node ${node.name} runs the newest revision`,
    hint: `to restart it whatever it runs: ${restartCommand(goal, node.name)}`,
  };
}

/** Of a run that has more parts the command has no --restart. */
function restartCommand({ nested, commands }: NodeGoal, node: string): string {
  return nested === true ? commands.other("node", node, "--restart") : commands.again("--restart");
}

export function oldAgain({ node, goal }: NodeView, pod: PodFacts): Stop {
  return {
    id: "H11",
    node: node.name,
    message: `the DaemonSet controller made pod ${pod.name} on node ${node.name} from an older revision again`,
    saysCordoned: true,
    hint: `the node stays cordoned; look at the DaemonSet, then: ${goal.commands.again()}`,
  };
}

export function timedOut(
  { world, node, goal }: NodeView,
  pod: PodFacts | undefined,
  ...flags: readonly string[]
): Stop {
  const daemonSet = world.daemonSet?.facts;
  const stuck =
    silentReason(node) ??
    (pod === undefined
      ? daemonSet && missingReason(node.name, daemonSet, world.events)
      : stuckReason(pod, world.events));
  const what =
    pod === undefined
      ? `no calico-node pod came back on node ${node.name}`
      : `pod ${pod.name} on node ${node.name} did not become Ready`;
  const left = node.lease === undefined ? "" : "the node stays cordoned; ";
  return {
    node: node.name,
    message: `${what} within ${goal.timeout / 1000}s${stuck === undefined ? "" : `: ${stuckText(stuck)}`}`,
    saysCordoned: node.lease !== undefined,
    hint: `${left}when the cause is gone, go on with: ${goal.commands.again(...(goal.nested === true ? [] : flags))}`,
    ...(pod === undefined ? {} : { pod: { name: pod.name, namespace: pod.namespace } }),
  };
}

export function churning(node: string, pods: number): Stop {
  return {
    node,
    message: `${pods} calico-node pods came and went on node ${node} within a minute: something deletes them or evicts them`,
    saysCordoned: true,
    hint: `the node stays cordoned; look at the events: kubectl get events -A --field-selector involvedObject.kind=Pod`,
  };
}

export function noAddress({ world, node, goal }: NodeView, pod: PodFacts): Stop {
  const stuck = silentReason(node) ?? stuckReason(pod, world.events);
  return {
    id: "H26",
    node: node.name,
    message: `probe pod ${pod.name} on node ${node.name} got no address within ${goal.timeout / 1000}s${stuck === undefined ? "" : `: ${stuckText(stuck)}`}`,
    saysCordoned: true,
    hint: `pod networking on this node does not work; it stays cordoned; look at the pod's events, then: ${goal.commands.again()}`,
  };
}

export function uncordonedMeanwhile({ node, goal }: NodeView): Stop {
  return {
    id: "H13",
    node: node.name,
    message: `somebody uncordoned node ${node.name} while this run was about to restart its calico-node`,
    hint: `when it may be cordoned again: ${goal.commands.again()}`,
  };
}

export function unreadableLease({ node, goal }: NodeView): Stop {
  return {
    id: "H13",
    node: node.name,
    message: `the lease on node ${node.name} cannot be read, so it is not known who cordoned it`,
    hint: `to replace it: ${goal.commands.again("--take-over")}; to remove it: ${goal.commands.other("node", node.name, "--release")}`,
  };
}

export function foreignLease({ node, goal }: NodeView, lease: CordonLease): Stop {
  return {
    id: "H13",
    node: node.name,
    message: `node ${node.name} is under the lease of another run (${lease.holder}), for another DaemonSet`,
    hint: `to take it over: ${goal.commands.again("--take-over")}; to release: ${goal.commands.other("node", node.name, "--release")}`,
  };
}

/** Nodes that failed while the run was allowed to go on with others; undefined: none. */
export function failedNodes({ nodes }: NodesSeen, { commands }: NodeGoal): Stop | undefined {
  const failed = Object.entries(nodes).flatMap(([name, { outcome }]) =>
    outcome?.result === "failed" ? [{ name, stop: outcome.stop }] : [],
  );
  const last = failed.at(-1);
  if (last === undefined) return undefined;
  if (failed.length === 1) return last.stop;
  const names = failed.map(({ name }) => name);
  return {
    ...last.stop,
    message: `${failed.length} nodes failed (${some(names, 5)}) and stay cordoned; the last one: ${last.stop.message}`,
    hint: `when the cause is gone: ${commands.again()}`,
  };
}

export function nodeGone(goal: NodeGoal, name: string): Stop {
  return {
    node: name,
    message: `node ${name} is not there any more`,
    hint: goal.commands.other("status"),
  };
}
