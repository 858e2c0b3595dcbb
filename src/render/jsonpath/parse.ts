import { goRune } from "../go/quote.ts";
import { parseIndex } from "./array-index.ts";
import { attempt, pathError, type PathNode } from "./node.ts";
import { unquote } from "./unquote.ts";

/**
 * A template by the grammar of k8s.io/client-go/util/jsonpath. No library has it: jsonpath-plus and its
 * like read one path of another dialect, know neither text, `{range}` nor `\.`, and fail with other words.
 */
export function parseTemplate(
  text: string,
):
  | { readonly ok: true; readonly value: readonly PathNode[] }
  | { readonly ok: false; readonly message: string } {
  return attempt(() => template(text));
}

/** Text and actions; an action is a list of what stands between its braces. */
function template(text: string): readonly PathNode[] {
  const nodes: PathNode[] = [];
  let at = 0;
  while (at < text.length) {
    const brace = text.indexOf("{", at);
    const end = brace < 0 ? text.length : brace;
    if (end > at) nodes.push({ type: "text", text: text.slice(at, end) });
    if (brace < 0) break;
    const action = readAction(text, brace + 1);
    nodes.push({ type: "list", nodes: action.nodes });
    at = action.end;
  }
  return nodes;
}

/** The nodes of `{TEXT}`; what a closing brace cuts off is parsed all the same, and dropped. */
function actionOf(text: string): readonly PathNode[] {
  const [first] = template(`{${text}}`);
  return first?.type === "list" ? first.nodes : [];
}

interface ParsedPart {
  readonly nodes: readonly PathNode[];
  /** Where the text goes on. */
  readonly end: number;
}

/** From behind the opening brace to behind the closing one. */
function readAction(text: string, start: number): ParsedPart {
  const nodes: PathNode[] = [];
  let at = start;
  while (!text.startsWith("}", at)) {
    const step = readStep(text, at, nodes.at(-1));
    nodes.push(...step.nodes);
    at = step.end;
  }
  return { nodes, end: at + 1 };
}

function readStep(text: string, at: number, before: PathNode | undefined): ParsedPart {
  if (text.startsWith("[?(", at)) return readFilter(text, at);
  if (text.startsWith("..", at)) return readRecursive(text, at, before);
  const code = text.codePointAt(at);
  const character = code === undefined ? "" : String.fromCodePoint(code);
  if (character === "" || character === "\n" || character === "\r") throw pathError("unclosed action");
  if (character === " " || character === "@" || character === "$") return { nodes: [], end: at + 1 };
  if (character === "[") return readArray(text, at);
  if (character === '"' || character === "'") return readQuoted(text, at, character);
  if (character === ".") return readField(text, at + 1);
  if (/^[+\-\p{Nd}]$/u.test(character)) return readNumber(text, at);
  if (isWord(character)) return readWord(text, at);
  throw pathError(`unrecognized character in action: ${goRune(character)}`);
}

function isWord(character: string): boolean {
  return /^[_\p{L}\p{Nd}]$/u.test(character);
}

/** Where a name ends, from `at` on; an escaped character is part of it where `escapes`. */
function endOfName(text: string, at: number, escapes: boolean): number {
  let end = at;
  while (end < text.length && !" \t\r\n.,[]$@{}".includes(text.charAt(end))) {
    end += escapes && text[end] === "\\" ? 2 : 1;
  }
  return Math.min(end, text.length);
}

function readWord(text: string, at: number): ParsedPart {
  const end = endOfName(text, at, false);
  const name = text.slice(at, end);
  const node: PathNode =
    name === "true" || name === "false"
      ? { type: "bool", value: name === "true" }
      : { type: "identifier", name };
  return { nodes: [node], end };
}

function readField(text: string, at: number): ParsedPart {
  const end = endOfName(text, at, true);
  const name = text.slice(at, end);
  return {
    nodes: [name === "*" ? { type: "wildcard" } : { type: "field", name: name.replaceAll("\\", "") }],
    end,
  };
}

