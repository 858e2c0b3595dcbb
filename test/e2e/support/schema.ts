import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";

const schemas = join(import.meta.dirname, "../../../docs/schema");

/** What a published schema says against a result; empty when it holds. */
export function schemaErrors(name: string, result: unknown): readonly string[] {
  const schema = JSON.parse(readFileSync(join(schemas, `${name}.json`), "utf8")) as object;
  const validate = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema);
  if (validate(result)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ""}`);
}
