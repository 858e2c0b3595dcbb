import type { Agent, RequestOptions } from "node:https";
import { KubeConfig, type Cluster, type User } from "@kubernetes/client-node";
import { connectionError } from "../errors.ts";
import type { CredentialOptions } from "./credentials.ts";
import type { KubeExec } from "./kubeconfig-file.ts";

/**
 * What client-node is used for: exec plugins, OIDC and the other auth providers, and agents for
 * HTTP, HTTPS and SOCKS proxies. Only `applyToHTTPSOptions` is called: everything else of it would
 * need undici, which the bundle leaves out. Each gap that is filled here can go when it does the
 * same: KUBERNETES_EXEC_INFO, installHint (kubernetes/kubernetes#98451), a plugin that is missing.
 */
export function clientNodeAuth(options: CredentialOptions): {
  authorization(): Promise<string | undefined>;
  agent(): Promise<Agent | undefined>;
  refresh(): boolean;
} {
  let config = load(options);
  const { exec } = options.target.user;
  async function apply(): Promise<RequestOptions> {
    const request: RequestOptions = {};
    try {
      await config.applyToHTTPSOptions(request as Parameters<KubeConfig["applyToHTTPSOptions"]>[0]);
    } catch (error) {
      throw connectionError(`Unable to connect to the server: getting credentials: ${problem(error, exec)}`);
    }
    return request;
  }
  return {
    async authorization() {
      const headers = (await apply()).headers as Readonly<Record<string, string>> | undefined;
      return headers?.["Authorization"];
    },
    async agent() {
      const { agent } = await apply();
      if (agent === undefined || typeof agent === "boolean") return undefined;
      // It makes agents that open a connection per request.
      return Object.assign(agent as Agent, { keepAlive: true });
    },
    refresh() {
      // A plugin's answer is cached until it expires; a 401 says that it did so early.
      if (exec === undefined) return false;
      config = load(options);
      return true;
    },
  };
}

function load({ target, proxy, stdinTty }: CredentialOptions): KubeConfig {
  const { cluster, user } = target;
  const config = new KubeConfig();
  const made: Cluster = {
    name: "cluster",
    server: cluster.server,
    // It refuses http:// servers without this.
    skipTLSVerify: cluster["insecure-skip-tls-verify"] === true || cluster.server.startsWith("http:"),
    ...optional("caFile", cluster["certificate-authority"]),
    ...optional("caData", cluster["certificate-authority-data"]),
    ...optional("tlsServerName", cluster["tls-server-name"]),
    ...optional("proxyUrl", proxy),
  };
  const who: User = {
    name: "user",
    ...optional("certFile", user["client-certificate"]),
    ...optional("certData", user["client-certificate-data"]),
    ...optional("keyFile", user["client-key"]),
    ...optional("keyData", user["client-key-data"]),
    ...(user["auth-provider"] === undefined ? {} : { authProvider: user["auth-provider"] }),
    ...(user.exec === undefined ? {} : { exec: withExecInfo(user.exec, cluster, stdinTty) }),
  };
  config.loadFromClusterAndUser(made, who);
  return config;
}

/** The plugin is told which version of the protocol to speak, and about the cluster if it asks. */
function withExecInfo(
  exec: KubeExec,
  cluster: CredentialOptions["target"]["cluster"],
  stdinTty: boolean,
): object {
  const info = {
    kind: "ExecCredential",
    apiVersion: exec.apiVersion,
    spec: {
      interactive: exec.interactiveMode !== "Never" && stdinTty,
      ...(exec.provideClusterInfo === true
        ? {
            cluster: {
              server: cluster.server,
              ...optional("tls-server-name", cluster["tls-server-name"]),
              ...(cluster["insecure-skip-tls-verify"] === true ? { "insecure-skip-tls-verify": true } : {}),
              ...optional("certificate-authority-data", cluster["certificate-authority-data"]),
              ...optional("proxy-url", cluster["proxy-url"]),
              config:
                cluster.extensions?.find(({ name }) => name === "client.authentication.k8s.io/exec")
                  ?.extension ?? null,
            },
          }
        : {}),
    },
  };
  return {
    ...exec,
    args: exec.args ?? [],
    env: [...(exec.env ?? []), { name: "KUBERNETES_EXEC_INFO", value: JSON.stringify(info) }],
  };
}

function problem(error: unknown, exec: KubeExec | undefined): string {
  if (exec === undefined) return error instanceof Error ? error.message : String(error);
  const command = exec.command ?? "";
  if ((error as NodeJS.ErrnoException).code === "ENOENT") {
    const hint = exec.installHint ? `\n\n${exec.installHint}` : "";
    return `exec: executable ${command} not found\n\nIt looks like you are trying to use a client-go credential plugin that is not installed.\n\nTo learn more about this feature, consult the documentation available at:\n      https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins${hint}`;
  }
  const said = (error instanceof Error ? error.message : String(error)).trim();
  return `exec: executable ${command} failed${said === "" ? "" : `: ${said}`}`;
}

function optional<K extends string>(key: K, value: string | undefined): { [P in K]?: string } {
  return (value === undefined || value === "" ? {} : { [key]: value }) as { [P in K]?: string };
}
