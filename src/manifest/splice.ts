import { isRecord } from "../model/record.ts";
import type { TreeEdit, EditPath } from "./edit.ts";
import type { TextList, TextMap, TextNode, TextPair } from "./text-node.ts";
import { formatYaml, textTree } from "./yaml.ts";

/** A comment above a place; where it is within braces, above the line that they begin on. */
export interface CommentMark {
  readonly path: EditPath;
  /** One line, without `#`. */
  readonly text: string;
}

interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface SpliceOptions {
  readonly marks?: readonly CommentMark[];
  /** Texts that stand in JSON without quotes, as placeholders of numbers do. */
  readonly unquoted?: ReadonlySet<string>;
}

/**
 * The text of one YAML or JSON document with only the lines changed that have to be. undefined: its form does not allow
 * that. What comes out has to be read and compared.
 */
export function spliced(
  text: string,
  edits: readonly TreeEdit[],
  { marks = [], unquoted = new Set() }: SpliceOptions = {},
): string | undefined {
  const root = textTree(text);
  if (root === undefined) return undefined;
  const parts = [
    ...marks.map((mark) => markSplice(mark)),
    ...edits.map((edit) => {
      switch (edit.op) {
        case "set":
          return setSplice(edit.path, edit.value);
        case "insert":
          return insertSplice(edit.path, edit.after, edit.value);
        case "remove":
          return removeSplice(edit.path);
      }
    }),
  ];
  return parts.every((each) => each !== undefined) ? joined(text, parts.flat()) : undefined;

  function setSplice(path: EditPath, value: unknown): readonly Splice[] | undefined {
    const key = path.at(-1);
    const parent = nodeAt(root, path.slice(0, -1));
    if (parent?.kind === "map" && key !== undefined) {
      const pair = parent.pairs.findLast((each) => each.key === String(key));
      if (pair === undefined) return addPair(parent, String(key), value);
      if (parent.flow) return [{ ...rangeOf(pair.value), text: json(value) }];
      return setPair(pair, value);
    }
    if (parent?.kind === "list" && typeof key === "number") {
      const item = parent.items[key];
      if (item === undefined) return undefined;
      if (parent.flow) return [{ ...rangeOf(item), text: json(value) }];
      return setScalar(item, value) ?? setItem(item, value);
    }
    return undefined;
  }

  function setPair(pair: TextPair, value: unknown): readonly Splice[] | undefined {
    const { key, start, value: node } = pair;
    return (
      setScalar(node, value) ??
      setLiteral(node, value) ?? [
        { start, end: contentEnd(node), text: block({ [key]: value }, column(start)) },
      ]
    );
  }

  function setItem(item: TextNode, value: unknown): readonly Splice[] | undefined {
    const dash = dashOf(item);
    if (dash === undefined) return undefined;
    return [{ start: dash, end: contentEnd(item), text: block([value], column(dash)) }];
  }

  /** One scalar of one line for another, quoted as it was. */
  function setScalar(node: TextNode, value: unknown): readonly Splice[] | undefined {
    if (node.kind !== "scalar" || (typeof value === "object" && value !== null)) return undefined;
    if (node.style === "literal" || node.style === "folded") return undefined;
    const old = text.slice(node.start, node.end);
    const own = scalar(value, node.style);
    if (own === undefined || old === "" || old.includes("\n")) return undefined;
    return [{ start: node.start, end: node.end, text: own }];
  }

  /** A text of several lines: those that stay are written as they were. */
  function setLiteral(node: TextNode, value: unknown): readonly Splice[] | undefined {
    if (node.kind !== "scalar" || node.style !== "literal" || typeof value !== "string") return undefined;
    const end = contentEnd(node);
    const [head = "", ...lines] = text.slice(node.start, end).split("\n");
    const indent = /^ */.exec(lines.find((line) => line.trim() !== "") ?? "")?.[0] ?? "";
    const body = value.endsWith("\n") ? value.slice(0, -1) : value;
    if (!/^\|[-+]?$/.test(head) || indent === "" || /^\s|\s$/.test(body) || body === "") return undefined;
    const written = body.split("\n").map((line) => (line === "" ? "" : `${indent}${line}`));
    return [{ start: node.start, end, text: [value.endsWith("\n") ? "|" : "|-", ...written].join("\n") }];
  }

  function addPair(map: TextMap, key: string, value: unknown): readonly Splice[] | undefined {
    const last = map.pairs.at(-1);
    if (map.flow) {
      const own = `${JSON.stringify(key)}: ${json(value)}`;
      if (last === undefined) return [{ ...rangeOf(map), text: `{${own}}` }];
      return [at(last.value.end, `,${gap(last.start)}${own}`)];
    }
    if (last === undefined) return undefined;
    return [
      behindLine(contentEnd(last.value), block({ [key]: value }, column(last.start)), column(last.start)),
    ];
  }

  function insertSplice(path: EditPath, after: number, value: unknown): readonly Splice[] | undefined {
    const list = nodeAt(root, path);
    if (list?.kind !== "list") return undefined;
    const before = list.items[after];
    const [first] = list.items;
    if (list.flow) {
      if (first === undefined) return [{ ...rangeOf(list), text: `[${json(value)}]` }];
      if (before === undefined) return [at(first.start, `${json(value)},${gap(first.start)}`)];
      return [at(before.end, `,${gap(before.start)}${json(value)}`)];
    }
    const near = before ?? first;
    const dash = near === undefined ? undefined : dashOf(near);
    if (near === undefined || dash === undefined || !isLineStart(dash)) return undefined;
    const isGone = before !== undefined && isRemoved([...path, after]);
    if (before === undefined || isGone)
      return [at(lineStart(dash), `${" ".repeat(column(dash))}${block([value], column(dash))}\n`)];
    return [behindLine(contentEnd(before), block([value], column(dash)), column(dash))];
  }

  function removeSplice(path: EditPath): readonly Splice[] | undefined {
    const key = path.at(-1);
    const parent = nodeAt(root, path.slice(0, -1));
    if (parent === undefined || parent.kind === "scalar" || key === undefined) return undefined;
    const parts = partsOf(parent);
    const index =
      parent.kind === "map" ? parent.pairs.findLastIndex((each) => each.key === key) : Number(key);
    const part = parts[index];
    if (part === undefined) return undefined;
    if (isEmptied(path.slice(0, -1), parts.length)) {
      const all = { start: parts[0]?.start ?? parent.start, end: contentEnd(parent) };
      const start = parent.flow ? parent.start : parent.kind === "list" ? dashOf(parent.items[0]) : all.start;
      if (start === undefined) return undefined;
      // Once for all of them.
      return index === 0 ? [{ start, end: all.end, text: parent.kind === "map" ? "{}" : "[]" }] : [];
    }
    if (parent.flow) {
      const [previous, next] = [parts[index - 1], parts[index + 1]];
      if (previous !== undefined) return [{ start: previous.end, end: part.end, text: "" }];
      return [{ start: part.start, end: next?.start ?? part.end, text: "" }];
    }
    const start = parent.kind === "map" ? part.start : dashOf(parent.items[index]);
    if (start === undefined) return undefined;
    const lines = { start: lineStart(start), end: lineEnd(part.content) + 1 };
    if (isLineStart(start)) return [{ ...lines, text: "" }];
    // The first key of an element stands behind its dash.
    const next = parts[index + 1];
    if (parent.kind === "list" || next === undefined) return undefined;
    const between = text.slice(part.content, next.start);
    return between.trim() === "" ? [{ start, end: next.start, text: "" }] : undefined;
  }

  function markSplice({ path, text: words }: CommentMark): readonly Splice[] | undefined {
    let node = root;
    let place: number | undefined;
    for (const step of path) {
      if (node === undefined || node.kind === "scalar" || node.flow) break;
      const pair = node.kind === "map" ? node.pairs.findLast(({ key }) => key === String(step)) : undefined;
      const item = node.kind === "list" && typeof step === "number" ? node.items[step] : undefined;
      const own = pair?.start ?? (item === undefined ? undefined : dashOf(item));
      if (own === undefined) break;
      place = own;
      node = pair?.value ?? item;
    }
    const start = lineStart(place ?? root?.start ?? 0);
    const indent = /^ */.exec(text.slice(start))?.[0] ?? "";
    const line = `${indent}# ${words}\n`;
    // A manifest that was made so already has it, maybe among others.
    return commentsBefore(start).includes(line) ? [] : [at(start, line)];
  }

  function commentsBefore(start: number): readonly string[] {
    const lines = text.slice(0, start).split(/(?<=\n)/);
    return lines.slice(lines.findLastIndex((line) => !/^ *#/.test(line)) + 1);
  }

  function partsOf(
    parent: TextMap | TextList,
  ): readonly { readonly start: number; readonly end: number; readonly content: number }[] {
    return parent.kind === "map"
      ? parent.pairs.map(({ start, value }) => ({ start, end: value.end, content: contentEnd(value) }))
      : parent.items.map((item) => ({ start: item.start, end: item.end, content: contentEnd(item) }));
  }

  function isRemoved(path: EditPath): boolean {
    return edits.some((edit) => edit.op === "remove" && isSamePath(edit.path, path));
  }

  /** Everything in it goes, and nothing comes. */
  function isEmptied(path: EditPath, size: number): boolean {
    const within = edits.filter((edit) =>
      isSamePath(edit.op === "insert" ? edit.path : edit.path.slice(0, -1), path),
    );
    return within.length === size && within.every(({ op }) => op === "remove");
  }

  function contentEnd(node: TextNode): number {
    const last =
      node.kind === "map" ? node.pairs.at(-1)?.value : node.kind === "list" ? node.items.at(-1) : undefined;
    if (last !== undefined && node.kind !== "scalar" && !node.flow) return contentEnd(last);
    return node.start + text.slice(node.start, node.end).trimEnd().length;
  }

  /** `-` of an element of a block. */
  function dashOf(item: TextNode | undefined): number | undefined {
    if (item === undefined) return undefined;
    const before = text.slice(0, item.start).trimEnd();
    return before.endsWith("-") ? before.length - 1 : undefined;
  }

  function lineStart(offset: number): number {
    return text.lastIndexOf("\n", offset - 1) + 1;
  }

  function lineEnd(offset: number): number {
    const end = text.indexOf("\n", offset);
    return end < 0 ? text.length : end;
  }

  function column(offset: number): number {
    return offset - lineStart(offset);
  }

  function isLineStart(offset: number): boolean {
    return text.slice(lineStart(offset), offset).trim() === "";
  }

  function behindLine(offset: number, lines: string, indent: number): Splice {
    return at(lineEnd(offset), `\n${" ".repeat(indent)}${lines}`);
  }

  /** What stands between parts within braces, by how one of them stands. */
  function gap(start: number): string {
    return isLineStart(start) ? `\n${" ".repeat(column(start))}` : " ";
  }

  function json(value: unknown): string {
    if (typeof value === "string" && unquoted.has(value)) return value;
    if (Array.isArray(value)) return `[${value.map(json).join(", ")}]`;
    if (!isRecord(value)) return JSON.stringify(value);
    return `{${Object.entries(value)
      .map(([key, each]) => `${JSON.stringify(key)}: ${json(each)}`)
      .join(", ")}}`;
  }
}

function at(offset: number, text: string): Splice {
  return { start: offset, end: offset, text };
}

function rangeOf({ start, end }: TextNode): { readonly start: number; readonly end: number } {
  return { start, end };
}

function isSamePath(a: EditPath, b: EditPath): boolean {
  return a.length === b.length && a.every((step, index) => step === b[index]);
}

function nodeAt(root: TextNode | undefined, path: EditPath): TextNode | undefined {
  let node = root;
  for (const step of path) {
    if (node?.kind === "map") node = node.pairs.findLast(({ key }) => key === String(step))?.value;
    else if (node?.kind === "list" && typeof step === "number") node = node.items[step];
    else return undefined;
  }
  return node;
}

/** YAML whose first line stands at `indent` already. */
function block(value: unknown, indent: number): string {
  return formatYaml(value)
    .replace(/\n$/, "")
    .split("\n")
    .map((line, index) => (index === 0 || line === "" ? line : `${" ".repeat(indent)}${line}`))
    .join("\n");
}

function scalar(value: unknown, style: "plain" | "single" | "double"): string | undefined {
  if (typeof value !== "string") return JSON.stringify(value ?? null);
  if (value.includes("\n")) return undefined;
  if (style === "single" && /^[ -~]*$/.test(value)) return `'${value.replaceAll("'", "''")}'`;
  if (style === "double") return JSON.stringify(value);
  const line = formatYaml({ value })
    .replace(/^value: /, "")
    .replace(/\n$/, "");
  return line.includes("\n") ? undefined : line;
}

/** undefined: two of them are in each other's way. */
function joined(text: string, parts: readonly Splice[]): string | undefined {
  const sorted = parts.toSorted(
    (a, b) => a.start - b.start || Number(a.end > a.start) - Number(b.end > b.start),
  );
  let out = "";
  let done = 0;
  for (const { start, end, text: own } of sorted) {
    if (start < done) return undefined;
    out += text.slice(done, start) + own;
    done = end;
  }
  return out + text.slice(done);
}
