import type { KubeObject, Ref } from "../model/kube.ts";
import { configChangedAnnotation, lastAppliedAnnotation, manager } from "../model/names.ts";
import type { Write } from "../model/write.ts";
import { applyObject, type ApplyObjectResult, type InstallOwner } from "./apply-object.ts";
import { applierOf } from "./applier.ts";
import { conflictsOf } from "./conflicts.ts";
import { extractOwned } from "./extract.ts";
import { lastApplied, lastAppliedText } from "./last-applied.ts";

type Data = Readonly<Record<string, string>>;

/** A change of a ConfigMap, ready to be written. */
export interface ConfigMapChange {
  readonly applied: ApplyObjectResult;
  /** The data as it will be. */
  readonly data: Data;
  /** The whole object as it will be, for showing. */
  readonly merged: KubeObject;
  /** Keys whose values differ, in order. */
  readonly keys: readonly string[];
  /** Keys that are to go and belong to another manager: a server-side apply cannot remove them. */
  readonly notOurs: readonly string[];
}

/**
 * Exactly these keys are set and removed, and no other, as the one who applied the ConfigMap before. In its
 * last-applied text they are kept in step, so that the user's own next apply of the file changes them back; what
 * else stands there may be a release behind, and stays.
 */
export function changeKeys(
  live: KubeObject,
  set: ReadonlyMap<string, string>,
  unset: ReadonlySet<string>,
  ref: Ref,
): ConfigMapChange {
  const before = dataOf(live);
  const data = changed(before, set, unset);
  const keys = differing(before, data);
  const applier = applierOf(live);
  if (applier.kind === "server") {
    const owned = extractOwned(live, applier.fields);
    const desired = { ...owned, data: changed(dataOf(owned), set, unset) };
    const install: InstallOwner = { kind: "server", manager: applier.manager };
    const notOurs = [...unset].filter((key) => key in before && !(key in dataOf(owned)));
    const applied = applyObject(live, desired, ref, install, true);
    return { applied, data, merged: { ...live, data }, keys, notOurs };
  }
  if (keys.length === 0)
    return {
      applied: { outcome: "unchanged", patch: {}, conflicts: [] },
      data,
      merged: live,
      keys,
      notOurs: [],
    };
  const values = Object.fromEntries(keys.map((key) => [key, data[key] ?? null]));
  const was = lastApplied(live);
  const text =
    was === undefined
      ? {}
      : { [lastAppliedAnnotation]: lastAppliedText({ ...was, data: changed(dataOf(was), set, unset) }) };
  const { resourceVersion } = live.metadata;
  const metadata = { resourceVersion, ...(was === undefined ? {} : { annotations: text }) };
  const patch = { data: values };
  const write: Write = {
    verb: "patch",
    ref,
    patch: "strategic",
    fieldManager: applier.manager,
    body: { ...patch, metadata },
  };
  return {
    applied: { write, outcome: "configured", patch, conflicts: conflictsOf(live, patch, applier.manager) },
    data,
    merged: { ...live, data },
    keys,
    notOurs: [],
  };
}

/** What applying the whole ConfigMap of a file changes. */
export function applyConfigMap(
  live: KubeObject,
  desired: KubeObject,
  ref: Ref,
  install: InstallOwner,
  force: boolean,
): ConfigMapChange {
  const applied = applyObject(live, desired, ref, install, force);
  const before = dataOf(live);
  const patch = (applied.patch["data"] ?? {}) as Readonly<Record<string, string | null>>;
  const data = Object.fromEntries(
    Object.entries({ ...before, ...patch }).filter((entry): entry is [string, string] => entry[1] !== null),
  );
  return { applied, data, merged: { ...live, data }, keys: differing(before, data), notOurs: [] };
}

function changed(data: Data, set: ReadonlyMap<string, string>, unset: ReadonlySet<string>): Data {
  const kept = Object.entries(data).filter(([key]) => !unset.has(key));
  return { ...Object.fromEntries(kept), ...Object.fromEntries(set) };
}

/** Keys whose values differ, in order. */
function differing(before: Data, after: Data): readonly string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => before[key] !== after[key])
    .toSorted();
}

/** Our note of which keys changed when (hazard H25), in the same patch; a server-side manager would own it then. */
export function noted(write: Write, note: string): Write {
  if (write.verb !== "patch" || write.patch === "apply") return write;
  const body = write.body as { readonly metadata?: { readonly annotations?: object } };
  const annotations = { ...body.metadata?.annotations, [configChangedAnnotation]: note };
  return { ...write, body: { ...body, metadata: { ...body.metadata, annotations } } };
}

/** Whether the note has to be a write of our own. */
export function notedApart(write: Write): boolean {
  return write.verb === "patch" && write.patch === "apply";
}

/** The note as a write of our own, beside a server-side apply; null takes it away. */
export function noteOn(live: KubeObject, ref: Ref, note: string | null): Write {
  const { resourceVersion } = live.metadata;
  const metadata = { resourceVersion, annotations: { [configChangedAnnotation]: note } };
  return { verb: "patch", ref, patch: "merge", fieldManager: manager, body: { metadata } };
}

/** Keys that both have, with other values. */
export function changedKeys(live: KubeObject, desired: KubeObject): readonly string[] {
  const [was, is] = [dataOf(live), dataOf(desired)];
  return Object.keys(is).filter((key) => key in was && was[key] !== is[key]);
}

export function dataOf(object: KubeObject): Data {
  return (object["data"] as Data | null | undefined) ?? {};
}
