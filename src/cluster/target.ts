import { accessSync, constants } from "node:fs";
import { connectionError, userError } from "../errors.ts";
import type { KubeCluster, KubeConfigEntries, KubeContext, KubeUser } from "./kubeconfig-file.ts";
import { fileProblem } from "./load-kubeconfig.ts";
import type { ConnectionSettings } from "./settings.ts";

/** The one cluster and user that a command talks to and as, flags applied. */
export interface Target {
  readonly cluster: KubeCluster & { readonly server: string };
  readonly user: KubeUser;
  readonly namespace: string;
  readonly namespaceGiven: boolean;
  /** Whether any kubeconfig entry or flag named a cluster; without one the in-cluster config is tried. */
  readonly isDefault: boolean;
}

const contextMissing = "context was not found for specified context";

/** Where a connection goes when nothing says otherwise. */
const defaultServer = "http://localhost:8080";

/**
 * What clientcmd makes of kubeconfig entries and flags: names first, then the fields that flags set,
 * then its checks in its order and words (client-go tools/clientcmd client_config.go, validation.go).
 */
export function chooseTarget(
  entries: KubeConfigEntries,
  flags: ConnectionSettings,
  env: Readonly<Record<string, string | undefined>>,
): Target {
  const contextName = flags.context ?? entries.currentContext;
  const found = entries.contexts.get(contextName);
  const context: KubeContext = {
    ...found,
    ...given({ cluster: flags.cluster, user: flags.user, namespace: flags.namespace }),
  };
  const userName = context.user ?? "";
  const clusterName = context.cluster ?? "";
  const user = { ...entries.users.get(userName), ...userFlags(flags) };
  const cluster = mergeCluster(entries.clusters.get(clusterName), flags, env);
  const namespaceGiven = flags.namespace !== undefined && flags.namespace !== "";

  const clusterMissing = (flags.cluster ?? "") !== "" && !entries.clusters.has(clusterName);

  // kubectl asks for the namespace first, which with -n looks at nothing else.
  const problems = (): string[] => [
    ...(contextName !== "" && found === undefined ? [`${contextMissing}: ${contextName}`] : []),
    ...userProblems(userName, user),
    ...(clusterMissing
      ? [`no server found for cluster "${clusterName}"`]
      : clusterProblems(clusterName, cluster)),
  ];
  if (!namespaceGiven) refuseInvalid(problems());
  if ((flags.user ?? "") !== "" && !entries.users.has(userName)) {
    throw userError(`auth info "${userName}" does not exist`);
  }
  if ((flags.context ?? "") !== "" && found === undefined) {
    throw userError(`context "${contextName}" does not exist`);
  }
  if (clusterMissing) throw userError(`cluster "${clusterName}" does not exist`);
  if (namespaceGiven) refuseInvalid(problems());

  const touched = Object.keys(cluster).length > 1 || cluster.server !== defaultServer;
  return {
    cluster,
    user,
    namespace: context.namespace ?? "default",
    namespaceGiven,
    isDefault: !touched && (user.as ?? "") === "",
  };
}

function mergeCluster(
  entry: KubeCluster | undefined,
  flags: ConnectionSettings,
  env: Readonly<Record<string, string | undefined>>,
): KubeCluster & { server: string } {
  const master = env["KUBERNETES_MASTER"] ?? "";
  const merged = {
    server: master === "" ? defaultServer : master,
    ...entry,
    ...given({ server: flags.server }),
  };
  // A flag about trust replaces everything that the file says about trust.
  if (flags.insecureSkipTlsVerify || (flags.certificateAuthority ?? "") !== "") {
    delete merged["certificate-authority"];
    delete merged["certificate-authority-data"];
    delete merged["insecure-skip-tls-verify"];
    if (flags.insecureSkipTlsVerify) merged["insecure-skip-tls-verify"] = true;
    if (flags.certificateAuthority) merged["certificate-authority"] = flags.certificateAuthority;
  }
  // Another server has another name.
  if ((flags.tlsServerName ?? "") !== "" || (flags.server ?? "") !== "") {
    delete merged["tls-server-name"];
    if (flags.tlsServerName) merged["tls-server-name"] = flags.tlsServerName;
  }
  if (flags.disableCompression) merged["disable-compression"] = true;
  return merged;
}

function userFlags(flags: ConnectionSettings): KubeUser {
  const extra: Record<string, string[]> = {};
  for (const pair of flags.asUserExtra) {
    const equals = pair.indexOf("=");
    if (equals >= 0) (extra[pair.slice(0, equals)] ??= []).push(pair.slice(equals + 1));
  }
  const fields = given({
    token: flags.token,
    username: flags.username,
    password: flags.password,
    as: flags.as,
    "as-uid": flags.asUid,
  });
  return {
    ...fields,
    ...(flags.token ? { tokenFile: "" } : {}),
    ...(flags.clientCertificate
      ? { "client-certificate": flags.clientCertificate, "client-certificate-data": "" }
      : {}),
    ...(flags.clientKey ? { "client-key": flags.clientKey, "client-key-data": "" } : {}),
    ...(flags.asGroup.length > 0 ? { "as-groups": flags.asGroup } : {}),
    ...(Object.keys(extra).length > 0 ? { "as-user-extra": extra } : {}),
  };
}

