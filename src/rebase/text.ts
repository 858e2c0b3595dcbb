import { edited, type TreeEdit } from "../manifest/edit.ts";
import { splitDocuments, splitJson } from "../manifest/documents.ts";
import { spliced, type CommentMark } from "../manifest/splice.ts";
import { formatYaml, parseYaml } from "../manifest/yaml.ts";
import { sameJson } from "../merge/same-json.ts";
import type { RebaseConflict } from "./carry.ts";
import { pathTo } from "./place.ts";
import type { Rebased } from "./rebase.ts";

/** The changes of one document of a file, counted from 1. */
interface DocumentChange {
  readonly document: number;
  readonly edits: readonly TreeEdit[];
  readonly marks: readonly CommentMark[];
}

/** The text of a file with only the lines changed that have to be; without a change it is the same, byte for byte. */
function rewritten(text: string, changes: readonly DocumentChange[]): string {
  const all = documentsOf(text);
  let out = "";
  let done = 0;
  for (const { number, start, end, json } of all) {
    const own = changes.filter(({ document }) => document === number);
    const edits = own.flatMap((each) => each.edits);
    const marks = json ? [] : own.flatMap((each) => each.marks);
    if (edits.length === 0 && marks.length === 0) continue;
    const old = text.slice(start, end);
    const windows = old.includes("\r\n");
    const plain = old.replaceAll("\r\n", "\n");
    const made = rewrittenDocument(plain, edits, marks, json);
    out += text.slice(done, start) + (windows ? made.replaceAll("\n", "\r\n") : made);
    done = end;
  }
  return out + text.slice(done);
}

function rewrittenDocument(
  text: string,
  edits: readonly TreeEdit[],
  marks: readonly CommentMark[],
  json: boolean,
): string {
  const read = (from: string): unknown => (json ? (JSON.parse(from) as unknown) : parseYaml(from));
  const wanted = edited(read(text), edits);
  const own = spliced(text, edits, { marks });
  if (own !== undefined && isRead(own, read, wanted)) return own;
  // Its form allows no change of single lines: anchors, or keys that stand where no line begins.
  const [lead = ""] = /^(?:[ \t]*(?:#.*)?\n)*/.exec(text) ?? [];
  const said = marks.map((mark) => `# ${mark.text}\n`).join("");
  return json
    ? `${/^\s*/.exec(text)?.[0] ?? ""}${JSON.stringify(wanted, null, 2)}`
    : `${lead}${said}${formatYaml(wanted)}`.replace(/\n$/, text.endsWith("\n") ? "\n" : "");
}

function isRead(text: string, read: (text: string) => unknown, wanted: unknown): boolean {
  try {
    return sameJson(read(text), wanted);
  } catch {
    return false;
  }
}

interface Slice {
  readonly number: number;
  readonly start: number;
  readonly end: number;
  readonly json: boolean;
}

function documentsOf(text: string): readonly Slice[] {
  const mark = text.startsWith("\uFEFF") ? 1 : 0;
  if (isJson(text)) {
    let start = mark;
    return splitJson(text).map((each, index) => {
      const end = index === 0 ? each.length : start + each.length;
      const slice = { number: index + 1, start, end, json: true };
      start = end;
      return slice;
    });
  }
  const starts = [mark];
  for (let index = text.indexOf("\n"); index >= 0; index = text.indexOf("\n", index + 1))
    starts.push(index + 1);
  return splitDocuments(text.slice(mark)).map(({ text: own, line, number }) => {
    const next = starts[line - 1 + own.split("\n").length];
    const start = starts[line - 1] ?? text.length;
    const end = next === undefined ? text.length : next - 1;
    return { number, start, end: text[end - 1] === "\r" && end > start ? end - 1 : end, json: false };
  });
}

/** A file as it was read, under the name that its objects have. */
interface NamedText {
  readonly name: string;
  readonly text: string;
}

/** All files of the target in their order as one manifest, and behind them the objects of your own. */
export function rebasedTexts(
  texts: readonly NamedText[],
  { objects, added }: Rebased,
  mark: (conflict: RebaseConflict) => string,
): string {
  const made = texts.map(({ name, text }) =>
    rewritten(
      text,
      objects
        .filter(({ target }) => target.source.name === name)
        .map(({ target: { object, source }, edits, open }) => {
          const { document, at = [] } = source;
          return {
            document,
            edits: edits.map((edit) => ({ ...edit, path: [...at, ...edit.path] })),
            marks: open.map((conflict) => ({
              path: [...at, ...pathTo(conflict.at, object)],
              text: mark(conflict),
            })),
          };
        }),
    ),
  );
  return [...made, ...added.map((object) => formatYaml(object))].reduce(together);
}

function together(before: string, next: string): string {
  const end = before.endsWith("\n") ? "" : "\n";
  return `${before}${end}${next.startsWith("---") ? "" : "---\n"}${next}`;
}

/** The lines as comments at the beginning; JSON has none. */
export function withHeader(text: string, lines: readonly string[]): string {
  const header = lines.map((line) => `# ${line.replaceAll(/[^\x20-\x7E]/g, "?")}\n`).join("");
  return header === "" || isJson(text) || text.startsWith(header) ? text : `${header}${text}`;
}

function isJson(text: string): boolean {
  return /^\uFEFF?\s*\{/.test(text);
}
