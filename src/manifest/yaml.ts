import { yamlEscaped } from "../model/visible.ts";
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  parseDocument,
  stringify,
  type Document,
  type ScalarTag,
} from "yaml";
import { plainYaml } from "./plain-text.ts";
import type { TextNode } from "./text-node.ts";

/** Scalars that YAML 1.1 has and kubectl's parser takes for text. */
const unknownToKubectl = new Set(["TIME"]);

const zeroOctal: ScalarTag = {
  tag: "tag:yaml.org,2002:int",
  default: true,
  format: "OCT",
  test: /^[-+]?0o[0-7_]+$/,
  resolve: (text) => {
    const digits = text.replaceAll("_", "").replace(/^[-+]/, "").slice(2);
    return Number.parseInt(digits, 8) * (text.startsWith("-") ? -1 : 1);
  },
};

/** JSON has no such number: kubectl keeps the text. */
const hugeNumber: ScalarTag = {
  tag: "tag:yaml.org,2002:str",
  default: true,
  test: /^[-+]?[0-9][0-9_.]*[eE]\+?[0-9]{3,}$/,
  resolve: (text) => (Number.isFinite(Number(text)) ? Number(text) : text),
};

/** kubectl's JSON holds the decoded text. */
const binary: ScalarTag = {
  tag: "tag:yaml.org,2002:binary",
  default: false,
  resolve: (text) => {
    const bytes = Uint8Array.from(atob(text.replaceAll(/\s/g, "")), (char) => char.codePointAt(0) ?? 0);
    return new TextDecoder().decode(bytes);
  },
};

/**
 * One YAML document by kubectl's rules: YAML 1.1 scalars (`yes` is true, `017` is 15) but dates and
 * `12:30` are text, and of a repeated key the last one counts; after `...` comes nothing. Throws an
 * Error of one line, `yaml: line 4: what is wrong`; lines are counted from `firstLine`.
 */
export function parseYaml(text: string, firstLine = 1): unknown {
  checkSize(text);
  if (hasControlCharacters(text)) throw new Error("yaml: control characters are not allowed");
  const lineCounter = new LineCounter();
  const document = documentOf(text, lineCounter);
  const problem = document.errors.find(({ code }) => code !== "MULTIPLE_DOCS");
  if (problem !== undefined) {
    const line = lineCounter.linePos(problem.pos[0]).line + firstLine - 1;
    const [said = ""] = problem.message.split(/ at line \d|\n/);
    const what = /call stack/.test(said) ? "it is nested too deeply" : said;
    throw new Error(`yaml: line ${String(line)}: ${what.charAt(0).toLowerCase()}${what.slice(1)}`);
  }
  try {
    const value: unknown = document.toJS();
    if (text.includes("*") && containsItself(value)) throw new Error("an anchor's value contains itself");
    return value;
  } catch (error) {
    const [what = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw new Error(`yaml: ${what.charAt(0).toLowerCase()}${what.slice(1)}`, { cause: error });
  }
}

/** By kubectl's rules. */
function documentOf(text: string, lineCounter: LineCounter): Document.Parsed {
  return parseDocument(text, {
    version: "1.1",
    uniqueKeys: false,
    logLevel: "error",
    // The library quotes the line of every error, and each of them may be of the same long line.
    prettyErrors: false,
    lineCounter,
    customTags: (tags) => [
      hugeNumber,
      zeroOctal,
      binary,
      ...tags.filter(
        (tag) =>
          tag !== "timestamp" &&
          (typeof tag === "string" ||
            (!tag.tag.endsWith(":timestamp") &&
              !tag.tag.endsWith(":binary") &&
              !unknownToKubectl.has(("format" in tag ? tag.format : undefined) ?? ""))),
      ),
    ],
  });
}

/**
 * Where the parts of one YAML document stand in its text. undefined: it has errors, or anchors, whose text stands for several
 * places.
 */
export function textTree(text: string): TextNode | undefined {
  const document = documentOf(text, new LineCounter());
  if (document.errors.some(({ code }) => code !== "MULTIPLE_DOCS")) return undefined;
  return nodeOf(document.contents, document.contents?.range[0] ?? 0);
}

function nodeOf(node: unknown, at: number): TextNode | undefined {
  if (node === null || node === undefined) return { kind: "scalar", style: "plain", start: at, end: at };
  if (isAlias(node)) return undefined;
  if (isScalar(node)) {
    const [start, end] = node.range ?? [at, at];
    return node.anchor === undefined
      ? { kind: "scalar", style: styles[node.type ?? ""] ?? "plain", start, end }
      : undefined;
  }
  if (!isMap(node) && !isSeq(node)) return undefined;
  const [start, end] = node.range ?? [at, at];
  if (node.anchor !== undefined) return undefined;
  const flow = node.flow === true;
  if (isSeq(node)) {
    const items = node.items.map((each) => nodeOf(each, start));
    return items.every((each) => each !== undefined) ? { kind: "list", flow, start, end, items } : undefined;
  }
  const pairs = node.items.map(({ key, value }) => {
    if (!isScalar(key) || key.range === null || key.range === undefined) return undefined;
    const [keyStart, keyEnd] = key.range;
    const own = nodeOf(value, keyEnd + 1);
    return own === undefined ? undefined : { key: String(key.value), start: keyStart, value: own };
  });
  return pairs.every((each) => each !== undefined) ? { kind: "map", flow, start, end, pairs } : undefined;
}

const styles: Readonly<Record<string, "single" | "double" | "literal" | "folded">> = {
  QUOTE_SINGLE: "single",
  QUOTE_DOUBLE: "double",
  BLOCK_LITERAL: "literal",
  BLOCK_FOLDED: "folded",
};

/** What the library makes of a text takes up to 500 times its size: so many bytes, and parts, are one document. */
const mostBytes = 32 * 1024 ** 2;
const mostParts = 500_000;
/** For each alias the library looks through the whole document. */
const mostAliasWork = 20_000_000;

/** Throws where a document is larger than any manifest, and would take memory without end. */
function checkSize(text: string): void {
  const hint = "split it into several documents, or give it as JSON";
  if (text.length > mostBytes)
    throw new Error(`yaml: the document has more than ${String(mostBytes / 1024 ** 2)} MiB: ${hint}`);
  const possible = mayHaveParts(text);
  if (possible.parts <= mostParts && possible.parts * possible.aliases <= mostAliasWork) return;
  let parts = 0;
  let aliases = 0;
  for (const token of new Lexer().lex(text)) {
    const first = token.charAt(0);
    if (!partTokens.has(first)) continue;
    parts += 1;
    if (first === "*") aliases += 1;
    if (parts > mostParts)
      throw new Error(`yaml: the document has more than ${String(mostParts)} keys and values: ${hint}`);
  }
  if (parts * aliases > mostAliasWork) throw new Error(`yaml: the document has too many aliases: ${hint}`);
}

/** How the tokens begin that become nodes, or errors: \u001F stands before every scalar. */
const partTokens = new Set("\u001F[{,:-?*&!");
const separators = new Set(Array.from("\n[]{},:-?*&!#|>\"'", (character) => character.charCodeAt(0)));

const star = "*".charCodeAt(0);

/** More than that it cannot have: between two scalars something stands. */
function mayHaveParts(text: string): { readonly parts: number; readonly aliases: number } {
  let [parts, aliases] = [1, 0];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (separators.has(code)) parts += 2;
    if (code === star) aliases += 1;
  }
  return { parts, aliases };
}

