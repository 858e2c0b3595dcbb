import type { Json } from "../../model/kube.ts";
import { isList } from "../go/print.ts";
import { compare } from "./compare.ts";
import { isPathError, pathError, type PathNode } from "./node.ts";
import { elements, invalid, ofJson, typeName, valueText, type TemplateValue } from "./value.ts";

/** What each node of a template finds in an object; throws a PathError. */
export type Find = (root: Json) => readonly (readonly TemplateValue[])[];

/**
 * A template made ready to search objects. Ranges are counted as kubectl counts them, so an odd
 * nesting comes out as odd as there; and so what one object left open is open for the next.
 */
export function makeFind(nodes: readonly PathNode[], allowMissingKeys: boolean): Find {
  let opened = 0;
  let within = 0;
  let closing = 0;
  let lastEnd = -1;
  let first = 0;

  function find(root: TemplateValue): readonly (readonly TemplateValue[])[] {
    const found: (readonly TemplateValue[])[] = [];
    const start = first;
    for (let at = start; at < nodes.length; at += 1) {
      const node = nodes[at];
      if (node === undefined) break;
      const results = walk([root], node);
      if (closing > 0 && closing <= within) {
        closing -= 1;
        lastEnd = at;
        break;
      }
      if (opened === 0) {
        found.push(results);
        continue;
      }
      opened -= 1;
      within += 1;
      // What stands in a range over nothing is walked once, to find its end.
      for (const result of results.length === 0 ? [undefined] : results) {
        first = at + 1;
        const inner = find(result === undefined || result.type === "nil" ? invalid : result);
        if (result !== undefined) found.push(...inner);
      }
      within -= 1;
      if (lastEnd > at) at = lastEnd;
    }
    return found;
  }

  function walk(values: readonly TemplateValue[], node: PathNode): readonly TemplateValue[] {
    switch (node.type) {
      case "list":
        return walkAll(values, node.nodes);
      case "text":
        return [{ type: "string", json: node.text }];
      case "int":
        return values.map(() => ({ type: "int", json: node.value }));
      case "float":
        return values.map(() => ({ type: "float64", json: node.value }));
      case "bool":
        return values.map(() => ({ type: "bool", json: node.value }));
      case "field":
        return field(values, node.name);
      case "wildcard":
        return values.flatMap(elements);
      case "recursive":
        return values.flatMap(descend);
      case "slice":
        return slice(values, node);
      case "union":
        return node.parts.flatMap((part) =>
          rethrow(
            () => walkAll(values, part),
            () => values.length > 0,
          ),
        );
      case "filter":
        return filter(values, node);
      case "identifier":
        return identifier(values, node.name);
    }
  }

  function walkAll(values: readonly TemplateValue[], list: readonly PathNode[]): readonly TemplateValue[] {
    return list.reduce(walk, values);
  }

  function identifier(values: readonly TemplateValue[], name: string): readonly TemplateValue[] {
    if (name === "range") {
      opened += 1;
      return values;
    }
    if (name !== "end") throw pathError(`unrecognized identifier ${name}`, values.length > 0);
    if (within === 0) throw pathError("not in range, nothing to end", false);
    closing += 1;
    return [];
  }

  function field(values: readonly TemplateValue[], name: string): readonly TemplateValue[] {
    const results = values.flatMap(({ json }) => {
      if (typeof json !== "object" || json === null || isList(json) || !Object.hasOwn(json, name)) return [];
      const entry = json[name];
      return entry === undefined ? [] : [ofJson(entry)];
    });
    if (values.length > 0 && results.length === 0 && !allowMissingKeys)
      throw pathError(`${name} is not found`, false);
    return results;
  }

  function filter(
    values: readonly TemplateValue[],
    node: PathNode & { readonly type: "filter" },
  ): readonly TemplateValue[] {
    const results: TemplateValue[] = [];
    for (const value of values) {
      if (value.type !== "list")
        throw pathError(`${valueText(value)} is not array or slice and cannot be filtered`);
      for (const element of elements(value)) {
        const passes =
          node.operator === "exists" ? exists(element, node.left) : holds(element, node, results);
        if (passes) results.push(element);
      }
    }
    return results;
  }

  function holds(
    element: TemplateValue,
    node: PathNode & { readonly type: "filter" },
    results: readonly TemplateValue[],
  ): boolean {
    const left = only(element, node.left);
    if (left === undefined) return false;
    const right = only(element, node.right);
    if (right === undefined) return false;
    return rethrow(
      () => compare(left, node.operator, right),
      () => results.length > 0,
    );
  }

  /** The one value that a side of a comparison comes to. */
  function only(element: TemplateValue, path: readonly PathNode[]): TemplateValue | undefined {
    const [value, more] = rethrow(
      () => walkAll([element], path),
      () => true,
    );
    if (more !== undefined) throw pathError("can only compare one element at a time");
    return value;
  }

  function exists(element: TemplateValue, path: readonly PathNode[]): boolean {
    try {
      return walkAll([element], path).length > 0;
    } catch (error) {
      if (isPathError(error)) return error.exists;
      throw error;
    }
  }

  return (root) => find(ofJson(root));
}

/** The same error, seen from one level up. */
function rethrow<T>(work: () => T, exists: () => boolean): T {
  try {
    return work();
  } catch (error) {
    throw isPathError(error) ? pathError(error.message, exists()) : error;
  }
}

/** The value itself and all below it that has something in it, strings included. */
function descend(value: TemplateValue): readonly TemplateValue[] {
  const below = elements(value);
  return below.length === 0 ? [] : [value, ...below.flatMap(descend)];
}

/** A slice of nothing ends the search: the values after it are not looked at. */
function slice(
  values: readonly TemplateValue[],
  { start, end, step, single }: PathNode & { readonly type: "slice" },
): readonly TemplateValue[] {
  const results: TemplateValue[] = [];
  for (const value of values) {
    if (value.type === "nil") continue;
    if (value.type !== "list") throw pathError(`${typeName(value)} is not array or slice`);
    const list = elements(value);
    const { length } = list;
    const from = start === undefined ? 0 : start < 0 ? start + length : start;
    const to = end === undefined ? length : end < 0 || (end === 0 && single) ? end + length : end;
    if (from === to) return results;
    if (from >= length || from < 0)
      throw pathError(`array index out of bounds: index ${from}, length ${length}`);
    if (to > length || to < 0)
      throw pathError(`array index out of bounds: index ${to - 1}, length ${length}`);
    if (from > to) throw pathError(`starting index ${from} is greater than ending index ${to}`);
    if (step !== undefined && step <= 0) throw pathError("step must be > 0");
    for (let at = from; at < to; at += step ?? 1) {
      const element = list[at];
      if (element !== undefined) results.push(element);
    }
  }
  return results;
}
