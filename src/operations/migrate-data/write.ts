import { setTimeout as sleep } from "node:timers/promises";
import type { OpenBundle } from "../../bundle/write.ts";
import type { Connection } from "../../cluster/port.ts";
import { readObject } from "../../cluster/read-object.ts";
import { sendWrite } from "../../cluster/write.ts";
import { isEstablished } from "../../data/definitions.ts";
import { newNameOf, type DataStep } from "../../data/plan.ts";
import { isApiError, userError } from "../../errors.ts";
import { dryRunSuffix, type DryRun } from "../../flags/dry-run.ts";
import type { KubeObject, Ref } from "../../model/kube.ts";
import { manager, migratedAnnotation } from "../../model/names.ts";
import type { Write } from "../../model/write.ts";
import { newPlace, type Definitions } from "./read.ts";

/** One object of the new or the old side, and what became of it. */
export interface DataChange {
  /** `ippool.crd.projectcalico.org/x`. */
  readonly name: string;
  readonly outcome: "created" | "configured" | "deleted";
}

/** A change in kubectl's words. */
export function dataLine({ name, outcome }: DataChange, dryRun: DryRun): string {
  return `${name} ${outcome}${dryRunSuffix(dryRun)}`;
}

export interface Writing {
  readonly connection: Connection;
  readonly serverVersion: string;
  readonly dryRun: DryRun;
  /** None in a dry run. */
  readonly bundle: OpenBundle | undefined;
  readonly wrote: (change: DataChange) => void;
  readonly signal: AbortSignal;
}

/** How long a definition may take to be served. */
const patienceMillis = 30_000;
const pauseMillis = 100;

/** Makes what is missing and waits until all are established. */
export async function writeDefinitions(
  { place, missing, notReady }: Definitions,
  writing: Writing,
): Promise<void> {
  for (const object of missing) {
    const ref = { ...place, name: object.metadata.name };
    const write: Write = { verb: "create", ref, body: object, fieldManager: manager };
    const done = await written(writing, { action: "created", ref, after: object }, write);
    if (done)
      writing.wrote({ name: `customresourcedefinition.${place.group}/${ref.name}`, outcome: "created" });
  }
  if (writing.dryRun !== "none") return;
  for (const name of [...missing.map(({ metadata }) => metadata.name), ...notReady]) {
    await patiently(writing, `customresourcedefinition ${name} is not established`, async () => {
      const found = await readObject(writing.connection, { ...place, name });
      return found !== undefined && isEstablished(found);
    });
  }
}

/**
 * Writes the new objects, one after the other. What somebody else wrote meanwhile is left as it is: the
 * comparison afterwards tells of it.
 */
export async function writeObjects(steps: readonly DataStep[], writing: Writing): Promise<void> {
  for (const step of steps) {
    const { target, live } = step;
    if (target === undefined) continue;
    const ref: Ref = { ...newPlace(step.kind), name: step.name };
    const [draft, write] = live === undefined ? creating(ref, target) : changing(ref, target, live);
    const done = await written(writing, draft, write);
    const outcome = live === undefined ? "created" : "configured";
    if (done) writing.wrote({ name: newNameOf(step), outcome });
  }
}

type Draft = Parameters<OpenBundle["save"]>[0][number];

function creating(ref: Ref, target: KubeObject): readonly [Draft, Write] {
  return [
    { action: "created", ref, after: target },
    { verb: "create", ref, body: target, fieldManager: manager },
  ];
}

/** The spec whole, and only at the resourceVersion that was compared. */
function changing(ref: Ref, target: KubeObject, live: KubeObject): readonly [Draft, Write] {
  const mark = target.metadata.annotations?.[migratedAnnotation] ?? "";
  const annotations = { ...live.metadata.annotations, [migratedAnnotation]: mark };
  const after = { ...live, metadata: { ...live.metadata, annotations }, spec: target["spec"] };
  const path = `/metadata/annotations/${migratedAnnotation.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  const body = [
    { op: "replace", path: "/metadata/resourceVersion", value: live.metadata.resourceVersion },
    { op: "replace", path: "/spec", value: target["spec"] },
    { op: "replace", path, value: mark },
  ];
  return [
    { action: "changed", ref, before: live, after },
    { verb: "patch", ref, patch: "json", body, fieldManager: manager },
  ];
}

/** Saved first, then sent; false: somebody else was faster. */
async function written(
  { connection, serverVersion, dryRun, bundle, signal }: Writing,
  draft: Draft,
  write: Write,
): Promise<boolean> {
  signal.throwIfAborted();
  if (dryRun === "client") return true;
  const [id] = bundle === undefined ? [] : await bundle.save([draft]);
  for (let waited = 0; ; waited += pauseMillis) {
    try {
      const { object } = await sendWrite(connection, write, { dryRun: dryRun === "server", serverVersion });
      if (id !== undefined) bundle?.done(id, object);
      return true;
    } catch (error) {
      const status = isApiError(error) ? error.status : 0;
      // A definition that was just made is not served at once; one that a dry run made, never.
      if (status === 404 && write.verb === "create") {
        if (dryRun === "server") return true;
        if (waited < patienceMillis) {
          await sleep(pauseMillis);
          continue;
        }
      }
      if (status >= 400 && status < 500 && id !== undefined) bundle?.dropped(id);
      if (status === 409) return false;
      throw error;
    }
  }
}

async function patiently({ signal }: Writing, what: string, look: () => Promise<boolean>): Promise<void> {
  for (let waited = 0; waited < patienceMillis; waited += pauseMillis) {
    if (await look()) return;
    await sleep(pauseMillis, undefined, { signal });
  }
  throw userError(`${what} after ${String(patienceMillis / 1000)} s; run migrate-data again when it is`);
}
