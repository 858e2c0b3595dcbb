import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";

const schema = JSON.parse(
  readFileSync(new URL("../../../docs/schema/upgrade-status.json", import.meta.url), "utf8"),
) as object;
const validate = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema);

/** What the published schema says against a result; empty when it holds. */
export function schemaErrors(status: unknown): readonly string[] {
  // As it is printed: what is undefined is left out.
  const printed: unknown = JSON.parse(JSON.stringify(status));
  if (validate(printed)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ""}`);
}
