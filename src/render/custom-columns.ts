import type { JsonObject } from "../model/kube.ts";
import { makeFind, type Find } from "./jsonpath/evaluate.ts";
import { attempt, type PathNode } from "./jsonpath/node.ts";
import { parseTemplate } from "./jsonpath/parse.ts";
import type { PrintResult } from "./jsonpath/print.ts";
import { relaxedPath } from "./jsonpath/relaxed.ts";
import { valueText } from "./jsonpath/value.ts";
import { alignTabs } from "./tabwriter.ts";

interface Column {
  readonly header: string;
  /** A template of one path: `{.name}`. */
  readonly path: string;
}

/** Rows printed by a specification of columns; what is wrong is in kubectl's words. */
export type RowsPrinter = (rows: readonly JsonObject[]) => PrintResult<string>;

/** `-o custom-columns=NAME:.name,POD:.pod.name`. */
export function columnsFromSpec(spec: string, noHeaders: boolean): PrintResult<RowsPrinter> {
  const columns: Column[] = [];
  for (const part of spec.split(",")) {
    const colon = part.indexOf(":");
    if (colon < 0)
      return wrong(`unexpected custom-columns spec: ${part}, expected <header>:<json-path-expr>`);
    const path = relaxedPath(part.slice(colon + 1));
    if (!path.ok) return path;
    columns.push({ header: part.slice(0, colon), path: path.value });
  }
  return rowsPrinter(columns, noHeaders);
}

const expected =
  "Expected format is one line of space separated headers, one line of space separated column specs.";

/** `-o custom-columns-file=FILE`: a line of headers and a line of paths. */
export function columnsFromFile(text: string, noHeaders: boolean): PrintResult<RowsPrinter> {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  const [headerLine, pathLine] = lines;
  if (headerLine === undefined) return wrong(`invalid template, missing header line. ${expected}`);
  if (pathLine === undefined) return wrong(`invalid template, missing spec line. ${expected}`);
  const headers = words(headerLine);
  const paths = words(pathLine);
  if (headers.length !== paths.length) {
    return wrong(
      `number of headers (${headers.length}) and field specifications (${paths.length}) don't match`,
    );
  }
  const columns: Column[] = [];
  for (const [at, header] of headers.entries()) {
    const path = relaxedPath(paths[at] ?? "");
    if (!path.ok) return path;
    columns.push({ header, path: path.value });
  }
  return rowsPrinter(columns, noHeaders);
}

function rowsPrinter(columns: readonly Column[], noHeaders: boolean): PrintResult<RowsPrinter> {
  const templates: (readonly PathNode[])[] = [];
  for (const { path } of columns) {
    const nodes = parseTemplate(path);
    if (!nodes.ok) return nodes;
    templates.push(nodes.value);
  }
  const head = noHeaders ? [] : [columns.map(({ header }) => header)];
  return {
    ok: true,
    value: (rows) =>
      attempt(() => {
        const finds = templates.map((nodes) => makeFind(nodes, true));
        const body = rows.map((row) => finds.map((find) => cellText(find(row))));
        return alignTabs([...head, ...body].map((cells) => `${cells.join("\t")}\n`).join(""));
      }),
  };
}

function cellText(found: ReturnType<Find>): string {
  const texts = found.flat().map((value) => asKubectl(valueText(value)));
  return ((found[0]?.length ?? 0) === 0 ? ["<none>", ...texts] : texts).join(",");
}

/** What else commands a terminal is escaped where the columns are printed. */
function asKubectl(text: string): string {
  return text.replaceAll("\u001B", "^[").replaceAll("\r", String.raw`\r`);
}

function words(line: string): readonly string[] {
  return line.split(/[\s\u0085]+/).filter((word) => word !== "");
}

function wrong(message: string): PrintResult<never> {
  return { ok: false, message };
}
