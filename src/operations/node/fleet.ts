import type { NodeFacts } from "../../model/node.ts";
import type { Millis } from "../../model/time.ts";
import type { FleetGoal } from "../../plan/fleet/goal.ts";
import { inFleetOrder, type Ordered } from "../../plan/fleet/order.ts";
import { limitOf, plainPace, type Pace } from "../../plan/fleet/pace.ts";
import { isSelected } from "../../plan/fleet/select.ts";
import type { NodeGoal, TemplateGoal } from "../../plan/node/goal.ts";
import { isNewest, podOn, type NodeWorld } from "../../plan/node/world.ts";
import type { NodesRequest } from "./request.ts";

/** How long a canary must stay Ready where nothing else is said. */
const canarySettle: Millis = 60_000;

export interface Fleet extends Ordered {
  readonly goal: FleetGoal;
  /** After the canaries the run ends, and these are left. */
  readonly rest: readonly string[];
}

/** Order and pace of the nodes of a request, from the cluster as it is before the first write. */
export function fleetOf(
  request: NodesRequest,
  world: NodeWorld,
  template: TemplateGoal | undefined,
  settle: { readonly usual: Millis; readonly dryRun: boolean },
): Fleet {
  const { pace = plainPace, selection, restart } = request;
  const last = lastNode(request);
  const others = request.nodes.filter((name) => name !== last);
  const inOrder = inFleetOrder(world.nodes, others, provenNodes(request, world, template), pace);
  const isLast = last !== undefined && world.nodes.has(last) && others.length < request.nodes.length;
  const ordered = { ...inOrder, nodes: [...inOrder.nodes, ...(isLast ? [last] : [])] };
  // Names that are not in the cluster are the run's own to judge.
  const gone = request.nodes.filter((name) => !world.nodes.has(name));
  const canaries = ordered.canaries.map(({ node }) => node);
  const pauses = pace.pauseAfter === "canaries" && canaries.length > 0;
  const nodes = pauses ? canaries : [...ordered.nodes, ...gone];
  return {
    canaries: ordered.canaries,
    nodes,
    rest: pauses ? ordered.nodes.slice(canaries.length) : [],
    goal: {
      canaries: new Set(canaries),
      canarySettle: settle.dryRun
        ? 0
        : (pace.canarySettle ?? request.settle ?? Math.max(canarySettle, settle.usual)),
      maxUnavailable: limitOf(pace, world.nodes.size),
      interval: settle.dryRun ? 0 : pace.interval,
      maxFailures: pace.maxFailures,
      before: {
        nodes: new Set(world.nodes.keys()),
        ready: new Set(
          [...world.nodes.values()].flatMap(({ name, ready }) => (ready === true ? [name] : [])),
        ),
        unready: new Set(world.pods.flatMap(({ uid, ready }) => (ready ? [] : [uid]))),
        oldUnready: request.oldUnready === true,
      },
      joins: joinsOf(selection, restart || pauses),
      mayVanish: selection !== undefined && selection.names === undefined,
      ...(pace.until === undefined ? {} : { until: pace.until }),
      ...(pace.maxGap === undefined ? {} : { maxGap: pace.maxGap }),
    },
  };
}

/** The node that the run itself is on, which it drains when nothing else is left to do. */
export function lastNode({ drain, inJob }: Pick<NodesRequest, "drain" | "inJob">): string | undefined {
  return drain === undefined ? undefined : inJob?.node;
}

/** Nodes that came since run the newest template already where they are only to be restarted. */
function joinsOf(selection: NodesRequest["selection"], never: boolean): (node: NodeFacts) => boolean {
  if (never || selection === undefined || selection.names !== undefined) return () => false;
  return (node) => isSelected(selection, node);
}

/** Nodes that show that the target works on their class. */
function provenNodes(
  { restart, nodes }: NodesRequest,
  world: NodeWorld,
  template: TemplateGoal | undefined,
): readonly string[] {
  const live = world.daemonSet;
  if (restart || live === undefined) return [];
  if (template?.reconcile(live.raw, live.facts.pinned !== undefined).template === true) return [];
  return [...world.nodes.keys()].filter((name) => {
    const pod = podOn(world, name);
    return pod !== undefined && pod.ready && isNewest(world, pod) === true && !nodes.includes(name);
  });
}

/** The canaries of a run in a line each, as they are shown before it begins. */
export function canaryLines({ canaries }: Pick<Fleet, "canaries">): readonly string[] {
  return canaries.map(({ node, class: of, others }) => `canary ${node} for ${String(others)} more (${of})`);
}

/** The goal of a run that pauses after the canaries, with the nodes that come after the pause. */
export function withRest(goal: NodeGoal, { rest }: Pick<Fleet, "rest">): NodeGoal {
  return { ...goal, nodes: [...goal.nodes, ...rest] };
}

/** The pace of a request whose canaries are done. */
export function afterCanaries(pace: Pace): Pace {
  const { pauseAfter: _done, ...rest } = pace;
  return rest;
}
