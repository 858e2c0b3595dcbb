import { dirname, isAbsolute, join, resolve, sep } from "node:path";
import { asText, checkedFields, expectType, type Section } from "./kubeconfig-fields.ts";

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
  /** Which file a user stands in. */
  readonly userFiles: ReadonlyMap<string, string>;
}

/**
 * Reads one kubeconfig out of its YAML. Paths in it become relative to the file's folder, as clientcmd has it.
 * Throws an Error whose message says what is wrong with the text.
 */
export function readKubeconfig(parsed: unknown, path: string): KubeConfigEntries {
  if (parsed !== null && parsed !== undefined) expectType(parsed, "object", "a kubeconfig");
  const file = (parsed ?? {}) as Readonly<Record<string, unknown>>;
  const kind = asText(file["kind"], "kind") || "Config";
  const version = asText(file["apiVersion"], "apiVersion") || "v1";
  if (kind !== "Config" || version !== "v1") {
    throw new Error(`no kind "${kind}" is registered for version "${version}"`);
  }
  const folder = dirname(resolve(path));
  const users = named<KubeUser>(file, "users", "user");
  return {
    userFiles: mapValues(users, () => path),
    clusters: mapValues(named<KubeCluster>(file, "clusters", "cluster"), (cluster) =>
      withPaths(cluster, folder, ["certificate-authority"]),
    ),
    users: mapValues(users, (user) => {
      const resolved = withPaths(user, folder, ["client-certificate", "client-key", "tokenFile"]);
      const command = user.exec?.command;
      // Without a separator it is looked for on the PATH.
      if (user.exec === undefined || command === undefined || !command.includes(sep)) return resolved;
      return { ...resolved, exec: { ...user.exec, command: absolute(folder, command) } };
    }),
    contexts: named<KubeContext>(file, "contexts", "context"),
    currentContext: asText(file["current-context"], "current-context"),
  };
}

/** The first file that has an entry, or a current-context, wins; entries are never mixed. */
export function mergeKubeconfigs(files: readonly KubeConfigEntries[]): KubeConfigEntries {
  const backwards = files.toReversed();
  return {
    clusters: new Map(backwards.flatMap(({ clusters }) => [...clusters])),
    users: new Map(backwards.flatMap(({ users }) => [...users])),
    contexts: new Map(backwards.flatMap(({ contexts }) => [...contexts])),
    userFiles: new Map(backwards.flatMap(({ userFiles }) => [...userFiles])),
    currentContext: files.find(({ currentContext }) => currentContext !== "")?.currentContext ?? "",
  };
}

function named<T extends object>(
  file: Readonly<Record<string, unknown>>,
  list: Section,
  entry: string,
): Map<string, T> {
  const found = new Map<string, T>();
  const items = file[list] ?? [];
  expectType(items, "array", list);
  for (const item of items as readonly unknown[]) {
    if (item !== null) expectType(item, "object", list);
    const fields = (item ?? {}) as Readonly<Record<string, unknown>>;
    const name = asText(fields["name"], `${list}.name`);
    const value = fields[entry] ?? {};
    const path = `${list}.${entry}`;
    expectType(value, "object", path);
    const read = checkedFields(value, list, path) as T;
    if (found.has(name)) throw new Error(`duplicate name ${JSON.stringify(name)} in ${list}`);
    found.set(name, read);
  }
  return found;
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

function mapValues<V, W>(map: ReadonlyMap<string, V>, change: (value: V) => W): Map<string, W> {
  return new Map([...map].map(([key, value]) => [key, change(value)]));
}
