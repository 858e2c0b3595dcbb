import type { Strategy } from "../../model/daemonset.ts";
import { neverReachedKubelet } from "../../model/pod.ts";
import type { NodeGoal } from "./goal.ts";
import { isNewest, podsOn, type NodeWorld } from "./world.ts";

/**
 * Whether the DaemonSet must be held at OnDelete: its controller would otherwise roll every outdated
 * node by itself, uncordoned, as soon as the template changes (hazard H12).
 */
export function mustPin(world: NodeWorld, goal: NodeGoal): boolean {
  const live = world.daemonSet;
  if (live === undefined) return false;
  const rolls =
    live.facts.strategy.type !== "OnDelete" || wantedStrategy(live.facts, goal).type !== "OnDelete";
  if (!rolls) return false;
  return goal.template?.reconcile(live.raw, true).template === true || outdatedNodes(world).length > 0;
}

/** The strategy to return to: the file's; without -f the one that was there (hazard H12). */
export function wantedStrategy(
  live: { readonly strategy: Strategy; readonly pinned?: Strategy | "unreadable" },
  goal: NodeGoal,
): Strategy {
  if (goal.template?.strategy !== undefined) return goal.template.strategy;
  return live.pinned === undefined || live.pinned === "unreadable" ? live.strategy : live.pinned;
}

/** Nodes whose pod is not known to be the newest; a silent node is named apart (hazard H16). */
export function outdatedNodes(world: NodeWorld): readonly string[] {
  return [...world.nodes.keys()].filter((node) => {
    const pods = podsOn(world, node);
    if (neverRan(world, node)) return false;
    return pods.length > 0 && pods.some((pod) => isNewest(world, pod) !== true);
  });
}

/**
 * Nodes whose calico-node has never run and that no run works on (hazard H31): they are not restarted, and neither
 * the pin nor what is taken away at the end waits for them.
 */
export function neverRan(world: NodeWorld, node: string): boolean {
  const pods = podsOn(world, node);
  return pods.length > 0 && pods.every(neverReachedKubelet) && world.nodes.get(node)?.lease === undefined;
}

/** Whether a node's kubelet is silent: what runs there cannot be known or changed (hazard H16). */
export function isSilent(world: NodeWorld, node: string): boolean {
  return world.nodes.get(node)?.ready === "unknown";
}
