import type { KubeObject, Ref } from "../model/kube.ts";
import { configChangedAnnotation, manager } from "../model/names.ts";
import type { Write } from "../model/write.ts";
import { applyObject, type Applied, type InstallOwner } from "./apply-object.ts";
import { applierOf } from "./applier.ts";
import { extractOwned } from "./extract.ts";
import { lastApplied } from "./last-applied.ts";

type Data = Readonly<Record<string, string>>;

/** A change of a ConfigMap, ready to be written. */
export interface ConfigMapChange {
  readonly applied: Applied;
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
 * Values set and removed one by one, as the one who applied the ConfigMap before: so last-applied is kept
 * in step, and the user's own next apply of the file changes exactly these back.
 */
export function desiredBy(
  live: KubeObject,
  set: ReadonlyMap<string, string>,
  unset: ReadonlySet<string>,
): KubeObject {
  const applier = applierOf(live);
  const own = applier.kind === "server" ? extractOwned(live, applier.fields) : lastApplied(live);
  const { name, namespace, labels } = live.metadata;
  const base: KubeObject = own ?? {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
    },
    data: dataOf(live),
  };
  const kept = Object.entries(dataOf(base)).filter(([key]) => !unset.has(key));
  return { ...base, data: { ...Object.fromEntries(kept), ...Object.fromEntries(set) } };
}

/** What applying `desired` changes; keys of `unset` go whoever set them. */
export function changeConfigMap(
  live: KubeObject,
  desired: KubeObject,
  ref: Ref,
  install: InstallOwner,
  options: { readonly force: boolean; readonly unset: ReadonlySet<string> },
): ConfigMapChange {
  const applied = applyObject(live, desired, ref, install, options.force);
  const before = dataOf(live);
  const patch = (applied.patch["data"] ?? {}) as Readonly<Record<string, string | null>>;
  const missed = [...options.unset].filter((key) => key in before && !(key in patch));
  const server = applierOf(live).kind === "server";
  const extra = server ? {} : Object.fromEntries(missed.map((key) => [key, null]));
  const changes = { ...patch, ...extra };
  const data = Object.fromEntries(
    Object.entries({ ...before, ...changes }).filter((entry): entry is [string, string] => entry[1] !== null),
  );
  const keys = [...new Set([...Object.keys(before), ...Object.keys(data)])]
    .filter((key) => before[key] !== data[key])
    .toSorted();
  return {
    applied: missed.length > 0 && !server ? withData(applied, live, ref, extra) : applied,
    data,
    merged: { ...live, data },
    keys,
    notOurs: server ? missed : [],
  };
}

/** Keys that the applier never set are removed by the same patch. */
function withData(
  applied: Applied,
  live: KubeObject,
  ref: Ref,
  extra: Readonly<Record<string, null>>,
): Applied {
  const patch = { ...applied.patch, data: { ...(applied.patch["data"] as object | undefined), ...extra } };
  const { resourceVersion } = live.metadata;
  const write: Write = {
    verb: "patch",
    ref,
    patch: "strategic",
    fieldManager: applied.write?.verb === "patch" ? applied.write.fieldManager : manager,
    body: {
      ...patch,
      metadata: { ...(patch as { metadata?: object }).metadata, resourceVersion },
    },
  };
  return { ...applied, write, outcome: "configured", patch };
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

/** The note as a write of our own, beside a server-side apply. */
export function noteOn(live: KubeObject, ref: Ref, note: string): Write {
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
