import type { TreeEdit, EditPath } from "../manifest/edit.ts";
import { edited } from "../manifest/edit.ts";
import { isSameSetting } from "../merge/filled-in.ts";
import { sameJson } from "../merge/same-json.ts";
import type { PathStep } from "../merge/settings.ts";
import { isRecord } from "../model/record.ts";

/**
 * The change that gives a place of `target` the value that it has in `mine`, or takes it away where that is undefined.
 * Elements that the target lacks come behind what they stand behind in `mine`.
 */
export function editAt(
  at: readonly PathStep[],
  value: unknown,
  mine: unknown,
  target: unknown,
): TreeEdit | undefined {
  const path: (string | number)[] = [];
  let [here, own]: [unknown, unknown] = [target, mine];
  for (const [depth, step] of at.entries()) {
    const isLast = depth === at.length - 1;
    if (typeof step === "string") {
      path.push(step);
      here = isRecord(here) ? here[step] : undefined;
      own = isRecord(own) ? own[step] : undefined;
      if (isLast) return value === undefined ? removal(path, here) : { op: "set", path, value };
      continue;
    }
    const index = indexOf(here, step);
    if (index < 0)
      return isLast && value !== undefined
        ? { op: "insert", path, after: placeIn(here, own, step), value }
        : undefined;
    path.push(index);
    here = listOf(here)[index];
    own = listOf(own)[indexOf(own, step)];
    if (isLast) return value === undefined ? { op: "remove", path } : { op: "set", path, value };
  }
  return undefined;
}

function removal(path: EditPath, there: unknown): TreeEdit | undefined {
  return there === undefined ? undefined : { op: "remove", path };
}

/** Where in the text of the target a place is, as far as there is one. */
export function pathTo(at: readonly PathStep[], target: unknown): EditPath {
  const path: (string | number)[] = [];
  let here = target;
  for (const step of at) {
    const key = typeof step === "string" ? step : indexOf(here, step);
    const next = typeof key === "string" ? (isRecord(here) ? here[key] : undefined) : listOf(here)[key];
    if (next === undefined) break;
    path.push(key);
    here = next;
  }
  return path;
}

/** Changes below what the target does not have become one: of the whole that is missing. */
export function lifted(edits: readonly TreeEdit[], target: unknown): readonly TreeEdit[] {
  const result: TreeEdit[] = [];
  const missing = new Map<string, { readonly path: EditPath; readonly below: TreeEdit[] }>();
  for (const edit of edits) {
    const depth = missingDepth(edit, target);
    if (depth === undefined) {
      result.push(
        ...(edit.op === "set" ? refined(edit.path, edit.value, valueAt(edit.path, target)) : [edit]),
      );
      continue;
    }
    const path = edit.path.slice(0, depth);
    const key = JSON.stringify(path);
    const own = missing.get(key) ?? { path, below: [] };
    missing.set(key, own);
    own.below.push({ ...edit, path: edit.path.slice(depth) });
  }
  for (const { path, below } of missing.values()) {
    const isList = below.every(({ op, path: rest }) => op === "insert" && rest.length === 0);
    const value = isList
      ? below.map((each) => (each.op === "insert" ? each.value : undefined))
      : edited({}, below);
    result.push({ op: "set", path, value });
  }
  return result;
}

/** Of a map that takes the place of another, the keys alone that differ: what stands around them stays. */
function refined(path: EditPath, value: unknown, there: unknown): readonly TreeEdit[] {
  if (!isRecord(value) || !isRecord(there) || Object.keys(there).length === 0)
    return [{ op: "set", path, value }];
  return [...new Set([...Object.keys(there), ...Object.keys(value)])].flatMap((key): readonly TreeEdit[] => {
    const own = [...path, key];
    if (!(key in value)) return [{ op: "remove", path: own }];
    return sameJson(value[key], there[key]) ? [] : refined(own, value[key], there[key]);
  });
}

function valueAt(path: EditPath, target: unknown): unknown {
  return path.reduce<unknown>(
    (here, step) => (typeof step === "number" ? listOf(here)[step] : isRecord(here) ? here[step] : undefined),
    target,
  );
}

/** How many steps lead to the first thing that is not there, when something has to be put into it. */
function missingDepth({ op, path }: TreeEdit, target: unknown): number | undefined {
  const parents = op === "insert" ? path : path.slice(0, -1);
  const index = parents.findIndex((_step, at) => {
    const there = valueAt(parents.slice(0, at + 1), target);
    return there === undefined || there === null;
  });
  return index < 0 ? undefined : index + 1;
}

function indexOf(list: unknown, step: Exclude<PathStep, string>): number {
  return listOf(list).findLastIndex((each) =>
    "key" in step
      ? isRecord(each) && sameJson(each[step.key], step.value)
      : // What a server fills in does not make another element of it.
        isSameSetting("DaemonSet", [], each, step.element),
  );
}

function placeIn(target: unknown, mine: unknown, step: Exclude<PathStep, string>): number {
  const own = listOf(mine);
  const before = own.slice(0, Math.max(indexOf(own, step), 0)).toReversed();
  for (const each of before) {
    const known =
      "key" in step && isRecord(each) ? { key: step.key, value: each[step.key] } : { element: each };
    const index = indexOf(target, known);
    if (index >= 0) return index;
  }
  return -1;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}
