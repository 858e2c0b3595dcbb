import type { OpenBundle } from "../../bundle/write.ts";
import type { KubeObject } from "../../model/kube.ts";
import { objectKey } from "../../model/object-name.ts";
import type { Ended, Stop } from "../../plan/decision.ts";
import type { ObjectGoal } from "../../plan/objects/goal.ts";
import type { ObjectsSeen } from "../../plan/objects/procedure.ts";
import type { PartResult } from "../../plan/sequence/procedure.ts";
import { writeObjects } from "../objects.ts";
import { objectsEnded } from "../part-results.ts";
import type { Session } from "../session.ts";
import type { Inverse, UndoWorld } from "./inverse.ts";
import type { UndoProgress, UndoStep } from "./undo-step.ts";
import type { PlacedBundle } from "./placed.ts";
import { prepareAll, refusals, type Prepared } from "./prepare.ts";
import { refusedBack } from "./refused.ts";
import { managersGoal } from "./take.ts";

/** So many looks in which nothing was done are no progress. */
const idleLooks = 5;

type InverseWrite = Inverse & { readonly kind: "write" };

/** A bundle whose objects do not stand on each other: policies and Calico's data. */
export async function singleStep(bundle: PlacedBundle, world: UndoWorld, id: string): Promise<UndoStep> {
  let prepared = await prepareAll(bundle.entries, world);
  const inverses = (): readonly Inverse[] => prepared.flatMap((each) => each.inverses);
  const step: UndoStep = { bundle, inverses, gone: [] };
  const count = inverses().filter(({ kind }) => kind === "write").length;
  if (count === 0 || refusals(inverses()) !== undefined) return step;
  const { command, started } = bundle.index;
  const what = `undo ${String(count)} ${count === 1 ? "change" : "changes"} of ${command} from ${started}`;
  return {
    ...step,
    work: {
      what,
      restarts: { nodes: [], workloads: [] },
      check: async (session) =>
        await refusedBack(
          session,
          world.discovery.version,
          inverses().flatMap((inverse) => (inverse.kind === "write" ? [inverse.saved.write] : [])),
        ),
      parts: (own, done) => [{ id, run: (session) => perform(session, own, done) }],
    },
  };

  /** Judged by what is there now; what goes back before has gone back. */
  async function lookAgain(): Promise<Stop | undefined> {
    prepared = await prepareAll(bundle.entries, { ...world, gone: [] });
    const message = refusals(inverses());
    return message === undefined ? undefined : { message };
  }

  /** Where somebody else was quicker everything is judged again. */
  async function perform(
    session: Session,
    own: OpenBundle | undefined,
    done: UndoProgress,
  ): Promise<Ended<PartResult>> {
    if (session.dryRun === "none" && world.gone.length > 0) {
      const refused = await lookAgain();
      if (refused !== undefined) return stopped(refused);
    }
    for (let idle = 0; ; idle += 1) {
      const before = done.results.size;
      const ended = await write(session, prepared, own, done);
      const outdated = ended.kind === "stopped" && ended.reason.outdated === true;
      if (!outdated || ended.interrupted || idle >= idleLooks) return objectsEnded(ended, what);
      if (done.results.size > before) idle = 0;
      session.emit({ kind: "note", text: "somebody else was quicker; reading the cluster again" });
      const refused = await lookAgain();
      if (refused !== undefined) return stopped(refused);
    }
  }

  async function write(
    session: Session,
    stages: readonly Prepared[],
    own: OpenBundle | undefined,
    { results }: UndoProgress,
  ): Promise<Ended<ObjectsSeen>> {
    const writes = stages.map((stage) =>
      stage.inverses.filter((inverse): inverse is InverseWrite => inverse.kind === "write"),
    );
    const entries = new Map(
      writes.flat().map((inverse) => [objectKey(inverse.saved.write.ref), inverse] as const),
    );
    return await writeObjects(
      session,
      {
        // What came later goes back first.
        stages: writes.flatMap((stage) => [stage.map(asJudged), stage.flatMap(ownedAgain)]),
        timeout: 0,
        commands: session.commands,
      },
      {
        serverVersion: world.discovery.version,
        about: { namespaced: true },
        known: new Map(writes.flat().map(({ saved }) => [objectKey(saved.write.ref), saved.draft.before])),
        ...(own === undefined ? {} : { bundle: own }),
        onPut({ ref, bookkeeping }) {
          if (bookkeeping === true) return;
          const inverse = entries.get(objectKey(ref));
          if (inverse !== undefined) results.set(inverse.entry.id, inverse.verb);
        },
      },
    );
  }
}

/** Only what was judged is written: an object in another state has to be judged again. */
function asJudged({ saved, verb }: InverseWrite): ObjectGoal {
  const { write, draft } = saved;
  return {
    ref: write.ref,
    verb,
    intended: (live) => (isSame(live, draft.before) ? write : { message: changed(verb), outdated: true }),
    draft: () => draft,
  };
}

/** What is made again is owned by whom it was (hazard H14). */
function ownedAgain({ entry, saved, verb }: InverseWrite): readonly ObjectGoal[] {
  return verb === "created" ? [managersGoal(saved.write.ref, entry.before?.managers)] : [];
}

function isSame(live: KubeObject | undefined, judged: KubeObject | undefined): boolean {
  return (
    live?.metadata.uid === judged?.metadata.uid &&
    live?.metadata.resourceVersion === judged?.metadata.resourceVersion
  );
}

function changed(verb: string): string {
  return `it was changed by somebody else before it could be ${verb}`;
}

function stopped(reason: Stop): Ended<PartResult> {
  return {
    kind: "stopped",
    reason,
    interrupted: false,
    memory: { state: "failed", because: reason.message, stop: reason },
  };
}
