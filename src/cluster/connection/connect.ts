import { join } from "node:path";
import { userError } from "../../errors.ts";
import { badRequestTimeout, requestTimeout } from "../../model/duration.ts";
import { makeCredentials, type Sources } from "./credentials.ts";
import { openDiscoveryCache } from "../discovery-cache.ts";
import { inClusterTarget } from "./in-cluster.ts";
import type { KubeUser } from "./kubeconfig-file.ts";
import { limiter } from "../limit.ts";
import { loadKubeconfig } from "./load-kubeconfig.ts";
import { makeRequestLog } from "../log.ts";
import type { Connection } from "../port.ts";
import { proxyOf } from "./proxy.ts";
import { sendRequest, type Wire } from "../request.ts";
import type { YamlEdit } from "./save-tokens.ts";
import { serverUrl } from "./server-url.ts";
import type { ConnectionSettings } from "./settings.ts";
import { streamRequest } from "../stream.ts";
import { chooseTarget, type ConnectionTarget } from "./target.ts";
import { pem, tlsOptions } from "./tls-options.ts";
import { warningPrinter } from "../warnings.ts";
import { makeTransports } from "./transports.ts";
import { withoutUser } from "../../model/server-address.ts";

/** What a connection takes from the process that it runs in. */
export interface ConnectionEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Or a promise of it: YAML is loaded when something needs it. */
  readonly parseYaml: (text: string) => unknown;
  /** Sets fields of a YAML text, whose comments and order stay. */
  readonly editYaml: (text: string, edits: readonly YamlEdit[]) => string | Promise<string>;
  /** A line of diagnostics, for stderr. */
  readonly log: (line: string) => void;
  /** A Warning header of the server; each text comes once. */
  readonly warn: (text: string) => void;
  readonly userAgent: string;
  readonly pid: number;
  /** Read only where a plugin might talk to the user: Node loads the streams of stdin for the answer. */
  readonly stdinTty: boolean;
  /** Asks the user who has no credentials. */
  readonly login: () => Promise<{ readonly username: string; readonly password: string }>;
}

/** Requests side by side. A TLS handshake for one more costs both ends more than waiting a moment. */
const connections = 4;

/**
 * Opens the cluster that the flags, KUBECONFIG or the pod's service account name, as kubectl would.
 * Nothing is sent yet, but for --match-server-version. Throws UserError and ConnectionError in kubectl's words.
 */
export async function connect(
  flags: ConnectionSettings,
  environment: ConnectionEnvironment,
): Promise<Connection> {
  const log = makeRequestLog(flags.verbosity, environment.log, environment.pid);
  const line = (level: number, message: string): void => log.line(level, message);
  const { env, parseYaml } = environment;
  const entries = await loadKubeconfig(flags.kubeconfig ?? "", { env, parseYaml, log: line });
  const chosen = chooseTarget(entries, flags, environment.env);
  const timeoutMillis = requestTimeout(flags.requestTimeout);
  if (timeoutMillis === undefined) throw userError(badRequestTimeout);
  const target = await inClusterTarget(chosen, environment.env);
  const { cluster } = target;
  const server = serverUrl(cluster.server);
  const secure = server.protocol === "https:";
  const user = secure ? await identified(target.user, environment) : target.user;
  const credentials = await makeCredentials(cluster, user, server, sources({ ...target, user }, environment));
  const tls = secure ? await tlsOptions(cluster, user) : {};
  const transports = makeTransports(server, tls, proxyOf(cluster, server, environment.env));
  const wire: Wire = {
    server,
    transports,
    credentials,
    log,
    userAgent: environment.userAgent,
    compress: cluster["disable-compression"] !== true,
    timeoutMillis,
    warnings: warningPrinter(environment.warn),
    inTurn: limiter(connections),
  };
  const connection: Connection = {
    server: withoutUser(cluster.server),
    context: target.contextName,
    namespace: target.namespace ?? "default",
    namespaceGiven: target.namespaceGiven,
    request: (request) => sendRequest(wire, request),
    stream: (request) => streamRequest(wire, request),
    exec: async (request) => {
      const { execInPod } = await import("../exec.ts");
      return await execInPod(wire, request);
    },
    ...discoveryCacheOf(flags, cluster.server, environment, line),
    close: () => transports.close(),
  };
  if (flags.matchServerVersion) {
    const { matchServerVersion } = await import("./match-version.ts");
    await matchServerVersion(connection, environment.env).catch((error: unknown) => {
      transports.close();
      throw error;
    });
  }
  return connection;
}

/** --cache-dir, KUBECACHEDIR, ~/.kube/cache; nowhere, where there is no home. */
function discoveryCacheOf(
  { cacheDir }: ConnectionSettings,
  server: string,
  { env }: ConnectionEnvironment,
  log: (level: number, message: string) => void,
): Pick<Connection, "discoveryCache"> {
  const home = env["HOME"] ?? env["USERPROFILE"] ?? "";
  const folder = cacheDir || env["KUBECACHEDIR"] || (home === "" ? "" : join(home, ".kube", "cache"));
  return folder === "" ? {} : { discoveryCache: openDiscoveryCache(folder, server, log) };
}

/** With nothing that says who asks, clientcmd asks the user for a name and a password. */
async function identified(user: KubeUser, environment: ConnectionEnvironment): Promise<KubeUser> {
  const known =
    user.username ||
    user["client-certificate"] ||
    user["client-certificate-data"] ||
    (await hasToken(user)) ||
    user["auth-provider"] !== undefined ||
    user.exec !== undefined;
  return known ? user : { ...(await environment.login()), ...user };
}

/** An empty token file is as good as none. */
async function hasToken({ token, tokenFile }: KubeUser): Promise<boolean> {
  return Boolean(token) || (await pem(tokenFile, undefined)) !== undefined;
}

/** What is loaded only where a kubeconfig names it. */
function sources(
  { cluster, user, userFile, userName }: ConnectionTarget,
  environment: ConnectionEnvironment,
): Sources {
  return {
    async plugin() {
      const { execPlugin } = await import("./exec-plugin.ts");
      const { execCluster } = await import("./exec-cluster.ts");
      const exec = user.exec ?? {};
      const ca = await pem(cluster["certificate-authority"], cluster["certificate-authority-data"]);
      return execPlugin({
        ...environment,
        exec,
        cluster: exec.provideClusterInfo === true ? execCluster(cluster, ca) : undefined,
      });
    },
    async oidc() {
      const [{ oidcTokens }, { oidcFetch }, { saveTokens }] = await Promise.all([
        import("./oidc.ts"),
        import("./oidc-fetch.ts"),
        import("./save-tokens.ts"),
      ]);
      const config = user["auth-provider"]?.config ?? {};
      return oidcTokens({
        config,
        fetch: oidcFetch(config, environment.env),
        save: (changes) => saveTokens(userFile, userName, changes, environment),
      });
    },
  };
}
