import { contentOf } from "../../bundle/content.ts";
import { changeValues, expandObject } from "../../merge/expand-object.ts";
import { dataOf } from "../../merge/config-map.ts";
import { formerOwner, restoreManagers } from "../../merge/former-managers.ts";
import { immutableChange } from "../../merge/immutable.ts";
import { overwrites, restoreObject } from "../../merge/restore-object.ts";
import type { InstallOwner } from "../../merge/apply-object.ts";
import { configChange } from "../../model/config-ledger.ts";
import { configMapFacts } from "../../model/configmap.ts";
import type { Draft } from "../../model/draft.ts";
import type { KubeObject, ManagedFieldsEntry, Ref } from "../../model/kube.ts";
import { manager } from "../../model/names.ts";
import type { Millis } from "../../model/time.ts";
import type { Write } from "../../model/write.ts";
import { notedStages } from "../../plan/config/values.ts";
import type { Stop } from "../../plan/decision.ts";
import type { ObjectGoal } from "../../plan/objects/goal.ts";
import { gone, rolledOut } from "../../plan/objects/rollout.ts";
import { withItsPods } from "../../plan/apply/recreate.ts";
import { changedFields } from "../../render/apply-lines.ts";
import { asOwnedNow } from "./owned.ts";
import { comparable, type UndoDecision } from "./staged-entries.ts";

/** An object that is to be written. */
export type Work = UndoDecision & { readonly kind: "restore" | "delete" | "create" };

type SavedManagers = readonly ManagedFieldsEntry[] | undefined;

export type Stages = readonly (readonly ObjectGoal[])[];

/** What the old pods need of an object, added to what is there: nothing goes yet (hazard H01). */
export function expandStage(work: Work, install: InstallOwner): Stages {
  const { entry, before } = work.target;
  if (before === undefined || entry.kind === "CustomResourceDefinition") return [];
  return [
    [
      {
        ref: entry.ref,
        bookkeeping: true,
        intended: (live) => (live === undefined ? undefined : expandObject(live, before, entry.ref, install)),
        draft: (live) => draftOf(work, live),
      },
    ],
  ];
}

/** The old values, with the note of which pods have read others (hazard H25); keys that only the new ones know stay. */
export function valueStages(work: Work, since: Millis | undefined): Stages {
  const { entry, before } = work.target;
  if (before === undefined) return [];
  const stages = notedStages({
    ref: entry.ref,
    keysOf: (live) => differing(live, before),
    decide: (live) => unlessSet(work, live, changeValues(live, before, entry.ref)),
    draft: (live) => draftOf(work, live),
    ...(since === undefined ? {} : { since }),
  });
  return stages.map((stage) => stage.map((object): ObjectGoal => ({ ...object, bookkeeping: true })));
}

export interface TakeOptions {
  readonly real: boolean;
  /** Values that are back already. */
  readonly given: ReadonlySet<Work>;
  /** Where nodes go back nobody has to be restarted for values: undefined there. */
  readonly note?: { readonly since: Millis | undefined };
}

/** The object exactly as it was, or gone where the run made it. */
export function takeStages(work: Work, { real, given, note }: TakeOptions): Stages {
  const { target, kind } = work;
  const { entry, before, managers, live: first } = target;
  const { ref } = entry;
  if (isRemade(work) && !real)
    return [[{ ref, verb: "created", intended: () => undefined, confirms: () => "created" }]];
  const removed: Stages = isRemade(work)
    ? [
        [
          {
            ref,
            bookkeeping: true,
            intended: (live) =>
              live?.metadata.uid === first?.metadata.uid ? deletionOf(work, live) : undefined,
            draft: (live) => draftOf(work, live, "deleted"),
            waits: gone(ref, first?.metadata.uid),
          },
        ],
      ]
    : [];
  const verb = { restore: isRemade(work) ? "created" : "configured", delete: "deleted", create: "created" }[
    kind
  ];
  const decide = (live: KubeObject | undefined): Write | Stop | undefined => {
    if (kind === "delete")
      return live?.metadata.uid === first?.metadata.uid ? deletionOf(work, live) : undefined;
    const former = asOwnedNow(before, live);
    if (former === undefined) return undefined;
    if (live === undefined) return creationOf(ref, former);
    const owner = formerOwner(former, managers);
    return unlessSet(
      work,
      live,
      restoreObject(live, contentOf(live), former, ref, owner, judgedOf(work))?.write,
    );
  };
  const owned = real ? ownedStages(work) : [];
  const own: ObjectGoal = {
    ref,
    verb,
    intended: decide,
    confirms: () => (given.has(work) ? "configured" : undefined),
    draft: (live) => draftOf(work, live),
    ...(owned.length === 0 ? waitFor(work) : {}),
  };
  const noted =
    target.part === "configmap" && kind === "restore" && before !== undefined && note !== undefined;
  if (!noted) return [...removed, [own], ...owned];
  const stages = notedStages({
    ref,
    decide: (live) => decide(live),
    keysOf(live) {
      const left = Object.keys(dataOf(first ?? live)).filter((key) => !(key in dataOf(before)));
      const noteBefore = given.has(work) ? configChange(configMapFacts(live)) : undefined;
      return left.length === 0 ? [] : [...left, ...(noteBefore?.keys ?? [])];
    },
    draft: (live) => draftOf(work, live),
    ...(note.since === undefined ? {} : { since: note.since }),
  });
  const reported = stages.map((stage) =>
    stage.map((object) =>
      object.bookkeeping === true
        ? object
        : { ...object, verb, confirms: () => (given.has(work) ? ("configured" as const) : undefined) },
    ),
  );
  return [...reported, ...owned];
}

