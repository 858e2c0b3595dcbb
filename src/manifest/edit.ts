import { isRecord } from "../model/record.ts";

/** Keys of maps and indices of lists, from the root. */
export type EditPath = readonly (string | number)[];

/** A change of a tree of values. Indices are those of the tree before any change. */
export type TreeEdit =
  /** The value of a key, which may be new, or an element of a list. */
  | { readonly op: "set"; readonly path: EditPath; readonly value: unknown }
  | { readonly op: "remove"; readonly path: EditPath }
  /** `path`: the list's. `after`: the index that it comes behind, -1 for the first place. */
  | { readonly op: "insert"; readonly path: EditPath; readonly after: number; readonly value: unknown };

/** The value with all changes made; it itself stays as it is. */
export function edited(value: unknown, edits: readonly TreeEdit[]): unknown {
  const here = edits.findLast(({ op, path }) => op === "set" && path.length === 0);
  if (here?.op === "set") return here.value;
  if (edits.length === 0) return value;
  if (Array.isArray(value)) return editedList(value, edits);
  const map = isRecord(value) ? value : {};
  const keys = edits.flatMap(({ path: [first] }) => (first === undefined ? [] : [String(first)]));
  const entries = [...new Set([...Object.keys(map), ...keys])].flatMap((key) => {
    const own = below(edits, key);
    if (own.some(isRemoval)) return [];
    return [[key, own.length === 0 ? map[key] : edited(map[key], own)] as const];
  });
  return Object.fromEntries(entries);
}

function editedList(list: readonly unknown[], edits: readonly TreeEdit[]): readonly unknown[] {
  const inserts = edits.flatMap((edit) => (edit.op === "insert" && edit.path.length === 0 ? [edit] : []));
  const behind = (index: number): readonly unknown[] =>
    inserts.flatMap(({ after, value }) => (after === index ? [value] : []));
  const kept = list.flatMap((each, index) => {
    const own = below(edits, index);
    return [...(own.some(isRemoval) ? [] : [edited(each, own)]), ...behind(index)];
  });
  return [...behind(-1), ...kept];
}

function isRemoval({ op, path }: TreeEdit): boolean {
  return op === "remove" && path.length === 0;
}

function below(edits: readonly TreeEdit[], step: string | number): readonly TreeEdit[] {
  return edits.flatMap((edit) => (edit.path[0] === step ? [{ ...edit, path: edit.path.slice(1) }] : []));
}
