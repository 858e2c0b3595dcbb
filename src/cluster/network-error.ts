/** Raised by our own timers, in the shape of Node's. */
export type TimeoutCode =
  | "DIAL_TIMEOUT"
  | "HANDSHAKE_TIMEOUT"
  | "CONNECT_TIMEOUT"
  | "HEADERS_TIMEOUT"
  | "BODY_TIMEOUT"
  | "BODY_CUT";

export function timeoutProblem(code: TimeoutCode): Error {
  return Object.assign(new Error(code), { code });
}

/** The answer may have been lost on the way; a read may simply be sent again. */
export function isLostConnection(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ECONNRESET" || code === "EPIPE" || code === "UND_ERR_SOCKET";
}

/** The answer began and broke off. */
export function isCutBody(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "BODY_CUT";
}
