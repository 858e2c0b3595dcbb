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
import { withWayOn } from "../agree-anew.ts";
import { settledByMigrations } from "../apply/decide.ts";
import { endLeftRun, runSequence } from "../sequence.ts";
import { openRunBundle, type Session } from "../session.ts";
import { aloneLeg } from "./alone.ts";
import type { UndoWorld } from "./inverse.ts";
import type { Done, Leg, UndoPart } from "./leg.ts";
import { checkPermitted } from "./permitted.ts";
import { placed } from "./placed.ts";
import { refusals } from "./prepare.ts";
import { questionOf } from "./question.ts";
import type { UndoRequest } from "./request.ts";
import { isStaged, stagedLeg } from "./staged.ts";
import type { UndoTarget } from "./staged-entries.ts";

/** What one `undo` came to. */
export interface UndoOutcome {
  /** In the order in which they go back; the first look where nothing was begun. */
  readonly legs: readonly Leg[];
  readonly dones?: ReadonlyMap<Leg, Done>;
  /** Directories of undo's own bundles, of those that wrote something. */
  readonly saved?: ReadonlyMap<Leg, string>;
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
  let looked: Looked | undefined;
  const agreed = await agree(
    async () => {
      looked = await look(session, main, parts, world, request);
      return looked;
    },
    {
      ask: (question) => (session.dryRun === "none" ? session.ask(question) : Promise.resolve(true)),
      waited: () => session.asks && session.dryRun === "none",
      show: (_seen, again) => {
        if (again) session.emit({ kind: "note", text: "the cluster has changed since the question" });
      },
    },
  );
  const { legs = [], stopped, refused } = looked ?? {};
  const ended = { legs, interrupted: false };
  if (stopped !== undefined) return { ...ended, stopped };
  if (refused !== undefined) return { ...ended, refused };
  if (agreed === undefined) return { ...ended, declined: true };
  if (legs.every(({ work }) => work === undefined)) {
    const held = await endLeft(session, legs);
    return held === undefined ? ended : { ...ended, stopped: held };
  }
  return await perform(session, main, legs, discovery);
}

/** Its lease goes, where a process of this run was killed after its last write. */
async function endLeft(session: Session, legs: readonly Leg[]): Promise<Stop | undefined> {
  const daemonSet = daemonSetOf(legs);
  if (daemonSet === undefined) return undefined;
  const live = await readObject(session.connection, daemonSet);
  if (live?.metadata.annotations?.[runAnnotation] === undefined) return undefined;
  const held = await endLeftRun(session, { daemonSet, takeOver: "always" });
  return held === undefined ? undefined : withWayOn(session, held);
}

interface Looked {
  readonly basis: string;
  readonly question: string | undefined;
  readonly legs: readonly Leg[];
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
): Promise<Looked> {
  const legs: Leg[] = [];
  const gone: UndoTarget[] = [];
  const settled: string[] = [];
  const bundles = [...parts.after.toReversed(), main, ...parts.before.toReversed()];
  for (const [index, bundle] of bundles.entries()) {
    const { bundle: found, unserved } = placed(bundle, world.discovery);
    const own = { ...world, index: bundle.index, gone: [...gone] };
    const idOf = (stage: string): string =>
      bundles.length === 1 ? stage : `${String(index + 1)}-${bundle.index.command}-${stage}`;
    const looked = isStaged(bundle)
      ? await stagedLeg(session, found, own, request, [...settled], idOf)
      : await aloneLeg(found, own, idOf("objects"));
    const leg = { ...looked, bundle, inverses: () => [...looked.inverses(), ...unserved] };
    legs.push(leg);
    gone.push(...leg.gone);
    // A migration that an undo took back is done again by then.
    if (leg.work !== undefined && bundle !== main) settled.push(...settledByMigrations);
  }
  const nothing = { basis: "", question: undefined, legs };
  const message =
    legs.find((leg) => leg.boundary !== undefined)?.boundary ??
    refusals(legs.flatMap((leg) => leg.inverses()));
  if (message !== undefined) return { ...nothing, stopped: { message } };
  const work = legs.flatMap((leg) => leg.work ?? []);
  if (work.length === 0) return nothing;
  const refused: string[] = [];
  for (const each of work) refused.push(...(await each.check(session)));
  if (refused.length > 0) return { ...nothing, refused };
  return { legs, basis: basisOf(legs), question: questionOf(legs) };
}

/** What the question rests on: every object at the state in which it was judged. */
function basisOf(legs: readonly Leg[]): string {
  return JSON.stringify(
    legs.map((leg) =>
      leg.inverses().map((inverse) => {
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
  legs: readonly Leg[],
  discovery: Discovery,
): Promise<UndoOutcome> {
  const real = session.dryRun === "none";
  const dones = new Map<Leg, Done>();
  const bundles = new Map<Leg, OpenBundle>();
  const at = legs.findIndex(({ bundle }) => bundle === main);
  const mine = legs[at];
  const open = async (leg: Leg, partOf?: { readonly run: string; readonly place: number }): Promise<void> => {
    const { index } = leg.bundle;
    const opened = await openRunBundle(session, {
      command: "undo",
      kubernetes: discovery.version,
      clusterUid: index.cluster.uid,
      data: { of: index.run },
      ...(partOf === undefined ? {} : { partOf }),
    });
    bundles.set(leg, opened);
  };
  try {
    if (real && mine?.work !== undefined) await open(mine);
    const own = mine === undefined ? undefined : bundles.get(mine);
    const parts: UndoPart[] = [];
    for (const [index, leg] of legs.entries()) {
      if (leg.work === undefined) continue;
      // The other legs name the run's own, also those that go first.
      if (real && leg !== mine)
        await open(leg, own === undefined ? undefined : { run: own.run, place: index - at });
      const done: Done = { results: new Map(), restarted: [] };
      dones.set(leg, done);
      parts.push(...leg.work.parts(bundles.get(leg), done));
    }
    const daemonSet = daemonSetOf(legs);
    const ended = await runSequence(session, {
      parts,
      daemonSet,
      takeOver: "always",
      serverVersion: discovery.version,
      enter: async (part, own_) => await part.run(own_),
    });
    const saved = new Map(
      [...bundles].flatMap(([leg, { directory }]) =>
        (dones.get(leg)?.results.size ?? 0) > 0 ? [[leg, directory] as const] : [],
      ),
    );
    return {
      legs,
      dones,
      saved,
      interrupted: ended.interrupted,
      ...(ended.kind === "stopped" ? { stopped: withWayOn(session, ended.reason) } : {}),
    };
  } finally {
    for (const bundle of bundles.values()) await bundle.close();
  }
}

/** The one that carries the lease: that of the bundle, where it is there. */
function daemonSetOf(legs: readonly Leg[]): Ref | undefined {
  const entry = legs
    .flatMap((leg) => leg.inverses())
    .find(
      ({ entry: { kind, group }, kind: does }) => kind === "DaemonSet" && group !== "" && does !== "refused",
    );
  return entry?.entry.ref;
}
