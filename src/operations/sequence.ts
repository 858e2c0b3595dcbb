import { daemonSetFacts, type DaemonSetFacts } from "../model/daemonset.ts";
import type { KubeObject, Ref } from "../model/kube.ts";
import { commandRun } from "../plan/lease/run-names.ts";
import { objectKey } from "../model/object-name.ts";
import { liveObjectsWorld } from "../perform/objects-world.ts";
import { run, type LiveWorld } from "../perform/run.ts";
import type { Ended, Stop } from "../plan/decision.ts";
import { heldByOther, holdsLease, wayOn } from "../plan/lease/held.ts";
import type { ObjectsWorld } from "../plan/objects/procedure.ts";
import {
  sequenceProcedure,
  type RunPart,
  type PartResult,
  type SequenceSeen,
  type SequenceWorld,
} from "../plan/sequence/procedure.ts";
import type { SequenceAbout } from "./events.ts";
import { partOf, performing, type Session } from "./session.ts";

/** The DaemonSet as a watch of the run has it: what its parts, or others, have made of it in the meantime. */
export interface WatchedCarrier {
  readonly latest: () => KubeObject | undefined;
  /** Takes in what was written: a part that looks before the watch has brought it would write it once more. */
  readonly replace: (object: KubeObject) => void;
}

export interface SequenceOptions<P extends RunPart> {
  readonly parts: readonly P[];
  /** The DaemonSet of the install, which carries the run's lease; undefined: there is none yet. */
  readonly daemonSet: Ref | undefined;
  /** As it was read already. */
  readonly known?: KubeObject;
  readonly watched?: WatchedCarrier;
  /** "always": the command has no flag for it. */
  readonly takeOver: boolean | "always";
  /** Of discovery. */
  readonly serverVersion: string;
  /** Opens a part on the cluster as it is then, and runs it. `session` is the part's own. */
  readonly enter: (part: P, session: Session) => Promise<Ended<PartResult>>;
}

/** Why this run may not begin: another one works on the install, or has left it unfinished (hazard H13). */
export function heldByAnotherRun(
  { holder, command, commands, clock }: Session,
  daemonSet: DaemonSetFacts,
  takeOver: boolean,
): Stop | undefined {
  const run = (): string => commandRun(daemonSet.uid, command);
  return heldByOther(daemonSet, { holder, takeOver, claimed: false, run, commands }, clock.now());
}

/** Does the parts of a run in their order under one lease (hazard H13), which lasts as long as the run. */
export async function runSequence<P extends RunPart>(
  session: Session,
  { parts, daemonSet, known, watched, takeOver, serverVersion, enter }: SequenceOptions<P>,
): Promise<Ended<SequenceSeen>> {
  const { connection, clock, dryRun, holder, command, commands } = session;
  const abort = new AbortController();
  const about: SequenceAbout = { parts };
  // A dry run writes nothing, not even who works.
  const leased = dryRun === "none" && daemonSet !== undefined;
  const lease = {
    holder,
    run: ({ uid }: { readonly uid: string }) => commandRun(uid, command),
    command,
    takeOver: takeOver !== false,
    nested: false,
    commands,
  };
  try {
    const live = await liveObjectsWorld(connection, {
      refs: daemonSet === undefined ? [] : [daemonSet],
      now: clock.now,
      signal: abort.signal,
      ...(daemonSet === undefined || known === undefined
        ? {}
        : { known: new Map([[objectKey(daemonSet), known]]) }),
    });
    const goal = { parts, ...(leased ? { lease } : {}) };
    // What neither has seen yet is seen when the next write meets it.
    const carrierNow = (): KubeObject | undefined =>
      daemonSet === undefined
        ? undefined
        : newer(live.snapshot().get(objectKey(daemonSet)), watched?.latest());
    const world = leaseWorld(live, carrierNow, watched);
    const ended = await run(sequenceProcedure(goal, daemonSet), world, {
      ...performing(session, serverVersion, undefined),
      emit: (event) =>
        session.emit({ kind: "procedure", procedure: "sequence", within: session.within, about, event }),
      async enter(part) {
        const own = partOf(session, part.id, leased);
        if (!leased) return await enter(part, own);
        const carrier = carrierNow();
        return await enter(part, {
          ...own,
          leaseOn: daemonSet,
          ...(carrier === undefined ? {} : { leaseCarrier: carrier }),
        });
      },
    });
    const seen = world.snapshot().daemonSet;
    if (ended.kind === "done" || ended.reason.interrupted !== true) return ended;
    if (!leased || seen === undefined || !holdsLease(seen, holder)) return ended;
    const hint = wayOn(commands, seen, takeOver === "always" ? undefined : holder);
    return { ...ended, reason: { ...ended.reason, hint } };
  } finally {
    abort.abort();
  }
}

/** The later of two readings of one object; where versions do not tell, the one that was read for the lease. */
function newer(read: KubeObject | undefined, watched: KubeObject | undefined): KubeObject | undefined {
  if (read === undefined || watched === undefined || read.metadata.uid !== watched.metadata.uid) return read;
  const [one = "", other = ""] = [read.metadata.resourceVersion, watched.metadata.resourceVersion];
  return /^\d+$/.test(one) && /^\d+$/.test(other) && BigInt(other) > BigInt(one) ? watched : read;
}

/**
 * For a run that has nothing left to do: a process of it was killed after its last write, and its lease goes. Answers
 * why it may not where that process may still live (hazard H13). `daemonSet`: undefined where it carries no lease.
 */
export async function endLeftRun(
  session: Session,
  { daemonSet, takeOver }: Pick<SequenceOptions<RunPart>, "daemonSet" | "takeOver">,
): Promise<Stop | undefined> {
  if (session.dryRun !== "none" || daemonSet === undefined) return undefined;
  const ended = await runSequence<RunPart>(session, {
    daemonSet,
    takeOver,
    // Only a dry run has to know it.
    serverVersion: "",
    parts: [],
    enter: () => Promise.reject(new Error("a run without parts enters none")),
  });
  return ended.kind === "stopped" ? ended.reason : undefined;
}

/** What a sequence looks at of the objects that are read. */
function leaseWorld(
  live: LiveWorld<ObjectsWorld>,
  carrierNow: () => KubeObject | undefined,
  watched: WatchedCarrier | undefined,
): LiveWorld<SequenceWorld> {
  return {
    ...live,
    absorb(write, answer) {
      live.absorb(write, answer);
      if (answer?.kind === write.ref.kind) watched?.replace(answer);
    },
    snapshot() {
      const raw = carrierNow();
      return raw === undefined ? {} : { daemonSet: daemonSetFacts(raw) };
    },
  };
}
