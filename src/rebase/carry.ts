import type { TreeEdit } from "../manifest/edit.ts";
import { withOwnersStrategy, withOwnStrategy } from "../merge/after-apply.ts";
import { withoutFilledIn } from "../merge/filled-in.ts";
import { typeName } from "../merge/merge-keys.ts";
import { sameJson } from "../merge/same-json.ts";
import { settingsOf, type EnvReader, type FieldChange, type PathStep } from "../merge/settings.ts";
import { settingsWithoutBase } from "../merge/without-base.ts";
import { isRecord } from "../model/record.ts";
import type { KubeObject } from "../model/kube.ts";
import { maskedValue } from "../model/mask.ts";
import { cniEdit, isInCni } from "./cni-text.ts";
import { carryImage } from "./images.ts";
import { editAt, lifted } from "./place.ts";
import { switchNote } from "./switches.ts";

export type SettingOrigin = "mine" | "upstream";

/** A setting that is yours and that the target has otherwise, or has no place for. */
export interface RebaseConflict {
  /** `DaemonSet kube-system/calico-node`. */
  readonly object: string;
  readonly field: string;
  readonly at: readonly PathStep[];
  /** Upstream's, of the release that yours was made from. */
  readonly base: unknown;
  /** Nothing tells what upstream had there, so that it may be yours or not. */
  readonly isBaseUnknown?: true;
  readonly mine: unknown;
  /** Upstream's, of the new release. */
  readonly target: unknown;
  /** Why, where it is more than two changes of the same field. */
  readonly because?: string;
  /** `explain` has what upstream did there on purpose. */
  readonly rule?: string;
  /** What --prefer says of it. */
  readonly decided?: SettingOrigin;
}

/** A setting that the target has now. */
export interface Carried {
  readonly object: string;
  readonly field: string;
  readonly at: readonly PathStep[];
  /** What upstream's manifest has there. */
  readonly target: unknown;
  readonly mine: unknown;
}

/** What --prefer says of a conflict. */
export type Prefer = (conflict: Pick<RebaseConflict, "object" | "field">) => SettingOrigin | undefined;

/**
 * Three states of one object; the base has no such object where upstream brings it with the target. "unknown": no manifest
 * of upstream's tells what yours was made from.
 */
export interface ThreeObjects {
  readonly base: KubeObject | "unknown" | undefined;
  readonly mine: KubeObject;
  readonly target: KubeObject;
}

export interface CarriedObject {
  readonly edits: readonly TreeEdit[];
  readonly carried: readonly Carried[];
  readonly conflicts: readonly RebaseConflict[];
  readonly notes: readonly string[];
}

/**
 * What is yours of one object, carried over to the target's. `object`: as it is named to the user. `from`: what a server
 * has filled in of a live value is not carried.
 */
export function carryObject(
  three: ThreeObjects,
  object: string,
  prefer: Prefer,
  from: "cluster" | "file",
): CarriedObject {
  const { target } = three;
  const mine = withOwnersStrategy(three.mine);
  const after = withOwnStrategy(target);
  const base = typeof three.base === "object" ? withOwnStrategy(three.base) : undefined;
  const all =
    three.base === "unknown"
      ? settingsWithoutBase(mine, after, asWritten)
      : settingsOf({ base, live: mine, after }, asWritten);
  const changes = all.filter(
    ({ group, at, before }) =>
      (group === "lost" ||
        group === "conflict" ||
        // What only the new manifest sets takes nothing away.
        (group === "unknown" && before !== undefined)) &&
      !isIdentity(at, three),
  );
  const carried: Carried[] = [];
  const conflicts: RebaseConflict[] = [];
  // An image of upstream's own place is no setting; that it was pinned by its digest is to be said.
  const notes: string[] = all.flatMap((change) => {
    const note =
      change.group === "upstream" ? (imageOf(change)?.note ?? switchNote(target, change)) : undefined;
    return note === undefined ? [] : [`${object} ${change.field}: ${note}`];
  });
  const edits: TreeEdit[] = [];
  const inCni: { readonly at: readonly PathStep[]; readonly value: unknown }[] = [];
  for (const change of changes) {
    const { at, field } = change;
    const values = valuesOf(change);
    const image = imageOf(change);
    if (image?.note !== undefined) notes.push(`${object} ${field}: ${image.note}`);
    if (image?.image !== undefined && sameJson(image.image, values.target)) continue;
    const conflict = image === undefined ? conflictOf(change, object) : undefined;
    const decided = conflict === undefined ? undefined : prefer(conflict);
    if (conflict !== undefined && !(decided === "mine" && !isMasked(values.mine))) {
      conflicts.push({ ...conflict, ...(decided === "upstream" ? { decided } : {}) });
      continue;
    }
    if (conflict !== undefined) conflicts.push({ ...conflict, decided: "mine" });
    const own =
      from === "cluster" && !isInCni(at)
        ? withoutFilledIn(typeName(target), change.path, values.mine)
        : values.mine;
    const value = image?.image ?? own;
    carried.push({ object, field, at, target: values.target, mine: value });
    if (isInCni(at)) inCni.push({ at, value });
    else {
      const edit = editAt(at, value, mine, target);
      if (edit !== undefined) edits.push(edit);
    }
  }
  const cni = inCni.length === 0 ? undefined : cniEdit(inCni, mine, target);
  if (cni !== undefined) edits.push(cni);
  return { edits: lifted(edits, target), carried, conflicts, notes };
}

