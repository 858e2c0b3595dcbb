import { fullImageName } from "../../model/image.ts";
import { run } from "../../perform/run.ts";
import type { Stop } from "../../plan/decision.ts";
import { commandRun } from "../../plan/lease/run-names.ts";
import type { LeaseGoal } from "../../plan/lease/under-lease.ts";
import type { NodeGoal } from "../../plan/node/goal.ts";
import { runId, target } from "../../plan/node/run-lease.ts";
import { nothingSeen } from "../../plan/node/seen.ts";
import { outdatedNodes } from "../../plan/node/pin.ts";
import type { NodeWorld } from "../../plan/node/world.ts";
import type { PrepullGoal } from "../../plan/prepull/goal.ts";
import { pullsOf, type NodePulls } from "../../plan/prepull/goal-of.ts";
import { prepullProcedure } from "../../plan/prepull/procedure.ts";
import type { PrepullResult } from "../../plan/prepull/result.ts";
import { prepullResult } from "../../plan/prepull/summary.ts";
import type { PrepullAbout } from "../events.ts";
import { performing, warn, type Session } from "../session.ts";
import type { OpenNodes } from "../node/open.ts";
import { hasPullPods, livePrepullWorld } from "./world.ts";

/** What came of pulling images ahead. */
export interface Prepulled {
  /** Absent: nothing was to be pulled. */
  readonly result?: PrepullResult;
  /** Why the run ends here. */
  readonly stop?: Stop;
  /** A signal came, however it ended. */
  readonly interrupted: boolean;
}

export interface PrepullOptions {
  /** The run ends with it, and gives its lease back. */
  readonly alone?: boolean;
  /** Nothing at all has been written before it. */
  readonly first?: boolean;
  /** The ServiceAccount of the new template may not be there yet. */
  readonly account?: string | undefined;
}

/**
 * Pulls the images that the nodes of a goal lack, before the first of them is touched, and removes what a process that
 * was killed has left of that.
 */
export async function prepull(
  nodes: OpenNodes,
  session: Session,
  goal: NodeGoal,
  { alone = false, first = !session.leased, account }: PrepullOptions = {},
): Promise<Prepulled> {
  const { live, places, chosen, discovery, pulled } = nodes;
  const { connection, clock, dryRun, commands } = session;
  const { namespace } = chosen;
  const world = live.snapshot();
  const lease = leaseOf(session, goal, world);
  const { of, pulls } = pullsNeeded(nodes, session, goal, account);
  const facts = world.daemonSet?.facts;
  // A process that was killed while it pulled has left its lease; of a part, the run has taken that over. Whoever
  // has pulled has cleaned up as well.
  const mayBeLeft = facts?.run !== undefined && pulled.size === 0;
  if (pulls.length === 0 && !(mayBeLeft && (await hasPullPods(connection, namespace))))
    return { interrupted: false };
  if (pulls.length > 0 && isRolledBySomebody(world, goal)) {
    warn(
      session,
      "images are not pulled ahead: somebody's rollout is stopped first, and each node pulls what it lacks when its turn comes",
    );
    return { interrupted: false };
  }
  const wanted: PrepullGoal = {
    daemonSet: goal.daemonSet,
    nodes: pulls,
    of,
    ahead: goal.prepull?.ahead ?? 1,
    timeout: goal.timeout,
    lease,
    keepsLease: !alone,
    untouched: first ? "nothing was changed" : "no node was touched",
    commands,
  };
  const about: PrepullAbout = { goal: wanted };
  const abort = new AbortController();
  try {
    const pods = await livePrepullWorld(connection, live, {
      namespace,
      now: clock.now,
      signal: abort.signal,
    });
    const ended = await run(prepullProcedure(wanted, places, dryRun !== "none"), pods, {
      ...performing(session, discovery.version, undefined),
      emit: (event) =>
        session.emit({ kind: "procedure", procedure: "prepull", within: session.within, about, event }),
    });
    for (const { node, images } of pulls) {
      const took = ended.memory.pulled[node];
      if (took === undefined) continue;
      const before = pulled.get(node);
      pulled.set(node, {
        images: new Set([...(before?.images ?? []), ...images.map(fullImageName)]),
        began: before?.began ?? ended.memory.began[node] ?? clock.now() - took,
        took: (before?.took ?? 0) + took,
      });
    }
    return {
      result: prepullResult(wanted, ended.memory, dryRun !== "none"),
      interrupted: ended.interrupted,
      ...(ended.kind === "stopped" ? { stop: ended.reason } : {}),
    };
  } finally {
    abort.abort();
  }
}

/** What a run would pull now; nothing is asked of the server. */
export function pullsNeeded(
  { live, pulled }: Pick<OpenNodes, "live" | "pulled">,
  session: Session,
  goal: NodeGoal,
  account?: string,
): NodePulls {
  const world = live.snapshot();
  const facts = world.daemonSet?.facts;
  if (facts === undefined) return { of: 0, pulls: [] };
  const run = { run: leaseOf(session, goal, world).run(facts), holder: session.holder };
  const known = new Map([...pulled].map(([node, { images }]) => [node, images] as const));
  return pullsOf(world, goal, { run, pulled: known, account }, session.clock.now());
}

/** Whether Kubernetes restarts nodes by itself until the run stops it, which must not wait (hazard H18). */
function isRolledBySomebody(world: NodeWorld, { takeOver }: NodeGoal): boolean {
  const strategy = world.daemonSet?.facts.strategy.type;
  return takeOver && strategy !== "OnDelete" && outdatedNodes(world).length > 0;
}

/** The lease of the run that this is the beginning, or a part, of. */
function leaseOf({ holder, command, commands }: Session, goal: NodeGoal, world: NodeWorld): LeaseGoal {
  const nested = goal.nested === true;
  return {
    holder,
    command,
    commands,
    nested,
    takeOver: goal.takeOver,
    gone: goal.gone,
    run: (daemonSet) =>
      nested ? commandRun(daemonSet.uid, command) : runId(daemonSet, target(world, nothingSeen, goal)),
  };
}