function clusterProblems(name: string, cluster: KubeCluster): string[] {
  const problems: string[] = [];
  const proxy = cluster["proxy-url"];
  if (proxy) {
    const scheme = URL.canParse(proxy) ? new URL(proxy).protocol.slice(0, -1) : undefined;
    const why =
      scheme === undefined
        ? `could not parse: ${proxy}`
        : ["http", "https", "socks5"].includes(scheme)
          ? undefined
          : `unsupported scheme "${scheme}", must be http, https, or socks5`;
    if (why !== undefined) problems.push(`invalid 'proxy-url' "${proxy}" for cluster "${name}": ${why}`);
  }
  const file = cluster["certificate-authority"];
  if (file && cluster["certificate-authority-data"]) {
    problems.push(
      `certificate-authority-data and certificate-authority are both specified for ${name}. certificate-authority-data will override.`,
    );
  }
  return [...problems, ...unreadable("certificate-authority", file, name)];
}

function userProblems(name: string, user: KubeUser): string[] {
  const problems: string[] = [];
  const cert = user["client-certificate"];
  const key = user["client-key"];
  const keyData = user["client-key-data"];
  const certData = user["client-certificate-data"];
  if (cert || certData) {
    if (cert && certData) {
      problems.push(
        `client-cert-data and client-cert are both specified for ${name}. client-cert-data will override.`,
      );
    }
    if (key && keyData) {
      problems.push(
        `client-key-data and client-key are both specified for ${name}; client-key-data will override`,
      );
    }
    if (!key && !keyData) {
      problems.push(
        `client-key-data or client-key must be specified for ${name} to use the clientCert authentication method.`,
      );
    }
    problems.push(...unreadable("client-cert", cert, name), ...unreadable("client-key", key, name));
  }
  if (user.exec !== undefined) problems.push(...execProblems(name, user));
  if (user.token && (user.username || user.password)) {
    problems.push(
      `more than one authentication method found for ${name}; found [token basicAuth], only one is allowed`,
    );
  }
  const more =
    user["as-uid"] || user["as-groups"]?.length || Object.keys(user["as-user-extra"] ?? {}).length > 0;
  if (more && !user.as) {
    problems.push(`requesting uid, groups or user-extra for ${name} without impersonating a user`);
  }
  return problems;
}

function execProblems(name: string, user: KubeUser): string[] {
  const exec = user.exec ?? {};
  const by = `for ${name} to use exec authentication plugin`;
  const problems: string[] = [];
  if (user["auth-provider"] !== undefined) {
    problems.push(`authProvider cannot be provided in combination with an exec plugin for ${name}`);
  }
  if (!exec.command) problems.push(`command must be specified ${by}`);
  if (!exec.apiVersion) problems.push(`apiVersion must be specified ${by}`);
  if (exec.env?.some((variable) => !variable.name) === true) {
    problems.push(`env variable name must be specified ${by}`);
  }
  const older = /^client\.authentication\.k8s\.io\/v1(alpha|beta)1$/.test(exec.apiVersion ?? "");
  if (!exec.interactiveMode && !older) problems.push(`interactiveMode must be specified ${by}`);
  else if (exec.interactiveMode && !["Never", "IfAvailable", "Always"].includes(exec.interactiveMode)) {
    problems.push(`invalid interactiveMode for ${name}: "${exec.interactiveMode}"`);
  }
  return problems;
}

function unreadable(what: string, path: string | undefined, name: string): string[] {
  if (!path) return [];
  try {
    accessSync(path, constants.R_OK);
    return [];
  } catch (error) {
    return [
      `unable to read ${what} ${path} for ${name} due to ${fileProblem(path, error as NodeJS.ErrnoException)}`,
    ];
  }
}

/** One problem is told like any error, but a missing context, and several, with a heading. */
function refuseInvalid(problems: readonly string[]): void {
  const [first] = problems;
  if (first === undefined) return;
  if (problems.length > 1) {
    throw connectionError(`Error in configuration: \n${problems.map((each) => `* ${each}`).join("\n")}`);
  }
  throw first.startsWith(contextMissing)
    ? connectionError(`Error in configuration: ${first}`)
    : userError(first);
}

/** Only what was given, and not given as "". */
function given<T extends Readonly<Record<string, string | undefined>>>(
  fields: T,
): { [K in keyof T]?: string } {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== ""),
  ) as { [K in keyof T]?: string };
}