/** Everything that is yours of an object that the target no longer has. */
export function lostObject(
  { base, mine }: Omit<ThreeObjects, "target">,
  object: string,
): readonly RebaseConflict[] {
  if (typeof base !== "object") return [];
  const own = withOwnStrategy(base);
  return settingsOf({ base: own, live: withOwnersStrategy(mine), after: own }, asWritten)
    .filter(({ group, at }) => group === "lost" && !isIdentity(at, { base, mine, target: base }))
    .filter((change) => imageOf(change) === undefined)
    .map((change) => ({
      object,
      field: change.field,
      at: change.at,
      ...valuesOf(change),
      target: undefined,
      because: "the new manifest has no such object",
      ...ruleOf(object, change.field),
    }));
}

/** A variable is carried as it is written: where its value comes from is a setting of its own. */
const noEnvironment: EnvReader = () => undefined;
const asWritten = { base: noEnvironment, live: noEnvironment, after: noEnvironment };

/** Written by the server from the template's labels where upstream's file left it out, and never changed. */
function isIdentity(
  at: readonly PathStep[],
  { base, target }: Pick<ThreeObjects, "base" | "mine" | "target">,
): boolean {
  const [first, second] = at;
  const spec = (base === "unknown" ? target : base)?.["spec"];
  return first === "spec" && second === "selector" && isRecord(spec) && spec["selector"] === undefined;
}

function valuesOf({ elements, base, before, after }: FieldChange): {
  readonly base: unknown;
  readonly mine: unknown;
  readonly target: unknown;
} {
  return elements === undefined
    ? { base, mine: before, target: after }
    : { base: elements.base, mine: elements.live, target: elements.after };
}

/** undefined: it is no image that both have, or nothing tells where yours is to be had. */
function imageOf(change: FieldChange): ReturnType<typeof carryImage> {
  const { path, base, before, after } = change;
  if (path.at(-1) !== "image" || typeof before !== "string" || typeof after !== "string") return undefined;
  return carryImage(typeof base === "string" ? base : undefined, before, after);
}

/** undefined: the target has what upstream always had there, and yours takes its place. */
function conflictOf(change: FieldChange, object: string): RebaseConflict | undefined {
  const { group, field, at } = change;
  const values = valuesOf(change);
  if (isMasked(values.mine))
    return { object, field, at, ...values, because: "its value is masked in the facts file" };
  if (group === "unknown")
    return {
      object,
      field,
      at,
      ...values,
      isBaseUnknown: true,
      because: "whether upstream set it is not known",
    };
  if (group !== "conflict") return undefined;
  const gone = values.base !== undefined && values.target === undefined;
  return {
    object,
    field,
    at,
    ...values,
    ...(gone ? { because: "the new manifest no longer has it" } : {}),
    ...ruleOf(object, field),
  };
}

function isMasked(value: unknown): boolean {
  return JSON.stringify(value ?? null).includes(maskedValue);
}

/** What upstream took out, or moved, on purpose. */
const dropped: readonly (readonly [RegExp, string])[] = [
  [/flexvol/, "B20"],
  [/^PodSecurityPolicy /, "B21"],
  [/containers\[name="install-cni"\]/, "M18"],
  [/(liveness|readiness)Probe/, "M23"],
];

function ruleOf(object: string, field: string): { readonly rule?: string } {
  const found = dropped.find(([what]) => what.test(`${object} ${field}`));
  return found === undefined ? {} : { rule: found[1] };
}
