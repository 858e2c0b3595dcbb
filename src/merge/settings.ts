import type { KubeObject } from "../model/kube.ts";
import { parseImage } from "../model/image.ts";
import { cniTree } from "./cni-tree.ts";
import { isSameSetting, writtenByOthers } from "./filled-in.ts";
import { mergeList, typeName } from "./merge-keys.ts";
import { isRecord, type UnknownRecord } from "../model/record.ts";
import { sameJson } from "./same-json.ts";

/**
 * What becomes of one field.
 * - upstream: it is upstream's default here, and the file changes it.
 * - kept: it is yours, and the file leaves it.
 * - lost: it is yours, and the file has upstream's old value again.
 * - conflict: it is yours, and the file has neither your value nor upstream's old one.
 * - unknown: the file changes it, and nothing tells whose the value was.
 */
export type SettingGroup = "upstream" | "kept" | "lost" | "conflict" | "unknown";

/** A key of a map, the element of a list that has this value of its key, or the element of a set that is this value. */
export type PathStep =
  | string
  | { readonly key: string; readonly value: unknown }
  | { readonly element: unknown };

/** One field of an object. A value that is not given is undefined. */
export interface FieldChange {
  readonly group: SettingGroup;
  /** From the object's root to the field; into the CNI configuration as into a map. */
  readonly at: readonly PathStep[];
  /** Field names alone, as rules and merge keys look them up. */
  readonly path: readonly string[];
  /** `spec.template.spec.containers[name="calico-node"].env[name="IP"]`. */
  readonly field: string;
  /** Of an environment variable. */
  readonly variable?: string;
  /** The elements of an environment variable that is, whole. */
  readonly elements?: Three;
  readonly base: unknown;
  readonly before: unknown;
  readonly after: unknown;
  /** Both are given, and whether they are the same could not be read. */
  readonly unread?: true;
}

/** What an `env` element comes to on one side; undefined where its source could not be read. */
export type EnvReader = (element: UnknownRecord) => string | undefined;

/** Three states of one object. */
export interface ObjectStates {
  /** Upstream's default; undefined: it has no such object. "unknown": nothing is on record. */
  readonly base: KubeObject | "unknown" | undefined;
  readonly live: KubeObject;
  readonly after: KubeObject;
}

/** Reads the environment of each side. */
export interface EnvReaders {
  readonly base: EnvReader;
  readonly live: EnvReader;
  readonly after: EnvReader;
}

export interface Three {
  readonly base: unknown;
  readonly live: unknown;
  readonly after: unknown;
}

interface SettingPath {
  readonly path: readonly string[];
  readonly at: readonly PathStep[];
  readonly field: string;
  /** The maps that it stands in. */
  readonly beside: {
    readonly base: UnknownRecord;
    readonly live: UnknownRecord;
    readonly after: UnknownRecord;
  };
}

/** Lists whose elements are compared by what they are. */
const sets: ReadonlySet<string> = new Set(["tolerations", "rules", "subjects"]);

