/** What can become of one request on its way to the server and back. */

export type Fault =
  /** The connection is cut before the server hears of it. */
  | { readonly kind: "reset" }
  /** The server does it, and the client sees a cut connection: sent again, it is delivered twice. */
  | { readonly kind: "lost" }
  /** The server does it, and half of its answer arrives; of a watch its first event. */
  | { readonly kind: "half" }
  /** The server never hears of it; it is answered in its place. */
  | { readonly kind: "status"; readonly code: StatusCode; readonly retryAfter?: number }
  /** Of a watch: what it should go on from is too old, said as servers do, in the stream. */
  | { readonly kind: "expired" }
  | { readonly kind: "delay"; readonly millis: number };

export type StatusCode = 401 | 403 | 409 | 410 | 429 | 500 | 503;

const reasons: Readonly<Record<StatusCode, string>> = {
  401: "Unauthorized",
  403: "Forbidden",
  409: "Conflict",
  410: "Expired",
  429: "TooManyRequests",
  500: "InternalError",
  503: "ServiceUnavailable",
};

/** A `Status` object as a server sends it. */
export function statusBody(code: StatusCode): string {
  const message = `a fault of the test: ${reasons[code]}`;
  return JSON.stringify({
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    reason: reasons[code],
    code,
  });
}

/** One event of a watch that has expired. */
export function expiredEvent(): string {
  return `{"type":"ERROR","object":${statusBody(410)}}\n`;
}
