import type { JsonObject } from "../model/kube.ts";
import { jsonEscaped } from "../model/visible.ts";
import { htmlEscaped } from "./go/print.ts";
import type { PrintResult } from "./jsonpath/print.ts";

/** The formats of -o. */
export const outputFormats = [
  "table",
  "wide",
  "json",
  "yaml",
  "name",
  "jsonpath",
  "jsonpath-as-json",
  "jsonpath-file",
  "custom-columns",
  "custom-columns-file",
] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** One result in all its forms; only the one that is asked for is made. */
export interface Printable {
  /** The table, with more columns when wide; what is text in it is wrapped to `columns` of the terminal. */
  readonly table: (wide: boolean, columns?: number) => string;
  /** The result object, `apiVersion` and `kind` first. */
  readonly object: () => JsonObject;
  /** What custom columns have a row for. */
  readonly rows: () => readonly JsonObject[];
  /** `node/node-01`: one line each. */
  readonly names: () => readonly string[];
}

/** A format, and its template made ready. */
export interface Output {
  readonly format: OutputFormat;
  readonly template?: (result: Printable) => PrintResult<string>;
}

/** Read by programs, which need every byte; custom columns and names are lines for people. */
export function isForPrograms({ format }: Pick<Output, "format">): boolean {
  return format === "json" || format === "yaml" || format.startsWith("jsonpath");
}

/**
 * The text of a result, with its last newline; "" when there is nothing to print. `columns`: of the terminal that it is
 * printed on.
 */
export async function printed(
  { format, template }: Output,
  result: Printable,
  columns?: number,
): Promise<PrintResult<string>> {
  if (template !== undefined) return template(result);
  // In the order of the fields, as `kubectl version -o json`; kubectl sorts what it has read as a map.
  if (format === "json")
    return known(`${jsonEscaped(htmlEscaped(JSON.stringify(result.object(), undefined, 4)))}\n`);
  if (format === "yaml") {
    const { formatYaml } = await import("../manifest/yaml.ts");
    return known(formatYaml(result.object()));
  }
  const text = format === "name" ? result.names().join("\n") : result.table(format === "wide", columns);
  return known(withNewline(text));
}

function withNewline(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

function known<T>(value: T): PrintResult<T> {
  return { ok: true, value };
}
