import type { Json } from "../../model/kube.ts";
import { goFloat, goText, isGoInteger, isList } from "../go/print.ts";

/**
 * A value under the type that it has in kubectl: comparisons and messages depend on it. A number of the
 * object is int64 or float64, one of the template int or float64, a byte of a string uint8; `invalid`
 * is what stands for the element of a range over nothing.
 */
export interface TemplateValue {
  readonly type:
    | "nil"
    | "bool"
    | "string"
    | "int64"
    | "int"
    | "uint8"
    | "float64"
    | "map"
    | "list"
    | "invalid";
  readonly json: Json;
}

export const invalid: TemplateValue = { type: "invalid", json: null };

export function ofJson(json: Json): TemplateValue {
  if (json === null) return { type: "nil", json };
  if (typeof json === "string") return { type: "string", json };
  if (typeof json === "boolean") return { type: "bool", json };
  if (typeof json === "number") return { type: isGoInteger(json) ? "int64" : "float64", json };
  return { type: isList(json) ? "list" : "map", json };
}

/** As reflect.Type prints it. */
export function typeName({ type }: TemplateValue): string {
  if (type === "map") return "map[string]interface {}";
  return type === "list" ? "[]interface {}" : type;
}

/** fmt.Sprint of it. */
export function valueText({ type, json }: TemplateValue): string {
  if (type === "invalid") return "<invalid reflect.Value>";
  return type === "float64" && typeof json === "number" ? goFloat(json) : goText(json);
}

/** The elements of a list, the values of a map, the bytes of a string; nothing of anything else. */
export function elements({ type, json }: TemplateValue): readonly TemplateValue[] {
  if (typeof json === "string" && type === "string")
    return Array.from(new TextEncoder().encode(json), (byte) => ({ type: "uint8", json: byte }));
  if (typeof json !== "object" || json === null) return [];
  if (isList(json)) return json.map(ofJson);
  return Object.values(json).flatMap((entry) => (entry === undefined ? [] : [ofJson(entry)]));
}