function readRecursive(text: string, at: number, before: PathNode | undefined): ParsedPart {
  if (before?.type === "recursive") throw pathError("invalid multiple recursive descent");
  const next = text.codePointAt(at + 2);
  if (next === undefined || !isWord(String.fromCodePoint(next)))
    return { nodes: [{ type: "recursive" }], end: at + 2 };
  const field = readField(text, at + 2);
  return { nodes: [{ type: "recursive" }, ...field.nodes], end: field.end };
}

function readNumber(text: string, at: number): ParsedPart {
  const [word = ""] = /^[+-]?[.\p{Nd}]*/u.exec(text.slice(at)) ?? [];
  const value = Number(word);
  const whole = /^[+-]?[0-9]+$/.test(word) && value >= -(2 ** 63) && value < 2 ** 63;
  const fraction = /^[+-]?([0-9]+(?:\.[0-9]*)?|\.[0-9]+)$/.test(word) && Number.isFinite(value);
  if (!whole && !fraction) throw pathError(`cannot parse number ${word}`);
  return { nodes: [{ type: whole ? "int" : "float", value }], end: at + word.length };
}

function readQuoted(text: string, at: number, quote: string): ParsedPart {
  let end = at + 1;
  while (text[end] !== quote || text[end - 1] === "\\") {
    if (end >= text.length || text[end] === "\n") throw pathError("unterminated quoted string");
    end += 1;
  }
  const quotedText = text.slice(at, end + 1);
  const read = attempt(() => unquote(quotedText));
  if (!read.ok) throw pathError(`unquote string ${quotedText} error ${read.message}`);
  return { nodes: [{ type: "text", text: read.value }], end: end + 1 };
}

function readArray(text: string, at: number): ParsedPart {
  const [whole] = /^\[[^\]\n]*\]/.exec(text.slice(at)) ?? [];
  if (whole === undefined) throw pathError("unterminated array");
  const end = at + whole.length;
  const inner = whole === "[*]" ? ":" : whole.slice(1, -1);
  const parts = inner.split(",");
  if (parts.length > 1) {
    const union = parts.map((part) => actionOf(`[${part.replaceAll(/^ +|(?<! ) +$/g, "")}]`));
    return { nodes: [{ type: "union", parts: union }], end };
  }
  const key = /^'([^']*)'$/.exec(inner)?.[1];
  return { nodes: key === undefined ? [parseIndex(inner)] : actionOf(`.${key}`), end };
}

/** A quote may hold a bracket; the first kind of quote met is the one that closes. */
function readFilter(text: string, at: number): ParsedPart {
  const start = at + "[?(".length;
  let end = start;
  let quote: string | undefined;
  let closed = false;
  for (; ; end += 1) {
    const character = text[end];
    if (character === undefined || character === "\n") throw pathError("unterminated filter");
    if (character === ")" && (quote !== undefined) === closed) break;
    if (character !== '"' && character !== "'") continue;
    if (quote === undefined) quote = character;
    else if (character === quote && text[end - 1] !== "\\") closed = true;
  }
  if (text[end + 1] !== "]") throw pathError("unclosed array expect ]");
  const filter = text.slice(start, end);
  const { left, operator, right } = comparison(filter) ?? { left: filter, operator: "exists" };
  const node: PathNode = {
    type: "filter",
    left: actionOf(left),
    operator,
    right: right === undefined ? [] : actionOf(right),
  };
  return { nodes: [node], end: end + 2 };
}

/** `left OPERATOR right`, as /^([^!<>=]+)([!<>=]+)(.+?)$/ has it, in one pass. */
function comparison(
  filter: string,
): { readonly left: string; readonly operator: string; readonly right?: string } | undefined {
  const begin = filter.search(/[!<>=]/);
  if (begin <= 0) return undefined;
  const behind = filter.slice(begin).search(/[^!<>=]/);
  // An operator alone keeps its last character for what it compares with.
  const end = behind < 0 ? filter.length - 1 : begin + behind;
  const right = filter.slice(end);
  if (end <= begin || right.includes("\n")) return undefined;
  return { left: filter.slice(0, begin), operator: filter.slice(begin, end), right };
}
