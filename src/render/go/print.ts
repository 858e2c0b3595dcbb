import type { Json, JsonObject } from "../../model/kube.ts";
import { goQuote } from "./quote.ts";

/** JSON values as Go prints the maps and slices that kubectl has read from the same JSON. */

/** fmt.Sprint: `map[a:1 b:[x <nil>]]`. */
export function goText(value: Json): string {
  if (value === null) return "<nil>";
  if (typeof value === "string") return value;
  if (typeof value === "number") return goNumber(value);
  if (typeof value === "boolean") return String(value);
  if (isList(value)) return `[${value.map(goText).join(" ")}]`;
  return `map[${entries(value)
    .map(([key, entry]) => `${key}:${goText(entry)}`)
    .join(" ")}]`;
}

/** %#v: `map[string]interface {}{"a":1, "b":[]interface {}{"x"}}`. */
export function goSyntax(value: Json): string {
  if (value === null) return "interface {}(nil)";
  if (typeof value === "string") return goQuote(value);
  if (typeof value === "number") return goNumber(value);
  if (typeof value === "boolean") return String(value);
  if (isList(value)) return `[]interface {}{${value.map(goSyntax).join(", ")}}`;
  return `map[string]interface {}{${entries(value)
    .map(([key, entry]) => `${goQuote(key)}:${goSyntax(entry)}`)
    .join(", ")}}`;
}

/**
 * json.Marshal, or json.MarshalIndent by `indent`: keys in order, and what HTML could take for its own
 * written as \u003c. JSON.stringify puts keys that look like numbers first.
 */
export function goJson(value: Json, indent = "", margin = ""): string {
  if (typeof value === "string") return jsonString(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const colon = indent === "" ? ":" : ": ";
  const inner = margin + indent;
  const [open, close] = isList(value) ? "[]" : "{}";
  const lines = isList(value)
    ? value.map((entry) => goJson(entry, indent, inner))
    : entries(value).map(([key, entry]) => `${jsonString(key)}${colon}${goJson(entry, indent, inner)}`);
  if (lines.length === 0 || indent === "") return `${open}${lines.join(",")}${close}`;
  return `${open}\n${lines.map((line) => inner + line).join(",\n")}\n${margin}${close}`;
}

function jsonString(text: string): string {
  return htmlEscaped(JSON.stringify(text));
}

/** JSON text as Go writes it: these characters stand in strings only. */
export function htmlEscaped(json: string): string {
  return json.replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
}

/** An int64 or a float64, whichever kubectl's decoder makes of the number's JSON text. */
export function goNumber(value: number): string {
  return isGoInteger(value) ? String(BigInt(value)) : goFloat(value);
}

export function isGoInteger(value: number): boolean {
  return Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63;
}

/** %v of a float64: the shortest digits, with an exponent from 1e+06 on and below 1e-04. */
export function goFloat(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e6)) {
    return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  }
  return Object.is(value, -0) ? "-0" : String(value);
}

/** The order of the UTF-8 bytes: UTF-16 has the characters above U+FFFF too early. */
export function byBytes(a: string, b: string): number {
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at += 1;
  if (at === a.length || at === b.length) return a.length - b.length;
  return rank(a.charCodeAt(at)) - rank(b.charCodeAt(at));
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x1_0000 : unit;
}

function entries(object: JsonObject): readonly (readonly [string, Json])[] {
  return Object.entries(object)
    .flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]))
    .sort(([a], [b]) => byBytes(a, b));
}

/** Array.isArray leaves a read-only array in the other branch. */
export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
