import type { JsonObject } from "../../model/kube.ts";
import { goJson, goSyntax } from "../go/print.ts";
import { goQuote } from "../go/quote.ts";
import { makeFind } from "./evaluate.ts";
import { attempt } from "./node.ts";
import { parseTemplate } from "./parse.ts";
import { valueText, type TemplateValue } from "./value.ts";

/** A result, or what is wrong in kubectl's words. */
export type PrintResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string };

/** An object printed by a template. */
export type ObjectPrinter = (object: JsonObject) => PrintResult<string>;

/** `-o jsonpath=TEMPLATE`, `-o jsonpath-as-json=TEMPLATE`: read once, for any number of objects. */
export function jsonPathPrinter(
  template: string,
  options: { readonly asJson: boolean; readonly allowMissingKeys: boolean },
): PrintResult<ObjectPrinter> {
  const nodes = parseTemplate(template);
  if (!nodes.ok) return { ok: false, message: `error parsing jsonpath ${template}, ${nodes.message}` };
  const written = options.asJson ? asJson : asText;
  return {
    ok: true,
    value(object) {
      const find = makeFind(nodes.value, options.allowMissingKeys);
      const found = attempt(() => find(object));
      if (found.ok) return { ok: true, value: found.value.map(written).join("") };
      return { ok: false, message: failure(template, found.message, object) };
    },
  };
}

function asText(values: readonly TemplateValue[]): string {
  return values
    .map((value) => {
      if (value.type === "map" || value.type === "list") return goJson(value.json);
      if (value.type === "nil") return "null";
      return value.type === "invalid" ? "<no value>" : valueText(value);
    })
    .join(" ");
}

function asJson(values: readonly TemplateValue[]): string {
  return `${goJson(
    values.map(({ json }) => json),
    "    ",
  )}\n`;
}

function failure(template: string, message: string, object: JsonObject): string {
  return (
    `error executing jsonpath ${goQuote(template)}: Error executing template: ${message}. ` +
    "Printing more information for debugging the template:\n" +
    `\ttemplate was:\n\t\t${template}\n` +
    `\tobject given to jsonpath engine was:\n\t\t${goSyntax(object)}\n\n`
  );
}
