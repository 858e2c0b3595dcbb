import { staleReaders } from "../../model/config-ledger.ts";
import type { KubeObject } from "../../model/kube.ts";
import { podsByNode, shouldRun } from "../../model/placement.ts";
import type { ConfigNote } from "../../plan/config/stale.ts";
import { some } from "../../model/words.ts";
import type { Stop } from "../../plan/decision.ts";
import type { TemplateGoal } from "../../plan/node/goal.ts";
import { isSilent, neverRan, outdatedNodes } from "../../plan/node/pin.ts";
import type { NodeRunResult } from "../../plan/node/result.ts";
import { runDaemonSet } from "../../plan/node/run-lease.ts";
import type { NodeWorld } from "../../plan/node/world.ts";
import { warn, type Session } from "../session.ts";
import { prepull, type Prepulled } from "../prepull/operation.ts";
import { isSelected } from "../../plan/fleet/select.ts";
import type { NodeSelection } from "../../plan/fleet/pace.ts";
import { announce, upgradeFleet, type UpgradeFleetOptions } from "./canaries.ts";
import { withRest } from "./fleet.ts";
import { checkedGoal, goalOf, type CheckedGoal } from "./goal.ts";
import { openNodes, type OpenNodes } from "./open.ts";
import type { NodesRequest } from "./request.ts";
import type { FileGoal } from "./template.ts";

/** What the DaemonSet is to become, worked out from what is there now; undefined: it stays as it is. */
export type MakeTemplate = (nodes: OpenNodes) => Promise<FileGoal | undefined>;

/** What is left to do on nodes. */
export interface NodesLeft {
  readonly daemonSet: KubeObject | undefined;
  /** The DaemonSet itself is not as it is to be. */
  readonly template: boolean;
  /** To restart, or to bring an interrupted restart to its end, in their order; no silent ones (hazard H16). */
  readonly nodes: readonly string[];
  readonly silent: readonly string[];
  /** To do as well, and not among those that the run is about. */
  readonly excluded: readonly string[];
  /** What runs on them is the newest already. */
  readonly done: readonly string[];
  /** To restart although their pod is the newest: it started before values that it reads (hazard H25). */
  readonly stale: readonly string[];
}

export type RemainingRequest = Omit<NodesRequest, "nodes" | "restart">;

/** What is asked of the nodes that are left. */
export interface Remaining {
  readonly request: RemainingRequest;
  readonly make: MakeTemplate;
  readonly notes?: readonly ConfigNote[];
  /** Opened already, and kept up to date by whoever did; undefined: they are opened for this. */
  readonly open?: OpenNodes;
  /** Only nodes that run with older values, and what an earlier run left half done: no upgrade. */
  readonly onlyStale?: true;
}

/**
 * Looks at the nodes, and has rights and guards say whether they may be restarted; nothing is written. Of a part
 * (`session.leased`) the run that it belongs to has looked at the lease.
 */
export async function lookAtNodes(
  session: Session,
  { request, make, notes = [], onlyStale, open: given }: Remaining,
): Promise<NodesLeft & { readonly refusals: readonly Stop[]; readonly declined: boolean }> {
  return await withNodes(session, request, given, async (opened) => {
    const open = session.leased ? withoutRun(opened) : opened;
    const template = await make(open);
    const left = nodesLeft(open.live.snapshot(), template, { notes, onlyStale, ...request });
    const refusals: Stop[] = [];
    let declined = false;
    warnOfNeverRan(session, open.live.snapshot());
    const check = async (nodes: readonly string[], restart: boolean): Promise<void> => {
      // What is left half done comes to its end before those with older values begin.
      const before = restart ? { before: left.nodes } : {};
      const checked = await checkedGoal(open, session, { ...request, ...before, nodes, restart }, template);
      if (checked.kind === "goal") announce(open, session, checked, request.pace);
      if (checked.kind === "refused") refusals.push(...checked.refusals);
      declined ||= checked.kind === "declined";
    };
    if (left.template || left.nodes.length > 0) await check(left.nodes, false);
    // Silent ones are left where the run upgrades; here they are all that is asked for (hazard H16).
    const stale = onlyStale === undefined ? left.stale : [...left.stale, ...left.silent];
    if (stale.length > 0 && refusals.length === 0) await check(stale, true);
    return { ...left, refusals, declined };
  });
}

