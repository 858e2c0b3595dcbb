import type { Bundle, Parts } from "../../bundle/read.ts";
import type { OpenBundle } from "../../bundle/write.ts";
import { clusterUid } from "../../cluster/cluster-uid.ts";
import { discover } from "../../cluster/discovery.ts";
import { policyGroups } from "../../cluster/observe-policy.ts";
import { observedGroups } from "../../cluster/observe.ts";
import type { Discovery } from "../../cluster/port.ts";
import { readObject } from "../../cluster/read-object.ts";
import { userError } from "../../errors.ts";
import type { Ref } from "../../model/kube.ts";
import { runAnnotation } from "../../model/names.ts";
import { agree } from "../../perform/agree.ts";
import type { Stop } from "../../plan/decision.ts";
import { withNextCommand } from "../agree-again.ts";
import { settledByMigrations } from "../apply/decide.ts";
import { endLeftRun, runSequence } from "../sequence.ts";
import { openRunBundle, type Session } from "../session.ts";
import { singleStep } from "./alone.ts";
import type { UndoWorld } from "./inverse.ts";
import type { UndoProgress, UndoStep, UndoPart } from "./undo-step.ts";
import { checkPermitted } from "./permitted.ts";
import { placed } from "./placed.ts";
import { refusals } from "./prepare.ts";
import { questionOf } from "./question.ts";
import type { UndoRequest } from "./request.ts";
import { isStaged, stagedStep } from "./staged.ts";
import type { UndoTarget } from "./staged-entries.ts";

/** What one `undo` came to. */
export interface UndoOutcome {
  /** In the order in which they go back; the first look where nothing was begun. */
  readonly steps: readonly UndoStep[];
  readonly dones?: ReadonlyMap<UndoStep, UndoProgress>;
  /** Directories of undo's own bundles, of those that wrote something. */
  readonly saved?: ReadonlyMap<UndoStep, string>;
  /** Why it ended before its goal. */
  readonly stopped?: Stop;
  /** What forbids the first write; nothing was begun. */
  readonly refused?: readonly string[];
  readonly declined?: true;
  readonly interrupted: boolean;
}

/**
 * Takes a run and its parts back: looks at everything, asks once, then part after part under one lease. What
 * forbids one of them forbids all before the first write. Throws UserError where the bundle is of another cluster.
 */
export async function undoOperation(
  session: Session,
  main: Bundle,
  parts: Parts,
  request: UndoRequest,
): Promise<UndoOutcome> {
  const { connection, clock } = session;
  const all = [main, ...parts.before, ...parts.after];
  for (const bundle of all) checkPermitted(bundle);
  const named = all.flatMap(({ entries }) => entries.map(({ group }) => group));
  const [uid, discovery] = await Promise.all([
    clusterUid(connection),
    discover(connection, [...new Set([...observedGroups, ...policyGroups, ...named])]),
  ]);
  const { cluster } = main.index;
  if (cluster.uid !== uid) {
    throw userError(
      `the bundle ${main.directory} is of another cluster (${cluster.server}); nothing was changed; --context chooses a cluster`,
    );
  }
  const world = { connection, discovery, clock, forced: request.force };
  let snapshot: UndoSnapshot | undefined;
  const agreed = await agree(
    async () => {
      snapshot = await look(session, main, parts, world, request);
      return snapshot;
    },
    {
      ask: (question) => (session.dryRun === "none" ? session.ask(question) : Promise.resolve(true)),
      waited: () => session.asks && session.dryRun === "none",
      show: (_seen, again) => {
        if (again) session.emit({ kind: "note", text: "the cluster has changed since the question" });
      },
    },
  );
  const { steps = [], stopped, refused } = snapshot ?? {};
  const ended = { steps, interrupted: false };
  if (stopped !== undefined) return { ...ended, stopped };
  if (refused !== undefined) return { ...ended, refused };
  if (agreed === undefined) return { ...ended, declined: true };
  if (steps.every(({ work }) => work === undefined)) {
    const held = await endLeft(session, steps);
    return held === undefined ? ended : { ...ended, stopped: held };
  }
  return await perform(session, main, steps, discovery);
}

/** Its lease goes, where a process of this run was killed after its last write. */
async function endLeft(session: Session, steps: readonly UndoStep[]): Promise<Stop | undefined> {
  const daemonSet = daemonSetOf(steps);
  if (daemonSet === undefined) return undefined;
  const live = await readObject(session.connection, daemonSet);
  if (live?.metadata.annotations?.[runAnnotation] === undefined) return undefined;
  const held = await endLeftRun(session, { daemonSet, takeOver: "always" });
  return held === undefined ? undefined : withNextCommand(session, held);
}

interface UndoSnapshot {
  readonly basis: string;
  readonly question: string | undefined;
  readonly steps: readonly UndoStep[];
  readonly stopped?: Stop;
  readonly refused?: readonly string[];
}

