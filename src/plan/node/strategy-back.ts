import type { DaemonSetFacts } from "../../model/daemonset.ts";
import type { ManagedFieldsEntry } from "../../model/kube.ts";
import { shouldRun } from "../../model/placement.ts";
import type { Stop } from "../decision.ts";
import type { NodeGoal } from "./goal.ts";
import { isSilent, neverRan, outdatedNodes } from "./pin.ts";
import type { NodesSeen } from "./seen.ts";
import { inOrder } from "./turn.ts";
import { isNewest, podOn, type NodeWorld } from "./world.ts";

/**
 * Somebody put RollingUpdate back while we held the DaemonSet: stop at once (hazard H12). Whether our annotation is
 * still there does not matter: kubectl replace takes it away as well. After the last node there is nothing left to
 * hold.
 */
export function strategyTakenAway(
  world: NodeWorld,
  daemonSet: DaemonSetFacts,
  seen: NodesSeen,
  goal: NodeGoal,
): Stop | undefined {
  if (!seen.pinned || seen.unpinned || daemonSet.strategy.type === "OnDelete") return undefined;
  const pending = inOrder(world, goal).find((node) => seen.nodes[node]?.outcome === undefined);
  if (pending === undefined && !isAnyOutdated(world)) return undefined;
  return strategyBack(world, daemonSet, pending, "during the run", goal);
}

/** The same, done since an earlier run or part held it: its annotation tells. Nodes that answer are rolled by it. */
export function strategyBackSince(world: NodeWorld, goal: NodeGoal): Stop | undefined {
  const facts = world.daemonSet?.facts;
  if (facts?.pinned === undefined || facts.strategy.type === "OnDelete" || goal.takeOver) return undefined;
  return isAnyOutdated(world)
    ? strategyBack(world, facts, undefined, "before the upgrade had ended", goal)
    : undefined;
}

function isAnyOutdated(world: NodeWorld): boolean {
  return outdatedNodes(world).some((node) => !isSilent(world, node));
}

function strategyBack(
  world: NodeWorld,
  { namespace, name, strategy, managedFields }: DaemonSetFacts,
  pending: string | undefined,
  when: string,
  { commands }: Pick<NodeGoal, "commands">,
): Stop {
  const by = managedFields.filter(ownsStrategy).map(whoAndWhen).at(-1);
  const rolls = [...world.nodes.keys()].some((node) => node !== pending && isRolled(world, node));
  const who = by === undefined ? "" : ` (${by})`;
  const what = rolls ? "; its controller now restarts the other nodes by itself" : "";
  return {
    id: "H12",
    message: `somebody put updateStrategy ${strategy.type} back on daemonset ${namespace}/${name} ${when}${who}${what}`,
    hint: rolls ? `to stop that and go on node by node: ${commands.again("--take-over")}` : commands.again(),
  };
}

/**
 * Whether whoever put the strategy back took the lease of the run with it, as kubectl replace does: the restarts that
 * follow are what has to be known. Another run that ended leaves neither an older pod nor a node of ours.
 */
export function isReplaced(
  world: NodeWorld,
  { run }: DaemonSetFacts,
  { holder }: Pick<NodeGoal, "holder">,
): boolean {
  if (run !== undefined) return false;
  return [...world.nodes.values()].some(
    ({ name, lease }) =>
      isRolled(world, name) || (lease !== undefined && lease !== "unreadable" && lease.holder === holder),
  );
}

/** Its pod is older, or just replaced and not up yet: a controller is quicker than its DaemonSet is seen. */
function isRolled(world: NodeWorld, name: string): boolean {
  const node = world.nodes.get(name);
  const template = world.daemonSet?.facts.template;
  if (node === undefined || template === undefined || neverRan(world, name)) return false;
  const pod = podOn(world, name);
  if (pod === undefined) return shouldRun(node, template) === true;
  return isNewest(world, pod) !== true || !pod.ready;
}

function ownsStrategy({ fieldsV1 }: ManagedFieldsEntry): boolean {
  return fieldsV1 !== undefined && "f:updateStrategy" in ((fieldsV1["f:spec"] ?? {}) as object);
}

function whoAndWhen({ manager = "an unknown manager", time }: ManagedFieldsEntry): string {
  return time === undefined ? manager : `${manager} at ${time}`;
}
