import { calicoNode, type PodFacts } from "../../model/pod.ts";
import { plural, some } from "../../model/words.ts";
import type { Stop } from "../decision.ts";
import type { NodeGoal } from "../node/goal.ts";
import { gapOf, overBudget } from "../node/measure.ts";
import type { NodesSeen } from "../node/seen.ts";
import { templateChanged } from "../node/template-changed.ts";
import { isNewest, placed, type NodeWorld } from "../node/world.ts";
import type { FleetGoal } from "./goal.ts";
import { nothingWatched, type FleetSeen } from "./seen.ts";

/** Takes in what the cluster shows of the nodes that nobody of this run works on, and whether it has to halt. */
export function watchFleet(
  seen: NodesSeen,
  world: NodeWorld,
  goal: NodeGoal,
  working: readonly string[],
): FleetSeen | undefined {
  const { fleet } = goal;
  if (fleet === undefined) return undefined;
  const before = seen.fleet ?? nothingWatched;
  const { pods, restarted } = podsSeen(before, world, fleet, new Set(working));
  const ready = readyComponents(world.components ?? []);
  // What is evicted comes back on another node, and may take its time.
  const leaving = goal.drain === undefined ? nobody : componentsOn(world.components ?? [], working);
  const gone = [...before.components].filter((name) => !ready.has(name) && !leaving.has(name));
  const expected = [...before.components, ...ready].filter((name) => !leaving.has(name));
  const facts = world.daemonSet?.facts;
  const template = before.template ?? (working.length > 0 ? facts?.template.fingerprint : undefined);
  const edited = template !== undefined && facts !== undefined && facts.template.fingerprint !== template;
  const halt =
    before.halt ??
    failures(seen, fleet) ??
    gap(seen, goal, fleet) ??
    handled(seen) ??
    (edited ? templateChanged(facts) : undefined) ??
    restarted ??
    notReady(world, fleet) ??
    (gone.length > 0 ? componentsGone(gone) : undefined);
  return {
    pods,
    components:
      leaving.size === 0 && [...ready].every((name) => before.components.has(name))
        ? before.components
        : new Set(expected),
    ...(template === undefined ? {} : { template }),
    ...(halt === undefined ? {} : { halt }),
  };
}

/** calico-node starts again on a node that nobody of this run works on: trouble of the release, or somebody else. */
function podsSeen(
  before: FleetSeen,
  world: NodeWorld,
  { before: start }: FleetGoal,
  working: ReadonlySet<string>,
): { readonly pods: FleetSeen["pods"]; readonly restarted: Stop | undefined } {
  const changed = new Map<string, { uid: string; restarts: number }>();
  let restarted: Stop | undefined;
  for (const [node, [pod]] of placed(world)) {
    if (pod === undefined || pod.deletedAt !== undefined) continue;
    const restarts = calicoNode(pod)?.restarts ?? 0;
    const last = before.pods.get(node);
    if (last?.uid === pod.uid && last.restarts === restarts) continue;
    changed.set(node, { uid: pod.uid, restarts });
    if (last === undefined || working.has(node) || start.unready.has(last.uid)) continue;
    if (start.oldUnready && isNewest(world, pod) === false) continue;
    restarted ??= restartedElsewhere(node, pod, last.uid === pod.uid);
  }
  const pods = changed.size === 0 ? before.pods : new Map([...before.pods, ...changed]);
  return { pods, restarted };
}

function restartedElsewhere(node: string, pod: PodFacts, same: boolean): Stop {
  const waiting = calicoNode(pod)?.waiting?.reason;
  const last = calicoNode(pod)?.last;
  const how =
    waiting === "CrashLoopBackOff"
      ? "is in CrashLoopBackOff"
      : `restarted${last?.exitCode === undefined ? "" : ` (exit code ${last.exitCode})`}`;
  return {
    message: same
      ? `calico-node on node ${node} ${how} while no run works there`
      : `the calico-node pod of node ${node} was replaced by pod ${pod.name}, not by this run`,
    pod: { name: pod.name, namespace: pod.namespace },
  };
}

/** Nodes that are not Ready any more; deleted ones do not count. */
function notReady(world: NodeWorld, { before, maxUnavailable }: FleetGoal): Stop | undefined {
  const lost = [...before.ready].filter((name) => {
    const node = world.nodes.get(name);
    return node !== undefined && node.ready !== true;
  });
  if (lost.length <= maxUnavailable) return undefined;
  return {
    message: `${plural(lost.length, "node")} became NotReady during the run (${some(lost, 5)}), more than --max-unavailable (${maxUnavailable})`,
  };
}

function readyComponents(pods: readonly PodFacts[]): ReadonlySet<string> {
  return new Set(
    pods.flatMap(({ ready, deletedAt, labels }) =>
      ready && deletedAt === undefined ? [labels["k8s-app"] ?? ""] : [],
    ),
  );
}

const nobody: ReadonlySet<string> = new Set();

/** Components that have a pod on one of these nodes. */
function componentsOn(pods: readonly PodFacts[], nodes: readonly string[]): ReadonlySet<string> {
  return new Set(
    pods.flatMap(({ node, labels }) =>
      node !== undefined && nodes.includes(node) ? [labels["k8s-app"] ?? ""] : [],
    ),
  );
}

function componentsGone(names: readonly string[]): Stop {
  return { message: `no pod of ${names.join(", ")} is Ready any more` };
}

/** The last of more failed nodes than the run may have. */
function failures({ nodes }: NodesSeen, { maxFailures }: FleetGoal): Stop | undefined {
  const failed = Object.values(nodes).flatMap(({ outcome }) =>
    outcome?.result === "failed" ? [outcome.stop] : [],
  );
  return failed.length > maxFailures ? failed.at(-1) : undefined;
}

/** A node that was down for longer than its peers keep its routes (hazard H22), or than the user allows. */
function gap(seen: NodesSeen, goal: NodeGoal, { maxGap }: FleetGoal): Stop | undefined {
  for (const [node, own] of Object.entries(seen.nodes)) {
    if (own.outcome?.result !== "restarted") continue;
    // One that was down before this run took it in hand says nothing of the others.
    if (own.deleted === undefined || own.wasDown !== undefined || own.continued !== undefined) continue;
    const measured = gapOf(own);
    if (overBudget(measured, goal) === true)
      return {
        id: "H22",
        message: `calico-node on node ${node} was down for longer than the graceful-restart budget of ${(goal.budget ?? 0) / 1000}s`,
      };
    const time = Math.max(measured.down?.time ?? 0, measured.readyAfter?.time ?? 0);
    if (maxGap !== undefined && time > maxGap)
      return {
        message: `calico-node on node ${node} was down for ${(time / 1000).toFixed(1)}s, longer than --max-gap (${maxGap / 1000}s)`,
      };
  }
  return undefined;
}

/** Somebody handles the nodes that the run works on. */
function handled({ nodes }: NodesSeen): Stop | undefined {
  for (const [node, { outcome }] of Object.entries(nodes)) {
    if (outcome?.result !== "restarted") continue;
    if (outcome.kept === "void")
      return { id: "H13", message: `somebody uncordoned node ${node} while its calico-node was restarted` };
    if (outcome.kept === "cordoned-again")
      return { id: "H13", message: `somebody cordoned node ${node} while its calico-node was restarted` };
  }
  return undefined;
}
