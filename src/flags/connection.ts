import { quoted } from "../model/shell.ts";
import { colorFlag } from "./color.ts";
import type { Flag, FlagValues } from "./flag.ts";
import type { Scanned } from "./scan.ts";
import { withoutUser } from "../model/server-address.ts";

/** kubectl's connection flags (ConfigFlags) and its global ones; every command accepts them. */
export const connectionFlags = {
  kubeconfig: text("kubeconfig", "FILE", "Path to the kubeconfig file to use for CLI requests."),
  context: text("context", "NAME", "The name of the kubeconfig context to use"),
  cluster: text("cluster", "NAME", "The name of the kubeconfig cluster to use"),
  user: text("user", "NAME", "The name of the kubeconfig user to use"),
  namespace: {
    ...text("namespace", "NAME", "If present, the namespace scope for this CLI request"),
    short: "n",
  },
  server: { ...text("server", "URL", "The address and port of the Kubernetes API server"), short: "s" },
  token: text("token", "TOKEN", "Bearer token for authentication to the API server"),
  clientCertificate: text("client-certificate", "FILE", "Path to a client certificate file for TLS"),
  clientKey: text("client-key", "FILE", "Path to a client key file for TLS"),
  username: text("username", "NAME", "Username for basic authentication to the API server"),
  password: text("password", "PASSWORD", "Password for basic authentication to the API server"),
  certificateAuthority: text(
    "certificate-authority",
    "FILE",
    "Path to a cert file for the certificate authority",
  ),
  insecureSkipTlsVerify: {
    name: "insecure-skip-tls-verify",
    takes: "boolean",
    help: "If true, the server's certificate will not be checked for validity. This will make your HTTPS connections insecure",
    group: "Connection",
  },
  tlsServerName: text(
    "tls-server-name",
    "NAME",
    "Server name to use for server certificate validation. If it is not provided, the hostname used to contact the server is used",
  ),
  as: text(
    "as",
    "USER",
    "Username to impersonate for the operation. User could be a regular user or a service account in a namespace.",
  ),
  asUid: text("as-uid", "UID", "UID to impersonate for the operation."),
  asGroup: {
    ...text(
      "as-group",
      "GROUP",
      "Group to impersonate for the operation, this flag can be repeated to specify multiple groups.",
    ),
    repeat: true,
  },
  asUserExtra: {
    ...text(
      "as-user-extra",
      "KEY=VALUE",
      "User extras to impersonate for the operation, this flag can be repeated to specify multiple values for the same key.",
    ),
    repeat: true,
  },
  requestTimeout: {
    ...text(
      "request-timeout",
      "DURATION",
      "The length of time to wait before giving up on a single server request. Non-zero values should contain a corresponding time unit (e.g. 1s, 2m, 3h). A value of zero means don't timeout requests.",
    ),
    default: "0",
  },
  disableCompression: {
    name: "disable-compression",
    takes: "boolean",
    help: "If true, opt-out of response compression for all requests to the server",
    group: "Connection",
  },
  cacheDir: text("cache-dir", "DIRECTORY", "Default cache directory"),
  matchServerVersion: {
    name: "match-server-version",
    takes: "boolean",
    help: "Require server version to match client version",
    group: "Connection",
  },
  warningsAsErrors: {
    name: "warnings-as-errors",
    takes: "boolean",
    help: "Treat warnings received from the server as errors and exit with a non-zero exit code",
    group: "Other",
  },
  verbosity: {
    name: "v",
    short: "v",
    takes: "value",
    read: "int",
    default: "0",
    help: "number for the log level verbosity",
    group: "Other",
    valueName: "LEVEL",
  },
  color: colorFlag,
  vmodule: {
    name: "vmodule",
    takes: "value",
    help: "comma-separated list of pattern=N settings for file-filtered logging; accepted and ignored",
    group: "Other",
    valueName: "SETTINGS",
    hidden: true,
  },
} as const satisfies Readonly<Record<string, Flag>>;

export type ConnectionValues = FlagValues<typeof connectionFlags>;

/** The connection flags of a command line that was scanned, without a command. */
export function connectionValues({ given }: Scanned): ConnectionValues {
  const entries = Object.entries<Flag>(connectionFlags).map(([key, flag]) => {
    const values = given.filter((each) => each.flag.name === flag.name).map(({ value }) => value);
    const last = values.at(-1) ?? flag.default;
    if (flag.takes === "boolean") return [key, last === "true"];
    if (flag.repeat === true) return [key, values];
    return [key, flag.read === "int" ? Number(last) : last];
  });
  return Object.fromEntries(entries) as ConnectionValues;
}

/** Those that decide which cluster is meant and as whom; credentials are never repeated. */
const naming = [
  "kubeconfig",
  "context",
  "cluster",
  "user",
  "namespace",
  "server",
  "clientCertificate",
  "clientKey",
  "username",
  "certificateAuthority",
  "insecureSkipTlsVerify",
  "tlsServerName",
  "as",
  "asUid",
  "asGroup",
  "asUserExtra",
] as const satisfies readonly (keyof ConnectionValues)[];

/** The connection flags that were given, as arguments of another command about the same cluster. */
export function connectionArguments(values: ConnectionValues): readonly string[] {
  return naming.flatMap((key) => {
    const value = values[key];
    const flag = `--${connectionFlags[key].name}`;
    if (typeof value === "boolean") return value ? [flag] : [];
    if (value === undefined) return [];
    const given = key === "server" && typeof value === "string" ? [withoutUser(value)] : value;
    return (typeof given === "string" ? [given] : given).map((each) => `${flag}=${each}`);
  });
}

/** What names the cluster, and as whom; every command that is named next repeats it. */
export function clusterFlags(connection: ConnectionValues): readonly string[] {
  return connectionArguments(connection).map(quoted);
}

export const helpFlag = {
  name: "help",
  short: "h",
  takes: "boolean",
  help: "Show this help",
  group: "Other",
  hidden: true,
} as const satisfies Flag;

function text<const N extends string>(name: N, valueName: string, help: string) {
  return { name, takes: "value", help, group: "Connection", valueName } as const;
}
