import { plainYaml } from "./plain-text.ts";

/** `formatYaml` that loads the YAML library only for the few objects that need it. */
export async function yamlText(value: unknown): Promise<string> {
  return plainYaml(value) ?? (await import("./yaml.ts")).formatAny(value);
}
