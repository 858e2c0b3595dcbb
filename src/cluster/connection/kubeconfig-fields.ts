import { base64Problem } from "../base64.ts";

/** The lists of a kubeconfig, and what Go calls their entries. */
export const entryTypes = { clusters: "Cluster", users: "AuthInfo", contexts: "Context" } as const;

export type Section = keyof typeof entryTypes;

/** Where a field stands, as Go names it. */
export interface Place {
  readonly type: string;
  readonly path: string;
}

/** A field's JSON type, what it holds, and Go's name of the type. */
interface Shape {
  readonly is: "string" | "bool" | "array" | "object";
  readonly go: string;
  readonly items?: Shape;
  readonly fields?: Readonly<Record<string, Shape>>;
}

const text: Shape = { is: "string", go: "string" };
const yesNo: Shape = { is: "bool", go: "bool" };
const texts: Shape = { is: "array", go: "[]string", items: text };

function texted(...names: readonly string[]): Readonly<Record<string, Shape>> {
  return Object.fromEntries(names.map((name) => [name, text]));
}

const exec: Shape = {
  is: "object",
  go: "v1.ExecConfig",
  fields: {
    ...texted("command", "apiVersion", "installHint", "interactiveMode"),
    args: texts,
    provideClusterInfo: yesNo,
    env: {
      is: "array",
      go: "[]v1.ExecEnvVar",
      items: { is: "object", go: "v1.ExecEnvVar", fields: texted("name", "value") },
    },
  },
};

/** clientcmd/api/v1 types.go. What it does not know it leaves alone. */
const shapes: Readonly<Record<string, Readonly<Record<string, Shape>>>> = {
  Cluster: {
    ...texted("server", "tls-server-name", "certificate-authority", "proxy-url"),
    "certificate-authority-data": text,
    "insecure-skip-tls-verify": yesNo,
    "disable-compression": yesNo,
  },
  AuthInfo: {
    ...texted("client-certificate", "client-certificate-data", "client-key", "client-key-data"),
    ...texted("token", "tokenFile", "as", "as-uid", "username", "password"),
    "as-groups": texts,
    "as-user-extra": { is: "object", go: "map[string][]string", items: texts },
    "auth-provider": {
      is: "object",
      go: "v1.AuthProviderConfig",
      fields: { name: text, config: { is: "object", go: "map[string]string", items: text } },
    },
    exec,
  },
  Context: texted("cluster", "user", "namespace"),
};

/** Empty and null fields are as good as absent ones in clientcmd; one of a wrong type is an error. */
export function checkedFields(value: object, at: Place): object {
  const present = Object.entries(value).filter(([, field]) => field !== null && field !== "");
  for (const [name, field] of present) {
    const shape = shapes[at.type]?.[name];
    if (shape === undefined) continue;
    check(field, shape, { type: at.type, path: `${at.path}.${name}` });
    const problem = name.endsWith("-data") ? base64Problem(String(field)) : undefined;
    if (problem !== undefined) throw new Error(problem);
  }
  return Object.fromEntries(present);
}

function check(value: unknown, shape: Shape, at: Place): void {
  if (value === null || value === undefined) return;
  expectType(value, shape.is, at, shape.go);
  if (typeof value !== "object") return;
  const type = shape.fields === undefined ? at.type : shape.go.replace("v1.", "");
  for (const [key, item] of Object.entries(value)) {
    const inner = shape.items ?? shape.fields?.[key];
    if (inner === undefined) continue;
    check(item, inner, { type, path: shape.fields === undefined ? at.path : `${at.path}.${key}` });
  }
}

/** A number or a yes where text is wanted is an error, not a guess. */
export function expectType(value: unknown, wanted: Shape["is"], { type, path }: Place, go: string): void {
  const is = jsonType(value);
  if (is === wanted) return;
  throw new Error(`json: cannot unmarshal ${is} into Go struct field ${type}.${path} of type ${go}`);
}

export function jsonType(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return typeof value === "boolean" ? "bool" : typeof value;
}

export function asText(value: unknown, at: Place): string {
  if (value === undefined || value === null) return "";
  expectType(value, "string", at, "string");
  return value as string;
}