/** What is left to do, whoever may do it; nothing is written. */
export async function nodesToDo(
  session: Session,
  { request, make, notes = [], onlyStale, open: opened }: Remaining,
): Promise<NodesLeft> {
  return await withNodes(session, request, opened, async (open) =>
    nodesLeft(open.live.snapshot(), await make(open), { notes, onlyStale, ...request }),
  );
}

export interface RemainingDone {
  readonly left: NodesLeft;
  /** What each run over some of them came to; the last one has the reason where it stopped. */
  readonly results: readonly NodeRunResult[];
  /** What forbids it now, and did not when the run was agreed on. */
  readonly refusals: readonly Stop[];
  readonly interrupted: boolean;
}

/**
 * Template and nodes by the procedure of `node`; those that only have older values afterwards. What guards warned
 * of was told before the question.
 */
export async function upgradeRemaining(
  session: Session,
  { request, make, notes = [], onlyStale, open: opened }: Remaining,
  options: Pick<UpgradeFleetOptions, "onPod" | "bundle" | "records"> = {},
): Promise<RemainingDone> {
  const quiet: Session = {
    ...session,
    emit: (event) => {
      if (event.kind !== "warning") session.emit(event);
    },
  };
  return await withNodes(session, request, opened, async (open) => {
    const results: NodeRunResult[] = [];
    let template = await make(open);
    const look = (): NodesLeft => nodesLeft(open.live.snapshot(), template, { notes, onlyStale, ...request });
    let left = look();
    const one = async (restart: boolean): Promise<readonly Stop[] | undefined> => {
      const checkNow = async (pace = request.pace): Promise<CheckedGoal> => {
        const nodes = restart ? left.stale : left.nodes;
        const wanted = { ...request, nodes, restart, ...(pace === undefined ? {} : { pace }) };
        return await checkedGoal(open, quiet, wanted, restart ? undefined : template);
      };
      const checked = await checkNow();
      if (checked.kind === "refused") return checked.refusals;
      if (checked.kind === "declined") return [{ message: "nothing was changed on the nodes" }];
      const result = await upgradeFleet(
        open,
        session,
        checked,
        { ...options, pace: request.pace },
        async (pace) => {
          template = await make(open);
          left = look();
          return await checkNow(pace);
        },
      );
      results.push(result);
      template = await make(open);
      left = look();
      return undefined;
    };
    const ended = (refusals: readonly Stop[] = []): RemainingDone => ({
      left,
      results,
      refusals,
      interrupted: results.some(({ interrupted }) => interrupted),
    });
    if (left.template || left.nodes.length > 0) {
      const refusals = await one(false);
      if (refusals !== undefined) return ended(refusals);
    }
    const last = results.at(-1);
    if (last?.stop !== undefined || last?.interrupted === true || left.stale.length === 0) return ended();
    return ended(await one(true));
  });
}

/** Pulls what the nodes that are left need, before anything of a run is changed; rights and guards were asked. */
export async function prepullRemaining(
  session: Session,
  { request, make, notes = [], onlyStale, open: opened }: Remaining,
): Promise<Prepulled> {
  return await withNodes(session, request, opened, async (open) => {
    const template = await make(open);
    const world = open.live.snapshot();
    const { nodes, stale } = nodesLeft(world, template, { notes, onlyStale, ...request });
    const asked = { ...request, nodes: [...nodes, ...stale], restart: stale.length > 0 };
    const { goal, fleet } = await goalOf(open, session, asked, template, world);
    const all = withRest(goal, fleet);
    // The account of the new template may only come with the file; a DaemonSet without one has the namespace's own.
    const account = open.chosen.template.serviceAccount ?? "default";
    return await prepull(open, session, all, { alone: true, first: true, account });
  });
}

