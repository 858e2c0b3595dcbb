import { connectionError, userError } from "../../errors.ts";

/** The `oidc` auth provider's settings, as the kubeconfig has them. */
export type OidcConfig = Readonly<Record<string, string>>;

export interface OidcOptions {
  readonly config: OidcConfig;
  readonly fetch: OidcFetch;
  /** Writes the new tokens into the kubeconfig. */
  readonly save: (changes: OidcConfig) => Promise<void>;
}

/** One HTTP exchange with the identity provider. */
export type OidcFetch = (request: {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}) => Promise<{ readonly status: string; readonly ok: boolean; readonly text: string }>;

/** A token that ends within this time counts as over. */
const earlyMillis = 10_000;

/**
 * The id-token, renewed with the refresh-token when it is over, as client-go does it
 * (plugin/pkg/client/auth/oidc). client-node's sends nothing without an id-token, takes the lifetime
 * of a new one for its end and saves nothing (kubernetes-client/javascript, oidc_auth.ts).
 */
export function oidcTokens(options: OidcOptions): () => Promise<string> {
  for (const key of ["idp-issuer-url", "client-id"]) {
    if (!options.config[key]) throw userError(`Must provide ${key}`);
  }
  let { config } = options;
  let renewing: Promise<string> | undefined;
  async function current(): Promise<string> {
    const token = config["id-token"];
    if (token && expiry(token) > Date.now() + earlyMillis) return token;
    const changes = await renew(config, options.fetch);
    await options.save(changes).catch((error: unknown) => {
      throw failure(`could not persist new tokens: ${messageOf(error)}`);
    });
    config = { ...config, ...changes };
    return config["id-token"] ?? "";
  }
  return () => {
    renewing ??= current().finally(() => (renewing = undefined));
    return renewing;
  };
}

/** Epoch milliseconds. */
function expiry(token: string): number {
  const parts = token.split(".");
  if (parts.length !== 3) throw failure("ID Token is not a valid JWT");
  try {
    const claims = JSON.parse(Buffer.from(parts[1] ?? "", "base64url").toString("utf8")) as { exp?: number };
    return (claims.exp ?? 0) * 1000;
  } catch (error) {
    throw failure(`parsing claims: ${messageOf(error)}`);
  }
}

async function renew(config: OidcConfig, fetch: OidcFetch): Promise<OidcConfig> {
  const refreshToken = config["refresh-token"];
  if (!refreshToken) throw failure("No valid id-token, and cannot refresh without refresh-token");
  const url = await tokenEndpoint(config["idp-issuer-url"] ?? "", fetch);
  const answer = await tokenRequest(url, config, refreshToken, fetch);
  if (!answer.ok) {
    throw failure(
      `failed to refresh token: ${oauthProblem(answer.text) ?? `oauth2: cannot fetch token: ${answer.status}\nResponse: ${answer.text}`}`,
    );
  }
  const { id_token: idToken, refresh_token: next } = json(answer.text);
  if (typeof idToken !== "string") {
    throw failure(
      "token response did not contain an id_token, either the scope \"openid\" wasn't requested upon login, or the provider doesn't support id_tokens as part of the refresh response",
    );
  }
  return {
    "id-token": idToken,
    ...(typeof next === "string" && next !== "" ? { "refresh-token": next } : {}),
  };
}

async function tokenEndpoint(issuer: string, fetch: OidcFetch): Promise<string> {
  const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const { status, ok, text } = await fetch({ method: "GET", url });
  if (!ok) {
    const start = text.length > 80 ? `${text.slice(0, 80)}...` : text;
    throw failure(`oidc: failed to query metadata endpoint ${status}: ${JSON.stringify(start)}`);
  }
  const { token_endpoint: endpoint } = json(text);
  if (typeof endpoint !== "string" || endpoint === "") {
    throw failure("oidc: discovery object doesn't contain a token_endpoint");
  }
  return endpoint;
}

/** The client's secret in the header, as the standard wants it; then in the body, as some providers do. */
async function tokenRequest(
  url: string,
  config: OidcConfig,
  refreshToken: string,
  fetch: OidcFetch,
): ReturnType<OidcFetch> {
  const { "client-id": id = "", "client-secret": secret = "" } = config;
  const grant = { grant_type: "refresh_token", refresh_token: refreshToken };
  const form = { "Content-Type": "application/x-www-form-urlencoded" };
  const pair = `${encodeURIComponent(id)}:${encodeURIComponent(secret)}`;
  const first = await fetch({
    method: "POST",
    url,
    headers: { ...form, Authorization: `Basic ${Buffer.from(pair).toString("base64")}` },
    body: new URLSearchParams(grant).toString(),
  });
  if (first.ok) return first;
  const body = { client_id: id, ...(secret === "" ? {} : { client_secret: secret }), ...grant };
  return await fetch({ method: "POST", url, headers: form, body: new URLSearchParams(body).toString() });
}

function oauthProblem(text: string): string | undefined {
  const { error, error_description: description } = json(text);
  if (typeof error !== "string" || error === "") return undefined;
  return `oauth2: ${JSON.stringify(error)}${typeof description === "string" ? ` ${JSON.stringify(description)}` : ""}`;
}

function json(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function failure(what: string): Error {
  return connectionError(`Unable to connect to the server: ${what}`);
}
