import type { Json, JsonObject } from "../model/kube.ts";
import { byBytes } from "./go/print.ts";
import { quantity } from "./quantity.ts";
import { goQuote } from "./go/quote.ts";
import { makeFind } from "./jsonpath/evaluate.ts";
import { attempt, pathError } from "./jsonpath/node.ts";
import { parseTemplate } from "./jsonpath/parse.ts";
import type { PrintResult } from "./jsonpath/print.ts";
import { relaxedPath } from "./jsonpath/relaxed.ts";
import { typeName, type TemplateValue } from "./jsonpath/value.ts";

/** Rows in the order of --sort-by; what is wrong is in kubectl's words. */
export type Sort = <T>(rows: readonly T[]) => PrintResult<readonly T[]>;

/**
 * `--sort-by=PATH`. For a table the path may be any template, and one row needs no order; elsewhere it
 * is a plain path that some row must have. Rows without a value come first; equal ones stay as they are.
 */
export function makeSort(path: string, forTable: boolean): PrintResult<Sort> {
  const relaxed = relaxedPath(path);
  if (!relaxed.ok && !forTable) return relaxed;
  const template = relaxed.ok ? relaxed.value : path;
  const nodes = parseTemplate(template);
  if (!nodes.ok) return forTable ? { ok: false, message: `sorting error: ${nodes.message}` } : nodes;
  const sort: Sort = (rows) =>
    attempt(() => {
      if (rows.length < (forTable ? 2 : 1)) return rows;
      const find = makeFind(nodes.value, true);
      // Anything that JSON can say.
      const keyed = rows.map((row) => ({ row, key: find(row as JsonObject)[0]?.[0] }));
      if (keyed.every(({ key }) => key === undefined))
        throw pathError(`couldn't find any field with path ${goQuote(template)} in the list of objects`);
      return keyed.toSorted((a, b) => order(a.key, b.key, template)).map(({ row }) => row);
    });
  return { ok: true, value: sort };
}

function order(a: TemplateValue | undefined, b: TemplateValue | undefined, template: string): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  if (a.type === "nil" || b.type === "nil") return Number(a.type !== "nil") - Number(b.type !== "nil");
  if (!["string", "int64", "int", "float64"].includes(a.type))
    throw unsortable(template, `type: ${typeName(a)}`);
  if (a.type !== b.type) throw unsortable(template, "interface: interface");
  return compareJson(a.json, b.json);
}

/** Two texts that are both quantities (`500m`, `2Gi`) are compared as such. */
function compareJson(a: Json, b: Json): number {
  if (typeof a !== "string" || typeof b !== "string") return Number(a) - Number(b);
  const [left, right] = [quantity(a), quantity(b)];
  return left === undefined || right === undefined ? byBytes(a, b) : left - right;
}

function unsortable(template: string, what: string): Error {
  return pathError(`Field ${template} is an unsortable type: interface, err: unsortable ${what}`);
}
