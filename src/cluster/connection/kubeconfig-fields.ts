import { base64Problem } from "../base64.ts";

/** The lists of a kubeconfig. */
export type Section = "clusters" | "users" | "contexts";

/** A field's type, and what it holds. */
interface KubeconfigField {
  readonly is: "string" | "bool" | "array" | "object";
  readonly items?: KubeconfigField;
  readonly fields?: KubeconfigFields;
}

type KubeconfigFields = Readonly<Record<string, KubeconfigField>>;

const text: KubeconfigField = { is: "string" };
const yesNo: KubeconfigField = { is: "bool" };
const texts: KubeconfigField = { is: "array", items: text };

function texted(...names: readonly string[]): KubeconfigFields {
  return Object.fromEntries(names.map((name) => [name, text]));
}

const exec: KubeconfigField = {
  is: "object",
  fields: {
    ...texted("command", "apiVersion", "installHint", "interactiveMode"),
    args: texts,
    provideClusterInfo: yesNo,
    env: { is: "array", items: { is: "object", fields: texted("name", "value") } },
  },
};

/** clientcmd/api/v1 types.go. What it does not know it leaves alone. */
const shapes: Readonly<Record<Section, KubeconfigFields>> = {
  clusters: {
    ...texted("server", "tls-server-name", "certificate-authority", "proxy-url"),
    "certificate-authority-data": text,
    "insecure-skip-tls-verify": yesNo,
    "disable-compression": yesNo,
  },
  users: {
    ...texted("client-certificate", "client-certificate-data", "client-key", "client-key-data"),
    ...texted("token", "tokenFile", "as", "as-uid", "username", "password"),
    "as-groups": texts,
    "as-user-extra": { is: "object", items: texts },
    "auth-provider": { is: "object", fields: { name: text, config: { is: "object", items: text } } },
    exec,
  },
  contexts: texted("cluster", "user", "namespace"),
};

/**
 * Empty and null fields are as good as absent ones in clientcmd; one of a wrong type is an error. `path`: where the
 * entry stands, `clusters.cluster`.
 */
export function checkedFields(value: object, section: Section, path: string): object {
  const present = Object.entries(value).filter(([, field]) => field !== null && field !== "");
  for (const [name, field] of present) {
    const shape = shapes[section][name];
    if (shape === undefined) continue;
    check(field, shape, `${path}.${name}`);
    const problem = name.endsWith("-data") ? base64Problem(String(field)) : undefined;
    if (problem !== undefined) throw new Error(problem);
  }
  return Object.fromEntries(present);
}

function check(value: unknown, shape: KubeconfigField, path: string): void {
  if (value === null || value === undefined) return;
  expectType(value, shape.is, path);
  if (typeof value !== "object") return;
  for (const [key, item] of Object.entries(value)) {
    const inner = shape.items ?? shape.fields?.[key];
    if (inner !== undefined) check(item, inner, shape.fields === undefined ? path : `${path}.${key}`);
  }
}

const words: Readonly<Record<string, string>> = {
  string: "text",
  bool: "true or false",
  number: "a number",
  array: "a list",
  object: "a mapping",
};

/** A number or a yes where text is wanted is an error, not a guess. */
export function expectType(value: unknown, wanted: KubeconfigField["is"], path: string): void {
  const is = jsonType(value);
  if (is !== wanted) throw new Error(`${path} must be ${words[wanted] ?? wanted}, not ${words[is] ?? is}`);
}

function jsonType(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return typeof value === "boolean" ? "bool" : typeof value;
}

export function asText(value: unknown, path: string): string {
  if (value === undefined || value === null) return "";
  expectType(value, "string", path);
  return value as string;
}
