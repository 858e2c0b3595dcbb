import { sha256, type OpenBundle } from "../../bundle/write.ts";
import type { Connection } from "../../cluster/port.ts";
import type { AppContext } from "../../context.ts";
import { dataPlan, newNameOf, stops, type DataStep } from "../../data/plan.ts";
import { interrupted, userError, type UserError } from "../../errors.ts";
import { openRunBundle } from "../open-run-bundle.ts";
import { notYet } from "./finish.ts";
import type { Looked } from "./look.ts";
import { readDefinitions, readSides, type Definitions, type OldPlace } from "./read.ts";
import { writeDefinitions, writeObjects, type Writing } from "./write.ts";
import { plural } from "../../model/words.ts";

/** Where the old side is, and what runs beside it. */
export interface Sides {
  readonly connection: Connection;
  readonly looked: Looked;
  readonly places: readonly OldPlace[];
}

/** What is left to write: definitions that are missing, and objects. */
export interface Bringing {
  readonly todo: readonly DataStep[];
  readonly definitions: Definitions;
}

export function refuseLocked({ locked }: Looked): void {
  if (!locked) return;
  throw userError(
    "ClusterInformation default says datastoreReady false: somebody else's migration holds Calico's data; nothing is written meanwhile (D05)",
  );
}

/** Both sides, object by object. Once no old node is left, what is gone on the old side was deleted by --finish. */
export async function compared({ connection, places, looked }: Sides): Promise<readonly DataStep[]> {
  const steps = dataPlan(await readSides(connection, places), sha256);
  return notYet(looked.state) === undefined ? steps.filter(({ does }) => does !== "gone") : steps;
}

export function warnElsewhere(steps: readonly DataStep[], warn: (text: string) => void): void {
  for (const { kind, namespace, name, why = "" } of steps.filter(({ does }) => does === "elsewhere"))
    warn(`${kind} ${namespace}/${name}: ${why}`);
}

/** What forbids every write; undefined: nothing. */
export function stopping(steps: readonly DataStep[]): UserError | undefined {
  const lines = steps
    .filter(stops)
    .map(
      ({ kind, namespace, name, why = "" }) =>
        `${kind} ${namespace === "" ? "" : `${namespace}/`}${name}: ${why}`,
    );
  return lines.length === 0 ? undefined : userError(`${lines.join("; ")}; nothing was written`);
}

/** undefined: both sides are equal. Throws UserError where this server cannot take the new objects. */
export async function whatToBring(
  { connection, looked }: Sides,
  steps: readonly DataStep[],
): Promise<Bringing | undefined> {
  const definitions = await readDefinitions(connection, looked.discovery);
  if (definitions === undefined)
    throw userError("P04: this server has no CustomResourceDefinitions; they came with Kubernetes 1.7");
  if (definitions.unfit.length > 0) throw userError(`${definitions.unfit.join("; ")}; nothing was written`);
  const todo = steps.filter(({ does }) => does === "create" || does === "update");
  return todo.length === 0 && definitions.missing.length === 0 ? undefined : { todo, definitions };
}

export function questionOf({ todo, definitions: { missing } }: Bringing): string {
  const creates = todo.filter(({ does }) => does === "create").length;
  const updates = todo.length - creates;
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

/** `partOf`: the name of a run that this is a step of. */
export async function openDataBundle(
  { connection, looked }: Sides,
  context: AppContext,
  place: string | undefined,
  partOf?: string,
): Promise<OpenBundle> {
  return await openRunBundle(connection, context, {
    command: "migrate-data",
    place,
    kubernetes: looked.discovery.version,
    now: context.now,
    ...(partOf === undefined ? {} : { partOf: { run: partOf } }),
  });
}

/** Writes, and closes the bundle; a Ctrl-C ends it between two writes, and the next run goes on. */
export async function writeUnder(
  { connection, looked }: Sides,
  context: Pick<AppContext, "interrupts">,
  each: Pick<Writing, "dryRun" | "bundle" | "wrote">,
  work: (writing: Writing) => Promise<void>,
): Promise<void> {
  const listening = context.interrupts.listen();
  try {
    await work({
      ...each,
      connection,
      serverVersion: looked.discovery.version,
      signal: listening.first,
    });
  } catch (error) {
    if (!listening.first.aborted) throw error;
    throw interrupted(listening.exitCode, "interrupted; what is written stays, and the same command goes on");
  } finally {
    listening.stop();
    await each.bundle?.close();
  }
}

export async function bring({ todo, definitions }: Bringing, writing: Writing): Promise<void> {
  await writeDefinitions(definitions, writing);
  await writeObjects(todo, writing);
}

/** Both sides as they are now, and what is not equal. */
export async function readBack(
  sides: Sides,
): Promise<{ readonly after: readonly DataStep[]; readonly left: readonly DataStep[] }> {
  const after = await compared(sides);
  return { after, left: after.filter(({ does }) => does !== "same" && does !== "elsewhere") };
}

export function notEqual(left: readonly DataStep[]): UserError {
  return userError(
    `read back, these are not what the old side has: ${left.map(newNameOf).join(", ")}; somebody changed them meanwhile, or the old ones: run migrate-data again`,
  );
}

export function equalText(steps: readonly DataStep[]): string {
  const same = steps.filter(({ does }) => does === "same").length;
  return same === 0 ? "there is no old object" : `${plural(same, "object")} read back, equal on both sides`;
}