/** A run and its parts, last in, first out; each is looked at as things will stand when its turn comes. */
async function look(
  session: Session,
  main: Bundle,
  parts: Parts,
  world: Omit<UndoWorld, "index" | "gone">,
  request: UndoRequest,
): Promise<UndoSnapshot> {
  const steps: UndoStep[] = [];
  const gone: UndoTarget[] = [];
  const settled: string[] = [];
  const bundles = [...parts.after.toReversed(), main, ...parts.before.toReversed()];
  for (const [index, bundle] of bundles.entries()) {
    const { bundle: found, unserved } = placed(bundle, world.discovery);
    const own = { ...world, index: bundle.index, gone: [...gone] };
    const idOf = (stage: string): string =>
      bundles.length === 1 ? stage : `${String(index + 1)}-${bundle.index.command}-${stage}`;
    const snapshot = isStaged(bundle)
      ? await stagedStep(session, found, own, request, [...settled], idOf)
      : await singleStep(found, own, idOf("objects"));
    const step = { ...snapshot, bundle, inverses: () => [...snapshot.inverses(), ...unserved] };
    steps.push(step);
    gone.push(...step.gone);
    // A migration that an undo took back is done again by then.
    if (step.work !== undefined && bundle !== main) settled.push(...settledByMigrations);
  }
  const nothing = { basis: "", question: undefined, steps };
  const message =
    steps.find((step) => step.boundary !== undefined)?.boundary ??
    refusals(steps.flatMap((step) => step.inverses()));
  if (message !== undefined) return { ...nothing, stopped: { message } };
  const work = steps.flatMap((step) => step.work ?? []);
  if (work.length === 0) return nothing;
  const refused: string[] = [];
  for (const each of work) refused.push(...(await each.check(session)));
  if (refused.length > 0) return { ...nothing, refused };
  return { steps, basis: basisOf(steps), question: questionOf(steps) };
}

/** What the question rests on: every object at the state in which it was judged. */
function basisOf(steps: readonly UndoStep[]): string {
  return JSON.stringify(
    steps.map((step) =>
      step.inverses().map((inverse) => {
        const { kind, entry } = inverse;
        if (kind !== "write") return [entry.id, kind];
        const { uid, generation, resourceVersion } = inverse.saved.draft.before?.metadata ?? {};
        // A workload's status changes all the time; its generation only with its spec.
        return [entry.id, kind, inverse.verb, uid, generation ?? resourceVersion];
      }),
    ),
  );
}

async function perform(
  session: Session,
  main: Bundle,
  steps: readonly UndoStep[],
  discovery: Discovery,
): Promise<UndoOutcome> {
  const real = session.dryRun === "none";
  const dones = new Map<UndoStep, UndoProgress>();
  const bundles = new Map<UndoStep, OpenBundle>();
  const at = steps.findIndex(({ bundle }) => bundle === main);
  const mine = steps[at];
  const open = async (
    step: UndoStep,
    partOf?: { readonly run: string; readonly place: number },
  ): Promise<void> => {
    const { index } = step.bundle;
    const opened = await openRunBundle(session, {
      command: "undo",
      kubernetes: discovery.version,
      clusterUid: index.cluster.uid,
      data: { of: index.run },
      ...(partOf === undefined ? {} : { partOf }),
    });
    bundles.set(step, opened);
  };
  try {
    if (real && mine?.work !== undefined) await open(mine);
    const own = mine === undefined ? undefined : bundles.get(mine);
    const parts: UndoPart[] = [];
    for (const [index, step] of steps.entries()) {
      if (step.work === undefined) continue;
      // The other legs name the run's own, also those that go first.
      if (real && step !== mine)
        await open(step, own === undefined ? undefined : { run: own.run, place: index - at });
      const done: UndoProgress = { results: new Map(), restarted: [] };
      dones.set(step, done);
      parts.push(...step.work.parts(bundles.get(step), done));
    }
    const daemonSet = daemonSetOf(steps);
    const ended = await runSequence(session, {
      parts,
      daemonSet,
      takeOver: "always",
      serverVersion: discovery.version,
      enter: async (part, own_) => await part.run(own_),
    });
    const saved = new Map(
      [...bundles].flatMap(([step, { directory }]) =>
        (dones.get(step)?.results.size ?? 0) > 0 ? [[step, directory] as const] : [],
      ),
    );
    return {
      steps,
      dones,
      saved,
      interrupted: ended.interrupted,
      ...(ended.kind === "stopped" ? { stopped: withNextCommand(session, ended.reason) } : {}),
    };
  } finally {
    for (const bundle of bundles.values()) await bundle.close();
  }
}

/** The one that carries the lease: that of the bundle, where it is there. */
function daemonSetOf(steps: readonly UndoStep[]): Ref | undefined {
  const entry = steps
    .flatMap((step) => step.inverses())
    .find(
      ({ entry: { kind, group }, kind: does }) => kind === "DaemonSet" && group !== "" && does !== "refused",
    );
  return entry?.entry.ref;
}
