import type { DryRunStrategy } from "../../model/dry-run.ts";
import type { PartOf } from "../../bundle/part.ts";
import type { OpenBundle } from "../../bundle/write.ts";
import { newNameOf, type DataStep } from "../../data/plan.ts";
import { isAnswer, reasonOf } from "../../errors.ts";
import { plural } from "../../model/words.ts";
import type { Write } from "../../model/write.ts";
import type { Ended, Stop } from "../../plan/decision.ts";
import { plannedStages } from "../../plan/objects/planned.ts";
import type { ObjectsSeen } from "../../plan/objects/procedure.ts";
import type { PartResult } from "../../plan/sequence/procedure.ts";
import type { DataMigration } from "../../render/data/kind.ts";
import { agreeAgain, saysWaiting, withNextCommand } from "../agree-again.ts";
import { comparing } from "../comparing.ts";
import type { ObjectsAbout } from "../events.ts";
import { writeObjects } from "../objects.ts";
import { openRunBundle, warn, type Session } from "../session.ts";
import { stagesOf, type DataStages } from "./goal.ts";
import type { DataChange, DataMigrationOutcome } from "./outcome.ts";
import { prepareDataMigration, statement, type PreparedDataMigration } from "./prepare.ts";

/** How long a definition may take to be served. */
const patienceMillis = 30_000;

/**
 * Writes what was agreed on, then reads both sides back. What somebody changed meanwhile is compared, shown and
 * asked about again (hazard H32). `partOf`: the run that its bundle belongs to. Throws only what is no answer of
 * the cluster.
 */
export async function performDataMigration(
  session: Session,
  prepared: PreparedDataMigration,
  { partOf }: { readonly partOf?: PartOf } = {},
): Promise<DataMigrationOutcome> {
  const { dryRun } = session;
  if (prepared.question === undefined) {
    const { stopped } = prepared;
    const stop = stopped === undefined ? undefined : { message: `${stopped}; nothing was written` };
    return outcomeOf(session, resultOf(prepared, dryRun), [], {}, stop);
  }
  const quiet = saysWaiting(session);
  const changes: DataChange[] = [];
  let bundle: OpenBundle | undefined;
  let current = prepared;
  let stop: Stop | undefined;
  try {
    if (dryRun === "none") bundle = await openIts(session, prepared, partOf);
    for (let round = 1; ; round += 1) {
      const stages = stagesOf(current.work, current.places, dryRun === "none");
      const about = { planned: plannedStages(stages.stages), compares: current.work.kind === "bring" };
      const ended = await carryOut(session, current, stages, about, bundle);
      changes.push(...changesOf(ended.memory));
      stop = ended.kind === "stopped" ? withNextCommand(session, ended.reason) : undefined;
      if (dryRun !== "none" || (stop !== undefined && stop.outdated !== true)) break;
      // What was deleted is not read back.
      if (stop === undefined && current.work.kind === "finish") break;
      current = await comparing(session, about, () =>
        prepareDataMigration(session, prepared.request, "begun"),
      );
      stop = current.stopped === undefined ? undefined : notEqual(current);
      if (stop !== undefined || current.question === undefined) break;
      stop = await agreeAgain(session, "Objects of Calico", current, round);
      if (stop !== undefined) break;
    }
  } catch (error) {
    if (!isAnswer(error)) throw error;
    stop = withNextCommand(session, { message: reasonOf(error) });
  } finally {
    quiet();
    await bundle?.close().catch((error: unknown) => warn(session, reasonOf(error)));
  }
  const saved = bundle === undefined || changes.length === 0 ? {} : { bundle: bundle.directory };
  const result =
    stop === undefined
      ? resultOf(current, dryRun, changes.length)
      : { ...resultOf(current, dryRun), state: "stopped" as const, because: stop.message };
  return outcomeOf(session, result, changes, saved, stop);
}

async function carryOut(
  session: Session,
  { work, snapshot }: PreparedDataMigration,
  { stages, known }: DataStages,
  about: ObjectsAbout,
  bundle: OpenBundle | undefined,
): Promise<Ended<ObjectsSeen>> {
  // Their definitions were only tried, so that the server does not know the kind.
  const lacking = new Set(
    work.kind === "bring" ? work.definitions.missing.map(({ metadata: { name } }) => name) : [],
  );
  const untried = ({ ref }: Write): boolean => lacking.has(`${ref.resource}.${ref.group}`);
  return await writeObjects(
    session,
    { stages, timeout: patienceMillis, commands: session.commands },
    {
      serverVersion: snapshot.discovery.version,
      known,
      untried,
      about,
      ...(bundle === undefined ? {} : { bundle }),
    },
  );
}

function changesOf({ written }: ObjectsSeen): readonly DataChange[] {
  return Object.entries(written).map(([id, outcome]) => {
    const key = id.slice(id.indexOf(" ") + 1);
    return { name: key.slice(key.indexOf("/") + 1), outcome };
  });
}

function notEqual({ steps, stopped }: PreparedDataMigration): Stop {
  const left = steps.filter(({ does }) => does !== "same" && does !== "elsewhere");
  return {
    message: `read back, these are not what the old side has: ${left.map(newNameOf).join(", ")}; somebody changed them, or the old ones: ${stopped ?? ""}`,
  };
}

/** What it came to, or without a write what the two sides are. */
export function resultOf(
  { work, question = "", steps, snapshot }: PreparedDataMigration,
  dryRun: DryRunStrategy,
  deleted = 0,
): DataMigration {
  const [state, because]: readonly [DataMigration["state"], string] =
    work.kind === "none"
      ? [work.state, work.because]
      : dryRun === "none" && work.kind === "finish"
        ? ["finished", `${plural(deleted, "old object")} deleted`]
        : ["to do", statement(question)];
  return {
    apiVersion: "calico-upgrade/v1alpha1",
    kind: "DataMigration",
    dryRun,
    state,
    because,
    objects: steps.map((step) => objectOf(step, state)),
    others: snapshot.others,
  };
}

function objectOf(step: DataStep, state: DataMigration["state"]): DataMigration["objects"][number] {
  const { kind, namespace, name, does, why, differences } = step;
  return {
    kind,
    namespace,
    name,
    target: newNameOf(step),
    does: state === "finished" && does === "same" ? "deleted" : does,
    ...(why === undefined ? {} : { why }),
    differences,
    verified: does === "same",
  };
}

function outcomeOf(
  session: Session,
  result: DataMigration,
  changes: readonly DataChange[],
  saved: { readonly bundle?: string },
  stop: Stop | undefined,
): DataMigrationOutcome {
  const interrupted = session.listen().first.aborted;
  const memory: PartResult = {
    state: stop !== undefined ? "failed" : changes.length === 0 ? "unchanged" : "done",
    because: stop?.message ?? result.because,
  };
  const ended: Ended<PartResult> =
    stop === undefined
      ? { kind: "done", memory, interrupted }
      : { kind: "stopped", reason: stop, memory, interrupted };
  return { ended, result, changes, ...saved };
}

async function openIts(
  session: Session,
  { snapshot }: PreparedDataMigration,
  partOf: PartOf | undefined,
): Promise<OpenBundle> {
  return await openRunBundle(session, {
    command: "migrate-data",
    kubernetes: snapshot.discovery.version,
    ...(partOf === undefined ? {} : { partOf }),
  });
}
