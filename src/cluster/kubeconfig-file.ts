import { dirname, isAbsolute, join, sep } from "node:path";

/** The entries of kubeconfig files, under the names of the file format (clientcmd/api/v1). */
export interface KubeCluster {
  readonly server?: string;
  readonly "tls-server-name"?: string;
  readonly "insecure-skip-tls-verify"?: boolean;
  readonly "certificate-authority"?: string;
  /** base64 */
  readonly "certificate-authority-data"?: string;
  readonly "proxy-url"?: string;
  readonly "disable-compression"?: boolean;
  readonly extensions?: readonly { readonly name: string; readonly extension: unknown }[];
}

export interface KubeUser {
  readonly "client-certificate"?: string;
  /** base64 */
  readonly "client-certificate-data"?: string;
  readonly "client-key"?: string;
  /** base64 */
  readonly "client-key-data"?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly as?: string;
  readonly "as-uid"?: string;
  readonly "as-groups"?: readonly string[];
  readonly "as-user-extra"?: Readonly<Record<string, readonly string[]>>;
  readonly username?: string;
  readonly password?: string;
  readonly "auth-provider"?: { readonly name: string; readonly config?: Readonly<Record<string, string>> };
  readonly exec?: KubeExec;
}

export interface KubeExec {
  readonly command?: string;
  readonly args?: readonly string[] | null;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
  readonly apiVersion?: string;
  readonly installHint?: string;
  readonly provideClusterInfo?: boolean;
  readonly interactiveMode?: string;
}

export interface KubeContext {
  readonly cluster?: string;
  readonly user?: string;
  readonly namespace?: string;
}

/** One file, or several merged: entries by name. */
export interface KubeConfigEntries {
  readonly clusters: ReadonlyMap<string, KubeCluster>;
  readonly users: ReadonlyMap<string, KubeUser>;
  readonly contexts: ReadonlyMap<string, KubeContext>;
  readonly currentContext: string;
}

/**
 * Reads one kubeconfig. Paths in it become relative to the file's folder, as clientcmd has it.
 * Throws an Error whose message says what is wrong with the text.
 */
export function readKubeconfig(
  text: string,
  path: string,
  parseYaml: (text: string) => unknown,
): KubeConfigEntries {
  const parsed = parseYaml(text);
  if (parsed !== null && parsed !== undefined && (typeof parsed !== "object" || Array.isArray(parsed))) {
    throw new Error("couldn't get version/kind; json parse error: it is not a mapping");
  }
  const file = (parsed ?? {}) as Readonly<Record<string, unknown>>;
  const kind = asText(file["kind"]) || "Config";
  const version = asText(file["apiVersion"]) || "v1";
  if (kind !== "Config" || version !== "v1") {
    throw new Error(
      `no kind "${kind}" is registered for version "${version}" in scheme "pkg/runtime/scheme.go:111"`,
    );
  }
  const folder = dirname(path);
  return {
    clusters: mapValues(named<KubeCluster>(file, "clusters", "cluster"), (cluster) =>
      withPaths(cluster, folder, ["certificate-authority"]),
    ),
    users: mapValues(named<KubeUser>(file, "users", "user"), (user) => {
      const resolved = withPaths(user, folder, ["client-certificate", "client-key", "tokenFile"]);
      const command = user.exec?.command;
      // Without a separator it is looked for on the PATH.
      if (user.exec === undefined || command === undefined || !command.includes(sep)) return resolved;
      return { ...resolved, exec: { ...user.exec, command: absolute(folder, command) } };
    }),
    contexts: named<KubeContext>(file, "contexts", "context"),
    currentContext: asText(file["current-context"]),
  };
}

/** The first file that has an entry, or a current-context, wins; entries are never mixed. */
export function mergeKubeconfigs(files: readonly KubeConfigEntries[]): KubeConfigEntries {
  const backwards = files.toReversed();
  return {
    clusters: new Map(backwards.flatMap(({ clusters }) => [...clusters])),
    users: new Map(backwards.flatMap(({ users }) => [...users])),
    contexts: new Map(backwards.flatMap(({ contexts }) => [...contexts])),
    currentContext: files.find(({ currentContext }) => currentContext !== "")?.currentContext ?? "",
  };
}

function named<T extends object>(
  file: Readonly<Record<string, unknown>>,
  list: string,
  entry: string,
): Map<string, T> {
  const found = new Map<string, T>();
  const items = file[list];
  if (items === undefined || items === null) return found;
  if (!Array.isArray(items)) throw new Error(`${list} is not a list`);
  for (const item of items as readonly unknown[]) {
    if (typeof item !== "object" || item === null) continue;
    const fields = item as Readonly<Record<string, unknown>>;
    const name = asText(fields["name"]);
    if (found.has(name)) throw new Error(`duplicate name "${name}" in list ${list}`);
    const value = fields[entry];
    found.set(name, (typeof value === "object" && value !== null ? withoutNulls(value) : {}) as T);
  }
  return found;
}

const textFields: ReadonlySet<string> = new Set([
  "as",
  "as-uid",
  "certificate-authority",
  "certificate-authority-data",
  "client-certificate",
  "client-certificate-data",
  "client-key",
  "client-key-data",
  "cluster",
  "namespace",
  "password",
  "proxy-url",
  "server",
  "tls-server-name",
  "token",
  "tokenFile",
  "user",
  "username",
]);

/** Empty and null fields are as good as absent ones in clientcmd. */
function withoutNulls(value: object): object {
  const present = Object.entries(value).filter(([, field]) => field !== null && field !== "");
  for (const [name, field] of present) if (textFields.has(name)) asText(field);
  return Object.fromEntries(present);
}

/** A number or a yes where text is wanted is an error, not a guess. */
function asText(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  throw new Error(`json: cannot unmarshal ${typeof value} into a field of type string`);
}

function withPaths<T extends object>(entry: T, folder: string, fields: readonly (keyof T)[]): T {
  const resolved = { ...entry };
  for (const field of fields) {
    const path = entry[field];
    if (typeof path === "string") resolved[field] = absolute(folder, path) as T[keyof T];
  }
  return resolved;
}

function absolute(folder: string, path: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}

function mapValues<V>(map: ReadonlyMap<string, V>, change: (value: V) => V): Map<string, V> {
  return new Map([...map].map(([key, value]) => [key, change(value)]));
}
