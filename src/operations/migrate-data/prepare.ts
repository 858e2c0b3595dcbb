import { sha256 } from "../../bundle/write.ts";
import { dataPlan, stops, type DataStep } from "../../data/plan.ts";
import { userError } from "../../errors.ts";
import { program } from "../../model/program.ts";
import { plural } from "../../model/words.ts";
import { atLeast } from "../../releases/version.ts";
import type { DataMigration } from "../../render/data/kind.ts";
import type { Session } from "../session.ts";
import { notYet } from "./finish.ts";
import { takeSnapshot, type DataSnapshot } from "./look.ts";
import { refuseDataWrites } from "./refuse.ts";
import { oldPlaces, readDefinitions, readSides, type Definitions, type OldPlace } from "./read.ts";

export interface DataMigrationRequest {
  /** Delete the old objects, whose content is on the new side. */
  readonly finish: boolean;
}

/** What there is to write; nothing is written yet. */
export interface PreparedDataMigration {
  readonly request: DataMigrationRequest;
  readonly snapshot: DataSnapshot;
  readonly places: readonly OldPlace[];
  /** Both sides, object by object. */
  readonly steps: readonly DataStep[];
  readonly work: DataWork;
  /** What is about to happen, for before the question. */
  readonly plan: string;
  /** Undefined: there is nothing to do, or nothing may be done. */
  readonly question: string | undefined;
  /** What forbids every write, in words: both sides differ. */
  readonly stopped?: string;
  /** Sentences without `Warning: `. */
  readonly warnings: readonly string[];
  /** Equal for two looks that show the same. */
  readonly basis: string;
}

export type DataWork =
  | { readonly kind: "none"; readonly state: DataMigration["state"]; readonly because: string }
  | { readonly kind: "bring"; readonly todo: readonly DataStep[]; readonly definitions: Definitions }
  | { readonly kind: "finish"; readonly going: readonly DataStep[] };

/**
 * Reads both sides and what runs beside them, and works out what is left. Throws UserError where it must not be
 * done; before the run has begun also where the user or the server could not do all of it.
 */
export async function prepareDataMigration(
  session: Session,
  request: DataMigrationRequest,
  state: "begins" | "begun" = "begins",
): Promise<PreparedDataMigration> {
  const { connection, clock } = session;
  const snapshot = await takeSnapshot(connection, clock.now());
  const places = oldPlaces(snapshot.discovery);
  const nothing = nothingHere(snapshot, places);
  const base = { request, snapshot, places };
  if (nothing !== undefined)
    return { ...base, ...prepared([], { kind: "none", state: "not needed", because: nothing }) };
  refuseLocked(snapshot);
  const steps = await compared(session, snapshot, places);
  const stopped = stopping(steps);
  if (stopped !== undefined) {
    const work: DataWork = { kind: "none", state: "stopped", because: "nothing was written" };
    return { ...base, ...prepared(steps, work), stopped };
  }
  const work = request.finish ? whatToDelete(snapshot, steps) : await whatToBring(session, snapshot, steps);
  if (state === "begins") await refuseDataWrites(session, snapshot.discovery.version, work, places);
  return { ...base, ...prepared(steps, work) };
}

function prepared(
  steps: readonly DataStep[],
  work: DataWork,
): Pick<PreparedDataMigration, "steps" | "work" | "plan" | "question" | "warnings" | "basis"> {
  const question = questionOf(work);
  return {
    steps,
    work,
    question,
    plan: planOf(work, question),
    warnings: steps
      .filter(({ does }) => does === "elsewhere")
      .map(({ kind, namespace, name, why = "" }) => `${kind} ${namespace}/${name}: ${why}`),
    basis: JSON.stringify([
      question,
      work.kind === "bring" ? work.definitions.missing.map(({ metadata }) => metadata.name) : [],
      steps.map(({ kind, namespace, name, does, target }) => [kind, namespace, name, does, target?.["spec"]]),
    ]),
  };
}

/** Why there is nothing to bring over; undefined: there may be something. */
function nothingHere({ datastore, release }: DataSnapshot, places: readonly OldPlace[]): string | undefined {
  if (datastore === "etcd")
    return "Calico's data is in etcd; only the Kubernetes datastore had ThirdPartyResources";
  if (places.length > 0) return undefined;
  if (release !== undefined && !atLeast(release, "v2.5.0")) {
    throw userError(
      `P03: ${release.text} keeps its data in ThirdPartyResources, and this server no longer serves them; they can be read on Kubernetes 1.7 only`,
      `See '${program} explain P03'`,
    );
  }
  return `the server serves none of the old kinds${release === undefined ? "" : `, and ${release.text} does not use them`}`;
}

