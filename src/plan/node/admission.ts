import type { Millis } from "../../model/time.ts";
import type { ServerVerdict } from "../../model/server-verdict.ts";
import type { Decision, Stop } from "../decision.ts";
import { daemonSetPod, templateOf } from "../pod-of-template.ts";
import type { NodeRead } from "./bgp-seen.ts";
import type { NodeGoal } from "./goal.ts";
import type { OnNode } from "./on-node.ts";
import { nodeSeen, type NodesSeen } from "./seen.ts";
import type { NodeStep } from "./step.ts";
import type { NodeWorld } from "./world.ts";

/**
 * Before anything is done to a node, the server is asked whether it would take the new pod: what admission refuses
 * is seen only when the old one is gone (hazard H30). Undefined: it may go on. `next`: on the node; undefined: the
 * template is written first.
 */
export function admission(
  { daemonSet }: NodeWorld,
  seen: NodesSeen,
  goal: NodeGoal,
  node: string,
  next: OnNode | undefined,
  now: Millis,
): Decision<NodeStep, NodeRead> | undefined {
  if (goal.triesPods !== true || daemonSet === undefined || seen.interrupted !== undefined) return undefined;
  if (next !== undefined && !touches(next)) return undefined;
  const { admission: verdict } = nodeSeen(seen, node, now);
  if (verdict === undefined) {
    const template = next === undefined ? templateOf(goal.template?.inFile) : templateOf(daemonSet.raw);
    // Undo knows its template once it is written.
    if (template === undefined) return undefined;
    return {
      kind: "read",
      read: { kind: "pod", node, pod: daemonSetPod(daemonSet.raw, template, node) },
    };
  }
  return verdict.kind === "refused" ? { kind: "stop", reason: refusedPod(node, verdict, goal) } : undefined;
}

/** Something is about to be done to the node. */
export function touches(next: OnNode): boolean {
  return (
    next.kind === "step" &&
    ["cordon", "evict", "delete-pod"].includes(next.step.kind) &&
    !("through" in next.step)
  );
}

function refusedPod(
  node: string,
  { messages }: Extract<ServerVerdict, { kind: "refused" }>,
  { commands }: NodeGoal,
): Stop {
  return {
    node,
    message: `the server would refuse the new calico-node pod on node ${node}: ${messages.join("; ")}; the running pod is left alone`,
    hint: `once it accepts the pod: ${commands.again()}`,
  };
}
