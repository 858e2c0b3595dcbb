import { parse, stringify } from "yaml";

/** One YAML document by kubectl's rules (YAML 1.1 scalars). Throws an Error that says what is wrong where. */
export function parseYaml(text: string): unknown {
  return parse(text, { version: "1.1" }) as unknown;
}

/** As kubectl writes it: lists not indented below their key, long lines left alone. */
export function formatYaml(value: unknown): string {
  return stringify(value, { version: "1.1", indentSeq: false, lineWidth: 0, aliasDuplicateObjects: false });
}