function refuseLocked({ locked }: DataSnapshot): void {
  if (!locked) return;
  throw userError(
    "ClusterInformation default says datastoreReady false: somebody else's migration holds Calico's data; nothing is written until it has ended (D05)",
  );
}

/** Both sides, object by object. Once no old node is left, what is gone on the old side was deleted by --finish. */
export async function compared(
  { connection }: Pick<Session, "connection">,
  { state }: DataSnapshot,
  places: readonly OldPlace[],
): Promise<readonly DataStep[]> {
  const steps = dataPlan(await readSides(connection, places), sha256);
  return notYet(state) === undefined ? steps.filter(({ does }) => does !== "gone") : steps;
}

/** What forbids every write; undefined: nothing. */
function stopping(steps: readonly DataStep[]): string | undefined {
  const lines = steps
    .filter(stops)
    .map(
      ({ kind, namespace, name, why = "" }) =>
        `${kind} ${namespace === "" ? "" : `${namespace}/`}${name}: ${why}`,
    );
  return lines.length === 0 ? undefined : lines.join("; ");
}

/** Throws UserError where this server cannot take the new objects. */
async function whatToBring(
  { connection }: Session,
  { discovery }: DataSnapshot,
  steps: readonly DataStep[],
): Promise<DataWork> {
  const definitions = await readDefinitions(connection, discovery);
  if (definitions === undefined)
    throw userError("P04: this server has no CustomResourceDefinitions; they came with Kubernetes 1.7");
  if (definitions.unfit.length > 0) throw userError(`${definitions.unfit.join("; ")}; nothing was written`);
  const todo = steps.filter(({ does }) => does === "create" || does === "update");
  return todo.length === 0 && definitions.missing.length === 0
    ? { kind: "none", state: "verified", because: equalText(steps) }
    : { kind: "bring", todo, definitions };
}

/** Throws UserError as long as somebody needs the old objects. */
function whatToDelete({ state }: DataSnapshot, steps: readonly DataStep[]): DataWork {
  const unequal = steps.filter(({ does }) => does !== "same" && does !== "elsewhere");
  if (unequal.length > 0)
    throw userError(
      `H28: the two sides are not equal yet: ${unequal.map(({ kind, name }) => `${kind} ${name}`).join(", ")}; run migrate-data first, without --finish`,
    );
  const going = steps.filter(({ does }) => does === "same");
  if (going.length === 0) return { kind: "none", state: "finished", because: "no old object is left" };
  const why = notYet(state);
  if (why !== undefined) throw userError(why);
  return { kind: "finish", going };
}

function questionOf(work: DataWork): string | undefined {
  switch (work.kind) {
    case "none":
      return undefined;
    case "finish":
      return `Delete ${plural(work.going.length, "old object")}, whose content is on the new side? Each is saved first.`;
    case "bring": {
      const creates = work.todo.filter(({ does }) => does === "create").length;
      const updates = work.todo.length - creates;
      const { missing } = work.definitions;
      const made = [
        ...(missing.length === 0 ? [] : [plural(missing.length, "CustomResourceDefinition")]),
        ...(creates === 0 ? [] : [plural(creates, "object")]),
      ];
      const parts = [
        ...(made.length === 0 ? [] : [`create ${made.join(" and ")}`]),
        ...(updates === 0 ? [] : [`update ${plural(updates, "object")} that old nodes changed`]),
      ].join(", ");
      return `${parts.slice(0, 1).toUpperCase()}${parts.slice(1)}?`;
    }
  }
}

function planOf(work: DataWork, question = ""): string {
  return work.kind === "bring"
    ? `${statement(question)}, from ThirdPartyResources, which stay as they are\n`
    : work.kind === "finish"
      ? `${statement(question)}\n`
      : "";
}

/** What would be asked, said. */
export function statement(question: string): string {
  return question.replace(/\?$/, "").replace("? ", ". ");
}

export function equalText(steps: readonly DataStep[]): string {
  const same = steps.filter(({ does }) => does === "same").length;
  return same === 0 ? "there is no old object" : `${plural(same, "object")} read back, equal on both sides`;
}
