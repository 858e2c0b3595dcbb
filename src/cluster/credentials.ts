import type { Agent, OutgoingHttpHeaders } from "node:http";
import { readFile } from "node:fs/promises";
import { connectionError } from "../errors.ts";
import { fileProblem } from "./load-kubeconfig.ts";
import type { KubeUser } from "./kubeconfig-file.ts";
import type { Target } from "./target.ts";

/** What each request carries so that the server knows who asks. */
export interface Credentials {
  /** Authorization and impersonation headers; asked for before every request. */
  headers(): Promise<OutgoingHttpHeaders>;
  /** After a 401: whether asking once more, with fresh credentials, makes sense. */
  refresh(): boolean;
  /** The agent that client-node made, where a proxy or an exec plugin's certificate needs one. */
  agent(): Promise<Agent | undefined>;
}

export interface CredentialOptions {
  readonly target: Target;
  readonly proxy: string | undefined;
  readonly stdinTty: boolean;
}

/** How long a token file's content is taken as good, as client-go does. */
const tokenFileMillis = 60_000;

/**
 * Tokens, token files, basic auth and client certificates are simple enough to do here; exec plugins,
 * OIDC and proxies are client-node's, which is loaded only for them (it costs a third of the start).
 */
export async function makeCredentials(options: CredentialOptions): Promise<Credentials> {
  const { user } = options.target;
  const impersonation = impersonationHeaders(user);
  // As client-go: who we are is told to a TLS server only.
  const secure = options.target.cluster.server.startsWith("https:");
  const needsClientNode =
    options.proxy !== undefined ||
    (secure && (user.exec !== undefined || user["auth-provider"] !== undefined));
  const clientNode = needsClientNode ? (await import("./client-node.ts")).clientNodeAuth(options) : undefined;
  const simple = secure ? authorization(user) : async () => undefined;
  return {
    async headers() {
      const own = await simple();
      const theirs = own === undefined && secure ? await clientNode?.authorization() : undefined;
      const value = own ?? theirs;
      return value === undefined ? impersonation : { ...impersonation, Authorization: value };
    },
    refresh: () => clientNode?.refresh() ?? false,
    agent: async () => await clientNode?.agent(),
  };
}

function authorization(user: KubeUser): () => Promise<string | undefined> {
  const { tokenFile } = user;
  if (tokenFile) return tokenFromFile(tokenFile, user.token);
  if (user.token) {
    const bearer = `Bearer ${user.token}`;
    return async () => bearer;
  }
  if (user.username || user.password) {
    const pair = Buffer.from(`${user.username ?? ""}:${user.password ?? ""}`).toString("base64");
    return async () => `Basic ${pair}`;
  }
  return async () => undefined;
}

/** client-node reads only its own spelling of tokenFile and would send the request anonymously. */
function tokenFromFile(path: string, fallback: string | undefined): () => Promise<string | undefined> {
  let cached: { readonly token: string; readonly until: number } | undefined;
  return async () => {
    if (cached !== undefined && performance.now() < cached.until) return `Bearer ${cached.token}`;
    try {
      const token = (await readFile(path, "utf8")).trim();
      if (token === "") throw new Error(`read empty token from file "${path}"`);
      cached = { token, until: performance.now() + tokenFileMillis };
    } catch (error) {
      const stale = cached?.token ?? fallback;
      if (stale === undefined) {
        throw connectionError(`error: ${fileProblem(path, error as NodeJS.ErrnoException)}`);
      }
      return `Bearer ${stale}`;
    }
    return `Bearer ${cached.token}`;
  };
}

/** client-node drops uid, groups and extra. */
function impersonationHeaders(user: KubeUser): OutgoingHttpHeaders {
  if (!user.as) return {};
  const headers: OutgoingHttpHeaders = { "Impersonate-User": user.as };
  if (user["as-uid"]) headers["Impersonate-Uid"] = user["as-uid"];
  if (user["as-groups"]?.length) headers["Impersonate-Group"] = [...user["as-groups"]];
  for (const [key, values] of Object.entries(user["as-user-extra"] ?? {})) {
    headers[`Impersonate-Extra-${escapeHeaderKey(key)}`] = [...values];
  }
  return headers;
}

/** client-go's headerKeyEscape: bytes that a header name cannot hold become %XX. */
function escapeHeaderKey(key: string): string {
  return key.replaceAll(/[^!#$&'*+\-.^_`|~0-9A-Za-z]/gu, (character) =>
    [...Buffer.from(character)]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`)
      .join(""),
  );
}