/**
 * After the write in its owner's name: what is still other than it was, which the owner never had, and the managers
 * that it had (hazard H14). Only then its pods are waited for.
 */
function ownedStages(work: Work): Stages {
  const { entry, before, managers } = work.target;
  const { ref } = entry;
  if (before === undefined || managers === undefined) return [];
  return [
    [
      {
        ref,
        bookkeeping: true,
        intended(live) {
          const former = asOwnedNow(before, live);
          return live === undefined
            ? undefined
            : restoreObject(live, contentOf(live), former, ref, undefined, judgedOf(work))?.write;
        },
      },
    ],
    [{ ...managersGoal(ref, managers), ...waitFor(work) }],
  ];
}

/** As it was when it was decided to take it back; what was not there is made, and nobody has added to it. */
function judgedOf({ target: { live } }: Work): KubeObject | undefined {
  return live === undefined ? undefined : contentOf(live);
}

/** What somebody has set since it was decided to take it back is not overwritten unseen (hazard H03). */
function unlessSet(
  work: Work,
  live: KubeObject | undefined,
  write: Write | undefined,
): Write | Stop | undefined {
  const judged = judgedOf(work);
  const { before } = work.target;
  if (write === undefined || live === undefined || judged === undefined || before === undefined) return write;
  const [is, now] = [comparable(judged), comparable(live)];
  if (!overwrites(comparable(asOwnedNow(before, live)), is, now)) return write;
  return {
    id: "H03",
    message: `somebody has changed it since the run began:\n  ${changedFields(is, now).join("\n  ")}`,
  };
}

/** An object that is as it was has the managers that it had. */
export function managersGoal(ref: Ref, managers: SavedManagers): ObjectGoal {
  return {
    ref,
    bookkeeping: true,
    intended: (live) => (live === undefined ? undefined : restoreManagers(live, managers, ref)),
  };
}

function waitFor(work: Work): Pick<ObjectGoal, "waits"> {
  const { entry, part } = work.target;
  const added = part === "node" && work.kind === "delete";
  if (part !== "controller" && part !== "typha" && !added) return {};
  if (work.kind === "delete") return { waits: gone(entry.ref) };
  return entry.kind === "Deployment" && !goesDown(work) ? { waits: rolledOut(entry.ref) } : {};
}

function deletionOf({ target: { entry } }: Work, live: KubeObject | undefined): Write | undefined {
  if (live === undefined) return undefined;
  const { uid = "", resourceVersion } = live.metadata;
  return {
    verb: "delete",
    ref: entry.ref,
    uid,
    // What it owns goes before it does: also a ReplicaSet that it has adopted, which is made again then.
    ...withItsPods(entry),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
}

/** What takes away the object that the run recreated, and makes the former one. */
export function remakingOf(work: Work): readonly Write[] {
  const { entry, before, live } = work.target;
  const removed = deletionOf(work, live);
  const made = asOwnedNow(before, undefined);
  return [
    ...(removed === undefined ? [] : [removed]),
    ...(made === undefined ? [] : [creationOf(entry.ref, made)]),
  ];
}

function creationOf(ref: Ref, body: KubeObject): Write {
  return { verb: "create", ref, body, fieldManager: manager };
}

/** What undo's own bundle holds of a write. */
function draftOf(
  { kind, target: { entry, before } }: Work,
  live: KubeObject | undefined,
  action: Draft["action"] = kind === "delete" ? "deleted" : live === undefined ? "created" : "changed",
): Draft {
  return {
    action,
    ref: entry.ref,
    ...(live === undefined ? {} : { before: live }),
    ...(before === undefined || action === "deleted" ? {} : { after: before }),
  };
}

/** What the run recreated: the server never changes it into what it was. */
export function isRemade({ kind, target: { live, before } }: Work): boolean {
  return (
    kind === "restore" &&
    live !== undefined &&
    before !== undefined &&
    immutableChange(live, before) !== undefined
  );
}

/** What has no pod when it is back. */
export function goesDown({ kind, target: { before } }: Work): boolean {
  const { replicas } = (before?.["spec"] ?? {}) as { readonly replicas?: number };
  return kind === "delete" || replicas === 0;
}

/** Keys whose values are others, are missing or are too many. */
export function differing(live: KubeObject, before: KubeObject): readonly string[] {
  const [is, was] = [dataOf(live), dataOf(before)];
  return [...new Set([...Object.keys(is), ...Object.keys(was)])].filter((key) => is[key] !== was[key]);
}
