import type { UnknownRecord } from "../model/record.ts";
/**
 * YAML of what nearly every Kubernetes object is made of: maps, lists of maps and of texts, whole numbers, words,
 * and texts of several lines. Letter for letter what the YAML library writes with `formatYaml`'s options (a
 * property test holds them equal), in a tenth of the time: a run that saves thousands of objects waits for it.
 * Undefined where anything else is in it; then the library writes the whole.
 */
export function plainYaml(value: unknown): string | undefined {
  if (!isMap(value) || Object.keys(value).length === 0) return undefined;
  try {
    return mapText(value, "");
  } catch (error) {
    if (error === notPlain) return undefined;
    throw error;
  }
}

/** Thrown as a sign, without a stack. */
const notPlain = Symbol("not plain");

function mapText(map: UnknownRecord, indent: string): string {
  let text = "";
  for (const [key, value] of Object.entries(map)) {
    if (value === undefined) continue;
    if (!isWord(key)) throw notPlain;
    text += `${text === "" ? "" : indent}${key}:${below(value, indent)}`;
  }
  if (text === "") throw notPlain;
  return text;
}

/** What stands behind the colon, its line end included. */
function below(value: unknown, indent: string): string {
  if (Array.isArray(value)) {
    return value.length === 0 ? " []\n" : `\n${value.map((each) => elementText(each, indent)).join("")}`;
  }
  if (isMap(value)) {
    const inner = `${indent}  `;
    return Object.keys(value).length === 0 ? " {}\n" : `\n${inner}${mapText(value, inner)}`;
  }
  return ` ${scalar(value, `${indent}  `)}\n`;
}

function elementText(value: unknown, indent: string): string {
  if (Array.isArray(value)) throw notPlain;
  if (!isMap(value)) return `${indent}- ${scalar(value, `${indent}  `)}\n`;
  if (Object.keys(value).length === 0) return `${indent}- {}\n`;
  return `${indent}- ${mapText(value, `${indent}  `)}`;
}

function scalar(value: unknown, indent: string): string {
  if (value === null) return "null";
  if (typeof value === "boolean") return value ? "true" : "false";
  if (typeof value === "number" && Number.isSafeInteger(value) && !Object.is(value, -0)) return String(value);
  if (typeof value !== "string") throw notPlain;
  if (isWord(value)) return value;
  if (value === "" || value === "*") return `"${value}"`;
  // A number to a reader.
  if (/^(0|[1-9][0-9]{0,14})$/.test(value)) return `"${value}"`;
  if (/^[0-9]+(\.[0-9]+){3}(\/[0-9]+)?$/.test(value)) return value;
  // JSON in an annotation, on one line.
  if (/^[{[][ -&(-~]*$/.test(value) && value.includes('"')) return `'${value}'`;
  return lines(value, indent);
}

/** Words that are nothing else in any YAML; `e0` is a number in YAML 1.1. */
function isWord(text: string): boolean {
  return (
    /^[A-Za-z/][A-Za-z0-9_./@=+,-]*(:[A-Za-z0-9_./@=+,-]+)*$/.test(text) &&
    !/^(y|n|yes|no|on|off|true|false|null|e[-+]?[0-9]+)$/i.test(text)
  );
}

/** Several lines, or one with its end, each with something printable in it. */
function lines(text: string, indent: string): string {
  const ends = text.endsWith("\n");
  const body = ends ? text.slice(0, -1) : text;
  if (!text.includes("\n") || !/^[!-~]/.test(body) || !body.split("\n").every(isPrintable)) throw notPlain;
  return `|${ends ? "" : "-"}\n${indent}${body.replaceAll("\n", `\n${indent}`)}`;
}

/** Printable, and not only spaces. */
function isPrintable(line: string): boolean {
  return /^[ -~]*$/.test(line) && /[!-~]/.test(line);
}

function isMap(value: unknown): value is UnknownRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
