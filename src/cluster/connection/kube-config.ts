import { statSync } from "node:fs";
import type { OutgoingHttpHeaders } from "node:http";
import type { RequestOptions } from "node:https";
import { KubeConfig, type Cluster, type User } from "@kubernetes/client-node";
import { userError } from "../../errors.ts";
import { impersonationHeaders } from "./impersonation.ts";
import type { KubeCluster, KubeUser } from "./kubeconfig-file.ts";
import { fileProblem } from "./load-kubeconfig.ts";
import type { KeyPair } from "./pem.ts";

/** What a plugin, an identity provider, a token file or the server's own address gave. */
export interface ObtainedCredentials {
  /** The header. */
  readonly authorization: string | undefined;
  readonly certificate?: KeyPair | undefined;
}

/** What client-node says of a request: what it carries, and what its connection trusts and shows. */
export interface RequestAuth {
  /** Authorization and impersonation. */
  readonly headers: OutgoingHttpHeaders;
  readonly insecure: boolean;
  readonly servername: string | undefined;
  /** PEM; an empty file is as good as none. */
  readonly authority: Buffer | undefined;
  readonly certificate: KeyPair | undefined;
}

/** An authenticator of ours is asked where client-node's own would win otherwise: it knows none of this name. */
const ours = "kubectl-calico-upgrade";

type HttpsOptions = Parameters<KubeConfig["applyToHTTPSOptions"]>[0];

/**
 * client-node's KubeConfig for the one cluster and user that were chosen, with what client-go does and it does not:
 * groups, uid and extra of an impersonation, and authenticators that its built-in ones would be asked before. Its agent
 * is not used: it is kept by the names of cluster and user, so that it never takes a renewed certificate.
 */
export class ChosenConfig {
  readonly #config = new KubeConfig();
  readonly #given = new WeakMap<object, ObtainedCredentials>();
  readonly #user: KubeUser;
  /** In the order in which they are read. */
  readonly #files: readonly string[];

  /** `claimed`: who asks is said by what is given for each request. */
  constructor(cluster: KubeCluster & { readonly server: string }, user: KubeUser, claimed = false) {
    this.#user = user;
    this.#files = [cluster["certificate-authority"], user["client-certificate"], user["client-key"]].flatMap(
      (path) => path || [],
    );
    this.#config.addAuthenticator({
      isAuthProvider: ({ authProvider }) => (authProvider as { name?: string } | undefined)?.name === ours,
      applyAuthentication: (_, options) => {
        const { authorization, certificate } = this.#given.get(options) ?? {};
        const headers = options.headers as OutgoingHttpHeaders | undefined;
        if (authorization !== undefined) options.headers = { ...headers, Authorization: authorization };
        if (certificate !== undefined) Object.assign(options, certificate);
        return Promise.resolve();
      },
    });
    this.#config.loadFromOptions({
      clusters: [clusterOf(cluster)],
      // Without a user it applies nothing, trust neither.
      users: [userOf(user, claimed)],
      contexts: [{ name: "chosen", cluster: "chosen", user: "chosen" }],
      currentContext: "chosen",
    });
  }

  /** For one request, with what was given for it. Throws UserError where a file cannot be read. */
  async apply(given?: ObtainedCredentials): Promise<RequestAuth> {
    const options: RequestOptions = { headers: {} };
    if (given !== undefined) this.#given.set(options, given);
    for (const path of this.#files) checkReadable(path);
    await this.#config.applyToHTTPSOptions(options as HttpsOptions).catch((error: unknown) => {
      const { code, path = this.#files.find(isFolder) } = error as NodeJS.ErrnoException;
      throw path === undefined || code === undefined ? error : userError(fileProblem(path, error as Error));
    });
    const { auth, rejectUnauthorized, servername, ca, cert, key } = options;
    const pair = { cert: bytes(cert), key: bytes(key) };
    return {
      headers: {
        ...(options.headers as OutgoingHttpHeaders),
        ...(typeof auth === "string"
          ? { Authorization: `Basic ${Buffer.from(auth).toString("base64")}` }
          : {}),
        ...impersonationHeaders(this.#user),
      },
      insecure: rejectUnauthorized === false,
      servername,
      authority: bytes(ca),
      certificate:
        pair.cert === undefined || pair.key === undefined ? undefined : { cert: pair.cert, key: pair.key },
    };
  }
}

/** No certificate and no key is larger. */
const mostBytes = 32 * 1024 ** 2;

/** client-node would wait for whoever writes to a FIFO, and a device or a disk full of text would fill the memory. */
function checkReadable(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  // A pipe that the process has open already (`<(…)`) has its writer.
  if (found === undefined || path === "/dev/null" || /^\/(?:dev\/fd|proc)\//.test(path)) return;
  if (found.isFIFO() || found.isCharacterDevice() || found.isBlockDevice())
    throw userError(`${path} is a FIFO or a device; certificates and keys are read from files`);
  if (found.size > mostBytes)
    throw userError(`${path} has more than 32 MiB, which is no certificate and no key`);
}

/** What Node does not name when reading it fails. */
function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function bytes(value: unknown): Buffer | undefined {
  return Buffer.isBuffer(value) && value.length > 0 ? value : undefined;
}

/** Without the proxy: agents are our own. */
function clusterOf(cluster: KubeCluster & { readonly server: string }): Cluster {
  const secure = cluster.server.startsWith("https:");
  return {
    name: "chosen",
    server: cluster.server,
    // It refuses http:// servers without this; nothing is trusted there.
    skipTLSVerify: !secure || cluster["insecure-skip-tls-verify"] === true,
    ...defined({
      caFile: secure ? cluster["certificate-authority"] : undefined,
      caData: secure ? cluster["certificate-authority-data"] : undefined,
      tlsServerName: cluster["tls-server-name"],
    }),
  };
}

function userOf(user: KubeUser, claimed: boolean): User {
  const hasCertificate = Boolean(user["client-certificate"] || user["client-certificate-data"]);
  return {
    name: "chosen",
    ...defined({
      ...(claimed
        ? // Before all built-in ones, which are never asked for this name.
          { authProvider: { name: ours } }
        : // It would send "undefined" for a password that is missing.
          { token: user.token, username: user.username, password: user.password ?? "" }),
      certFile: hasCertificate ? user["client-certificate"] : undefined,
      certData: hasCertificate ? user["client-certificate-data"] : undefined,
      keyFile: hasCertificate ? user["client-key"] : undefined,
      keyData: hasCertificate ? user["client-key-data"] : undefined,
      impersonateUser: user.as,
    }),
  };
}

function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
