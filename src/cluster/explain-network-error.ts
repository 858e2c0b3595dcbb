import { badAnswer, connectionError, type ConnectionError } from "../errors.ts";

/** What Node knows about a failed exchange, beyond the code. */
interface NetworkProblem extends Error {
  readonly code?: string;
  readonly hostname?: string;
  readonly address?: string;
  readonly port?: number;
  readonly syscall?: string;
  /** Go's name of an exchange within the exchange. */
  readonly during?: string;
}

/** What kubectl says when there is no answer (k8s.io/kubectl pkg/cmd/util/helpers.go): Go's words for Node's codes. */
export function explainNetworkError(error: unknown, url: URL): ConnectionError {
  const problem = error as NetworkProblem;
  if (problem.code === "BODY_CUT") {
    return badAnswer(
      "unexpected error when reading response body. Please retry. Original error: unexpected EOF",
    );
  }
  // Several addresses were tried; each failed.
  if (error instanceof AggregateError && error.errors.length > 0) {
    return explainNetworkError(error.errors.at(-1), url);
  }
  // Also where a proxy refused, whose agent may say it in words only.
  if (problem.code === "ECONNREFUSED" || problem.message.includes("ECONNREFUSED")) {
    return connectionError(
      `The connection to the server ${url.host} was refused - did you specify the right host or port?`,
    );
  }
  return connectionError(`Unable to connect to the server: ${problem.during ?? ""}${words(problem, url)}`);
}

const dialErrors: Readonly<Record<string, string>> = {
  EHOSTUNREACH: "connect: no route to host",
  ENETUNREACH: "connect: network is unreachable",
  ETIMEDOUT: "i/o timeout",
  DIAL_TIMEOUT: "i/o timeout",
  EACCES: "connect: permission denied",
};

/** How Go tells which part took too long; all but the first are --request-timeout. */
const timeouts = {
  HANDSHAKE_TIMEOUT: "net/http: TLS handshake timeout",
  CONNECT_TIMEOUT: "context deadline exceeded",
  HEADERS_TIMEOUT: "context deadline exceeded (Client.Timeout exceeded while awaiting headers)",
  BODY_TIMEOUT: "context deadline exceeded (Client.Timeout or context cancellation while reading body)",
} as const;

const unknownAuthority = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CERT_SIGNATURE_FAILURE",
]);

function words(problem: NetworkProblem, url: URL): string {
  const code = problem.code ?? "";
  if (code === "ERR_INVALID_CHAR") {
    const header = /\["([^"]+)"\]/.exec(problem.message)?.[1] ?? "";
    return `net/http: invalid header field value for "${header}"`;
  }
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const asked = problem.hostname ?? host;
  if (code === "ENOTFOUND") return `dial tcp: lookup ${asked}: no such host`;
  if (code === "EAI_AGAIN") return `dial tcp: lookup ${asked}: server misbehaving`;
  const dial = dialErrors[code];
  if (dial !== undefined) {
    const port = problem.port ?? (url.port || (url.protocol === "https:" ? 443 : 80));
    return `dial tcp ${problem.address ?? host}:${port}: ${dial}`;
  }
  if (unknownAuthority.has(code)) return x509("certificate signed by unknown authority");
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID") {
    return x509("certificate has expired or is not yet valid");
  }
  if (code === "WRONG_HOST" || code === "WRONG_TIME") return x509(problem.message);
  if (code === "PROXY_REFUSED") return problem.message;
  const timeout = (timeouts as Readonly<Record<string, string>>)[code];
  if (timeout !== undefined) return timeout;
  if (
    code === "EPROTO" &&
    /wrong version number|packet length too long|http request/i.test(problem.message)
  ) {
    return "http: server gave HTTP response to HTTPS client";
  }
  const alert = /(?:ssl|tls)v?\d* alert ([a-z ]+)/i.exec(problem.message)?.[1];
  if (alert !== undefined) return `remote error: tls: ${alert.trim()}`;
  if (code === "ECONNRESET")
    return problem.message.includes("hang up") ? "EOF" : "read: connection reset by peer";
  return problem.message;
}

function x509(what: string): string {
  return `tls: failed to verify certificate: x509: ${what}`;
}