/** Every field that is yours, or that the file changes. Status, identity and what servers fill in are no settings. */
export function settingsOf({ base, live, after }: ObjectStates, env: EnvReaders): readonly FieldChange[] {
  const isKnown = base !== "unknown";
  const kind = typeName(live);
  const found: FieldChange[] = [];
  const nowhere = { base: {}, live: {}, after: {} };
  walk(
    {
      base: isKnown && base !== undefined ? settable(base) : undefined,
      live: settable(live),
      after: settable(after),
    },
    { path: [], at: [], field: "", beside: nowhere },
  );
  return found;

  function walk(three: Three, place: SettingPath): void {
    const field = place.path.at(-1) ?? "";
    const text = field === "cni_network_config" ? cniTrees(three) : undefined;
    if (text !== undefined) return walk(text, place);
    const { live: here, after: then } = three;
    const key = mergeList(kind, place.path)?.key ?? (isPlugins(place.path) ? "type" : undefined);
    if (key !== undefined && isMaps(here) && isMaps(then)) walkList(three, place, key);
    else if (sets.has(field) && (isList(here) || isList(then))) walkSet(three, place);
    else if (isRecord(here) && isRecord(then)) walkMap({ ...three, live: here, after: then }, place);
    else leaf(three, place);
  }

  function walkMap(
    three: Three & { readonly live: UnknownRecord; readonly after: UnknownRecord },
    place: SettingPath,
  ): void {
    const own = isRecord(three.base) ? three.base : {};
    const { live: here, after: then } = three;
    const beside = { base: own, live: here, after: then };
    for (const key of new Set([...Object.keys(own), ...Object.keys(here), ...Object.keys(then)])) {
      if (place.path.at(-1) === "annotations" && writtenByOthers.has(key)) continue;
      walk(
        { base: own[key], live: here[key], after: then[key] },
        {
          path: [...place.path, key],
          at: [...place.at, key],
          field: `${place.field}${place.field === "" ? "" : "."}${quoted(key)}`,
          beside,
        },
      );
    }
  }

  function walkList(three: Three, place: SettingPath, key: string): void {
    const lists = { base: mapsOf(three.base), live: mapsOf(three.live), after: mapsOf(three.after) };
    const keys = [...lists.base, ...lists.live, ...lists.after].map((each) => each[key]);
    for (const value of keys.filter(
      (each, index) => keys.findIndex((other) => sameJson(other, each)) === index,
    )) {
      const find = (list: readonly UnknownRecord[]): UnknownRecord | undefined =>
        list.findLast((each) => sameJson(each[key], value));
      const element = { base: find(lists.base), live: find(lists.live), after: find(lists.after) };
      const below = {
        ...place,
        at: [...place.at, { key, value }],
        field: `${place.field}[${key}=${JSON.stringify(value)}]`,
      };
      if (place.path.at(-1) === "env") variable(element, below, String(value));
      else walk(element, below);
    }
  }

  function walkSet(three: Three, place: SettingPath): void {
    const lists = { base: listOf(three.base), live: listOf(three.live), after: listOf(three.after) };
    const every = [...lists.live, ...lists.after, ...lists.base];
    const same = (a: unknown) => (b: unknown) => isSameSetting(kind, place.path, a, b);
    for (const value of every.filter((each, index) => every.findIndex(same(each)) === index)) {
      const find = (list: readonly unknown[]): unknown => list.find(same(value));
      leaf(
        { base: find(lists.base), live: find(lists.live), after: find(lists.after) },
        {
          ...place,
          at: [...place.at, { element: value }],
          field: `${place.field}[${JSON.stringify(value)}]`,
        },
      );
    }
  }

  function variable(three: Three, place: SettingPath, name: string): void {
    const read = (side: keyof Three): string | undefined => {
      const element = three[side];
      return isRecord(element) ? env[side](element) : undefined;
    };
    const texts = { base: read("base"), live: read("live"), after: read("after") };
    const same = (a: keyof Three, b: keyof Three): boolean =>
      isSameSetting(kind, place.path, three[a], three[b]) ||
      ((three[a] === undefined || texts[a] !== undefined) &&
        (three[b] === undefined || texts[b] !== undefined) &&
        isSameText(name, texts[a] ?? "", texts[b] ?? ""));
    const unread =
      isRecord(three.live) &&
      isRecord(three.after) &&
      (texts.live === undefined || texts.after === undefined);
    const shown = (side: keyof Three): unknown => texts[side] ?? sourceOf(three[side]);
    add(
      { same },
      {
        path: place.path,
        at: place.at,
        field: place.field,
        variable: name,
        elements: three,
        base: shown("base"),
        before: shown("live"),
        after: shown("after"),
        ...(unread ? { unread } : {}),
      },
    );
  }

  function leaf(three: Three, { path, at, field, beside }: SettingPath): void {
    const same = (a: keyof Three, b: keyof Three): boolean =>
      (path.at(-1) === "image" && isSameName(three[a], three[b], a, b)) ||
      isSameSetting(kind, path, three[a], three[b], { a: beside[a], b: beside[b] });
    add({ same }, { path, at, field, base: three.base, before: three.live, after: three.after });
  }

  function add(
    { same }: { readonly same: (a: keyof Three, b: keyof Three) => boolean },
    change: Omit<FieldChange, "group">,
  ): void {
    const group = groupOf(isKnown, same);
    if (group !== undefined) found.push({ group, ...change });
  }
}

function groupOf(
  isKnown: boolean,
  same: (a: keyof Three, b: keyof Three) => boolean,
): SettingGroup | undefined {
  if (same("live", "after")) return isKnown && !same("base", "live") ? "kept" : undefined;
  if (!isKnown) return "unknown";
  if (same("base", "live")) return "upstream";
  return same("base", "after") ? "lost" : "conflict";
}

/** What of an object somebody can set: no identity, no status, nothing that only a server writes. */
function settable(object: KubeObject): UnknownRecord {
  const { apiVersion: _version, kind: _kind, status: _status, metadata, ...rest } = object;
  const { labels, annotations } = metadata;
  return {
    ...rest,
    metadata: {
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
    },
  };
}

/** Whose registry an image comes from is a setting; which release it is of is not. */
function isSameName(a: unknown, b: unknown, ...sides: readonly (keyof Three)[]): boolean {
  if (!sides.includes("base") || typeof a !== "string" || typeof b !== "string") return false;
  const [left, right] = [parseImage(a), parseImage(b)];
  return (
    left.repository === right.repository && (left.registry ?? "docker.io") === (right.registry ?? "docker.io")
  );
}

/**
 * `always` and `Always`, and an empty text and nothing, are the same to calico-node; so are v2's `IP: ""` and v3's. A field
 * of the pod is what it is on each node.
 */
function isSameText(name: string, a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => {
    const plain = text.startsWith("field ") ? "" : text.trim().toLowerCase();
    return (name === "IP" && plain === "autodetect") ||
      (name === "FELIX_TYPHAK8SSERVICENAME" && plain === "none")
      ? ""
      : plain;
  });
  return left === right;
}

function sourceOf(element: unknown): unknown {
  return isRecord(element) ? (element["valueFrom"] ?? element["value"]) : undefined;
}

/** The CNI configuration as a tree, where every side that has one can be read. */
function cniTrees({ base, live, after }: Three): Three | undefined {
  if (typeof live !== "string" || typeof after !== "string") return undefined;
  const trees = { base: cniTree(base), live: cniTree(live), after: cniTree(after) };
  const isRead = trees.live !== undefined && trees.after !== undefined;
  return isRead && (typeof base !== "string" || trees.base !== undefined) ? trees : undefined;
}

function isPlugins(path: readonly string[]): boolean {
  return path.at(-1) === "plugins" && path.includes("cni_network_config");
}

/** A key of a user's own may have dots. */
function quoted(key: string): string {
  return /^[\w-]+$/.test(key) ? key : JSON.stringify(key);
}

function mapsOf(value: unknown): readonly UnknownRecord[] {
  return isMaps(value) ? value : [];
}

function listOf(value: unknown): readonly unknown[] {
  return isList(value) ? value : [];
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isMaps(value: unknown): value is readonly UnknownRecord[] {
  return Array.isArray(value) && value.every(isRecord);
}