/** What is left of the template and of the nodes; a node under our lease is, although its pod is the newest. */
export function nodesLeft(
  world: NodeWorld,
  template: TemplateGoal | undefined,
  {
    notes = [],
    onlyStale,
    selection,
    restart = false,
  }: {
    readonly notes?: readonly ConfigNote[];
    readonly onlyStale?: true | undefined;
    readonly selection?: NodeSelection;
    /** All are to be restarted, whatever they run. */
    readonly restart?: boolean;
  } = {},
): NodesLeft {
  const live = world.daemonSet;
  const none = { nodes: [], silent: [], stale: [], excluded: [], done: [] };
  if (live === undefined) return { ...none, daemonSet: undefined, template: false };
  const { facts, raw } = live;
  const change = template?.reconcile(raw, facts.pinned !== undefined) ?? { writes: [], template: false };
  const placed = podsByNode(world.pods, facts);
  const behind = onlyStale
    ? []
    : change.template || restart
      ? [...world.nodes.values()]
          .filter((node) => !neverRan(world, node.name))
          .filter((node) => placed.has(node.name) || shouldRun(node, facts.template) === true)
          .map(({ name }) => name)
      : outdatedNodes(world);
  const leased = [...world.nodes.values()].flatMap(({ name, lease }) =>
    lease !== undefined && lease !== "unreadable" && runDaemonSet(lease.run) === facts.uid ? [name] : [],
  );
  const older = [...placed].flatMap(([node, [pod]]) => {
    const reads = notes.some(
      ({ ref, change: note }) =>
        pod !== undefined &&
        ref.namespace === facts.namespace &&
        staleReaders(pod, facts.template, ref.name, note).length > 0,
    );
    return reads && !behind.includes(node) ? [node] : [];
  });
  // What runs with older values is restarted whatever became of its lease: once is enough.
  const todo = [...new Set([...behind, ...leased.filter((node) => !older.includes(node))])];
  const isMeant = (name: string): boolean => {
    const node = world.nodes.get(name);
    return selection === undefined || (node !== undefined && isSelected(selection, node));
  };
  const open = [...new Set([...todo, ...older])];
  const isAnswering = (name: string): boolean => !isSilent(world, name);
  // A pin has a purpose while nodes are outdated, also for runs that do not upgrade them (hazard H12).
  const held = facts.pinned !== undefined && (onlyStale === undefined || outdatedNodes(world).length === 0);
  return {
    daemonSet: raw,
    template: change.writes.length > 0 || held,
    nodes: todo.filter((node) => isAnswering(node) && isMeant(node)).toSorted(),
    silent: [...new Set([...behind, ...older])].filter((node) => isSilent(world, node)).toSorted(),
    stale: older.filter((node) => isAnswering(node) && isMeant(node)).toSorted(),
    excluded: open.filter((node) => isAnswering(node) && !isMeant(node)).toSorted(),
    done: [...placed.keys()].filter(
      (node) => !open.includes(node) && isMeant(node) && !neverRan(world, node),
    ),
  };
}

/** The install as it looks to a part of a run that will hold the lease. */
function withoutRun(open: OpenNodes): OpenNodes {
  const snapshot = (): NodeWorld => {
    const { daemonSet, ...world } = open.live.snapshot();
    if (daemonSet === undefined) return world;
    const { run: _held, ...facts } = daemonSet.facts;
    return { ...world, daemonSet: { ...daemonSet, facts } };
  };
  return { ...open, live: { ...open.live, snapshot } };
}

/** Told once for all of them (hazard H31). */
export function warnOfNeverRan(session: Session, world: NodeWorld): void {
  const names = [...world.nodes.keys()].filter((node) => neverRan(world, node)).toSorted();
  if (names.length === 0) return;
  const where = some(names, 5);
  warn(
    session,
    `H31: calico-node has never run on ${where} (its pod is Pending, and no kubelet has taken it): not restarted there, and the other nodes do not wait for it`,
  );
}

async function withNodes<T>(
  session: Session,
  request: RemainingRequest,
  opened: OpenNodes | undefined,
  work: (nodes: OpenNodes) => Promise<T>,
): Promise<T> {
  if (opened !== undefined) {
    await opened.refresh();
    return await work(opened);
  }
  const abort = new AbortController();
  try {
    return await work(await openNodes(session, request, abort.signal));
  } finally {
    abort.abort();
  }
}
