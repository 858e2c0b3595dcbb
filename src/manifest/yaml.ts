import { parse } from "yaml";

/** One YAML document by kubectl's rules (YAML 1.1 scalars). Throws an Error that says what is wrong where. */
export function parseYaml(text: string): unknown {
  return parse(text, { version: "1.1" }) as unknown;
}
