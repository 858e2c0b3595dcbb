import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";

const validate = compiled("upgrade-status");

/** What the published schema says against a result of `status`; empty when it holds. */
export function schemaErrors(status: unknown): readonly string[] {
  return errorsOf(validate, status);
}

/** The same for another kind of result, by the name of its schema in docs/schema. */
export function schemaErrorsOf(name: string, result: unknown): readonly string[] {
  return errorsOf(compiled(name), result);
}

function compiled(name: string) {
  const file = new URL(`../../../docs/schema/${name}.json`, import.meta.url);
  const schema = JSON.parse(readFileSync(file, "utf8")) as object;
  return new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema);
}

function errorsOf(check: ReturnType<typeof compiled>, result: unknown): readonly string[] {
  // As it is printed: what is undefined is left out.
  const printed: unknown = JSON.parse(JSON.stringify(result));
  if (check(printed)) return [];
  return (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ""}`);
}