/** An alias within its own anchor: no JSON, and kubectl refuses it, too. */
function containsItself(value: unknown): boolean {
  const open = new Set<unknown>();
  const done = new Set<unknown>();
  const look = (each: unknown): boolean => {
    if (typeof each !== "object" || each === null || done.has(each)) return false;
    if (open.has(each)) return true;
    open.add(each);
    if (Object.values(each).some(look)) return true;
    open.delete(each);
    done.add(each);
    return false;
  };
  return look(value);
}

/** All but tab, line ends and what YAML calls printable. */
function hasControlCharacters(text: string): boolean {
  return /[^\t\n\r\u0020-\u007E\u0085\u00A0-\uFFFD]/.test(text);
}

function isBlankLines(text: string): boolean {
  return text.includes("\n") && text.trim() === "";
}

/** Text with characters that YAML forbids or a terminal obeys, and lines with nothing in them, which readers fold: escaped, as in JSON. */
const unprintable: ScalarTag = {
  tag: "tag:yaml.org,2002:str",
  default: true,
  identify: (value) =>
    typeof value === "string" &&
    (hasControlCharacters(value) || isBlankLines(value) || yamlEscaped(value) !== value),
  resolve: (text) => text,
  stringify: ({ value }) =>
    yamlEscaped(JSON.stringify(value)).replaceAll(
      /[\uFFFE\uFFFF]/g,
      (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
    ),
};

/** As kubectl writes it: lists not indented below their key, long lines left alone. */
export function formatYaml(value: unknown): string {
  return plainYaml(value) ?? formatAny(value);
}

/** The same, by the library. */
export function formatAny(value: unknown): string {
  return stringify(value, {
    version: "1.1",
    // Text that kubectl would read as a number has to be quoted.
    customTags: (tags) => [unprintable, zeroOctal, ...tags],
    indentSeq: false,
    lineWidth: 0,
    aliasDuplicateObjects: false,
  });
}

/** Sets fields deep in a text whose comments and order stay. */
export function editYaml(
  text: string,
  edits: readonly { readonly path: readonly (string | number)[]; readonly value: string }[],
): string {
  const document = parseDocument(text, { version: "1.1", uniqueKeys: false, logLevel: "error" });
  for (const { path, value } of edits) document.setIn(path, value);
  return document.toString({ lineWidth: 0, indentSeq: false });
}
