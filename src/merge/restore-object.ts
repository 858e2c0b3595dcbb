import type { JsonObject, KubeObject, Ref } from "../model/kube.ts";
import { clientSideApplyManager } from "../model/names.ts";
import type { Write } from "../model/write.ts";
import { compare, isHeld, withoutStrategy, withStrategy } from "./compare.ts";
import { extractOwned } from "./extract.ts";
import { patchTypeOf } from "./merge-keys.ts";
import { sameJson } from "./same-json.ts";

/** As whom an object goes back: a server-side manager with the fields that it owned, or kubectl's client side. */
export interface FormerOwner {
  readonly manager: string;
  readonly fields: JsonObject;
}

/**
 * The write that makes a live object what it was: what `before` lacks goes away, what it has comes back,
 * last-applied included. `live` is compared without what controllers count in it (`content`). `judged`: its content
 * when it was decided to take it back; what somebody has added since stays. A DaemonSet that is held stays held
 * (hazard H12). Undefined: it is as it was.
 */
export function restoreObject(
  live: KubeObject,
  content: KubeObject,
  before: KubeObject,
  ref: Ref,
  owner?: FormerOwner,
  judged = content,
): { readonly write: Write; readonly template: boolean } | undefined {
  const held = live.kind === "DaemonSet" && isHeld(live);
  const bare = held ? withoutStrategy : <T>(object: T): T => object;
  const patch = compare(bare(judged), bare(keyed(before, judged)), bare(content));
  if (Object.keys(patch).length === 0) return undefined;
  const { resourceVersion } = live.metadata;
  const { spec } = patch;
  const template = typeof spec === "object" && spec !== null && "template" in spec;
  if (owner !== undefined) {
    const owned = extractOwned(before, owner.fields);
    const body = held ? withStrategy(owned, { type: "OnDelete" }) : owned;
    return {
      template,
      write: {
        verb: "patch",
        ref,
        patch: "apply",
        fieldManager: owner.manager,
        // Whoever has changed these values since was shown, or was named by --force.
        force: true,
        body: { ...body, metadata: { ...body.metadata, resourceVersion } },
      },
    };
  }
  return {
    template,
    write: {
      verb: "patch",
      ref,
      patch: patchTypeOf(ref.group),
      fieldManager: clientSideApplyManager,
      body: { ...patch, metadata: { ...(patch["metadata"] as object | undefined), resourceVersion } },
    },
  };
}

/**
 * With a map where it had none and has keys now: they go one by one. Without the map all would, those that a run, or
 * somebody, has put there meanwhile as well.
 */
function keyed(before: KubeObject, judged: KubeObject): KubeObject {
  const { annotations, labels, ...metadata } = before.metadata;
  const map = (was: typeof labels, is: typeof labels) => was ?? (is === undefined ? undefined : {});
  const maps = {
    annotations: map(annotations, judged.metadata.annotations),
    labels: map(labels, judged.metadata.labels),
  };
  const kept = Object.fromEntries(Object.entries(maps).filter(([, value]) => value !== undefined));
  return { ...before, metadata: { ...metadata, ...kept } };
}

/**
 * Whether an object is somewhere between two of its states: every value is of one or of the other. So a run
 * left it that was killed, and nobody else.
 */
export function isBetween(before: unknown, after: unknown, live: unknown): boolean {
  const equal = (other: unknown): boolean => sameJson(other, live);
  if (equal(before) || equal(after) || live === undefined) return true;
  if (Array.isArray(live)) {
    const either = [before, after].flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []));
    return live.every((element) => either.some((other) => sameJson(other, element)));
  }
  if (!isMap(live)) return false;
  const [was, meant] = [isMap(before) ? before : {}, isMap(after) ? after : {}];
  return Object.keys(live).every((key) => isBetween(was[key], meant[key], live[key]));
}

/**
 * Whether taking an object back would overwrite what somebody has set since it was judged: a value that is neither the
 * one that was judged nor the former one. What was added stays, and is none. `live` may be half-way back already.
 */
export function overwrites(before: unknown, judged: unknown, live: unknown): boolean {
  if (sameJson(live, judged) || sameJson(live, before)) return false;
  if (Array.isArray(live)) {
    const [was, is] = [before, judged].map((list) => (Array.isArray(list) ? (list as unknown[]) : []));
    const either = [...(was ?? []), ...(is ?? [])];
    const named = byName(either) && byName(live);
    if (named === undefined) return !live.every((each) => either.some((other) => sameJson(other, each)));
    return overwrites(byName(was ?? []), byName(is ?? []), named);
  }
  if (!isMap(live)) return true;
  const [was, is] = [isMap(before) ? before : {}, isMap(judged) ? judged : {}];
  return Object.keys({ ...was, ...is }).some((key) => overwrites(was[key], is[key], live[key]));
}

/** Containers, variables, volumes: each by its name. Undefined: not every element has one. */
function byName(list: readonly unknown[]): Readonly<Record<string, unknown>> | undefined {
  const entries = list.map((each): [unknown, unknown] => [isMap(each) ? each["name"] : undefined, each]);
  return entries.every(([name]) => typeof name === "string")
    ? (Object.fromEntries(entries) as Readonly<Record<string, unknown>>)
    : undefined;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
