import { connectionError, userError } from "../../errors.ts";
import type { KubeCluster, KubeConfigEntries, KubeContext, KubeUser } from "./kubeconfig-file.ts";
import type { ConnectionSettings } from "./settings.ts";
import { clusterProblems, userProblems } from "./validate.ts";

/** The one cluster and user that a command talks to and as, flags applied. */
export interface ConnectionTarget {
  readonly cluster: KubeCluster & { readonly server: string };
  readonly user: KubeUser;
  readonly userName: string;
  /** "": no context is in use. */
  readonly contextName: string;
  /** The kubeconfig that the user stands in. */
  readonly userFile: string | undefined;
  /** Of -n or of the context. */
  readonly namespace: string | undefined;
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
): ConnectionTarget {
  const contextName = flags.context || entries.currentContext;
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
  if (!namespaceGiven) refuseInvalid(problems(), false);
  if ((flags.user ?? "") !== "" && !entries.users.has(userName)) {
    throw userError(`auth info "${userName}" does not exist`);
  }
  if ((flags.context ?? "") !== "" && found === undefined) {
    throw userError(`context "${contextName}" does not exist`);
  }
  if (clusterMissing) throw userError(`cluster "${clusterName}" does not exist`);
  if (namespaceGiven) refuseInvalid(problems(), true);

  // Trust and logins are told to a TLS server only: beside the default address they change nothing.
  const touched =
    cluster.server !== (env["KUBERNETES_MASTER"] || defaultServer) ||
    cluster.server.startsWith("https:") ||
    Boolean(cluster["proxy-url"]) ||
    cluster["disable-compression"] === true;
  return {
    cluster,
    user,
    userName,
    contextName: found === undefined ? "" : contextName,
    userFile: entries.userFiles.get(userName),
    namespace: context.namespace,
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

/**
 * Several problems, and a missing context, are told with a heading; one problem has it where kubectl
 * meets it with the whole configuration, and not where it meets it with the namespace.
 */
function refuseInvalid(problems: readonly string[], heading: boolean): void {
  const [first] = problems;
  if (first === undefined) return;
  if (problems.length > 1) {
    throw connectionError(`Error in configuration: \n${problems.map((each) => `* ${each}`).join("\n")}`);
  }
  throw heading || first.startsWith(contextMissing)
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
