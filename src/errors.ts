import { visible } from "./model/visible.ts";

/**
 * The errors a user can meet. They are told apart by `kind`, never by instanceof, because chunks of
 * the bundle may each hold a copy of a class.
 */

/** The user's mistake or a refusal: one line that says what, why and what to do. No stack. */
export interface UserError extends Error {
  readonly kind: "user";
  /** The program's own lines of `message`; a break within one came with a value. */
  readonly lines: readonly string[];
  /** Ends with "See 'kubectl calico-upgrade … -h' for help and examples". */
  readonly usage?: string;
  /** The one hazard or rule that refuses, and why; `message` has both. */
  readonly rule?: { readonly id: string; readonly because: string };
  /** A person has to decide something first, for which a command has flags. */
  readonly undecided?: true;
}

/** The API server answered with a Status. */
export interface ApiError extends Error {
  readonly kind: "api";
  /** HTTP status. */
  readonly status: number;
  /** metav1.StatusReason: NotFound, Forbidden, Conflict, … */
  readonly reason: string;
  readonly details?: Readonly<Record<string, unknown>>;
  /** Seconds the server asks to wait. */
  readonly retryAfter?: number;
}

/** No answer: refused, unreachable, wrong certificate, time-out. `message` is in kubectl's words. */
export interface ConnectionError extends Error {
  readonly kind: "connection";
  /** There was an answer, and it is none of an API server: reported as an error of this program. */
  readonly badAnswer?: true;
}

/** Ctrl-C or SIGTERM ended the work; `message` is what to print. */
export interface Interrupted extends Error {
  readonly kind: "interrupted";
  /** 130, 143; 1 on Windows. */
  readonly exitCode: number;
}

/** Of several lines, each stands on its own when it is printed. */
export function userError(message: string | readonly string[], usage?: string): UserError {
  const lines = typeof message === "string" ? [message] : message;
  return Object.assign(new Error(lines.join("\n")), {
    kind: "user" as const,
    lines,
    ...(usage === undefined ? {} : { usage }),
  });
}

/** A refusal in the name of hazards or rules: `H14: …`. */
export function ruleError(
  ids: string | readonly string[],
  because: string | readonly string[],
  usage?: string,
): UserError {
  const [id = "", ...more] = [ids].flat();
  const [first = "", ...rest] = [because].flat();
  const error = userError([`${[id, ...more].join(",")}: ${first}`, ...rest], usage);
  return more.length > 0
    ? error
    : Object.assign(error, { rule: { id, because: [first, ...rest].join("\n") } });
}

export function apiError(fields: {
  status: number;
  reason: string;
  message: string;
  details?: Readonly<Record<string, unknown>>;
  retryAfter?: number;
}): ApiError {
  const { message, ...rest } = fields;
  return Object.assign(new Error(message), { kind: "api" as const, ...rest });
}

export function connectionError(message: string): ConnectionError {
  return Object.assign(new Error(message), { kind: "connection" as const });
}

export function badAnswer(message: string): ConnectionError {
  return Object.assign(connectionError(message), { badAnswer: true as const });
}

export function interrupted(exitCode: number, message: string): Interrupted {
  return Object.assign(new Error(message), { kind: "interrupted" as const, exitCode });
}

export function isInterrupted(error: unknown): error is Interrupted {
  return hasKind(error) && error.kind === "interrupted";
}

export function isApiError(error: unknown): error is ApiError {
  return hasKind(error) && error.kind === "api";
}

/** Server-side apply met fields of another manager: asking again changes nothing. */
export function isFieldConflict(error: unknown): boolean {
  if (!isApiError(error) || error.status !== 409) return false;
  const causes = error.details?.["causes"];
  return (
    Array.isArray(causes) &&
    causes.some(({ reason }: { reason?: string }) => reason === "FieldManagerConflict")
  );
}

export function isUserError(error: unknown): error is UserError {
  return hasKind(error) && error.kind === "user";
}

export function isConnectionError(error: unknown): error is ConnectionError {
  return hasKind(error) && error.kind === "connection";
}

function hasKind(error: unknown): error is { kind: string } {
  return typeof error === "object" && error !== null && "kind" in error;
}

/** Neither the user's, the server's nor the network's doing. */
export function isBug(error: unknown): boolean {
  return !isApiError(error) && !isUserError(error) && !isConnectionError(error) && !isInterrupted(error);
}

export function exitCodeOf(error: unknown): number {
  return isInterrupted(error) ? error.exitCode : 1;
}

/** What the server, the network or the user's input says: an answer, and no bug. */
export function isAnswer(error: unknown): boolean {
  return isApiError(error) || isUserError(error) || isConnectionError(error);
}

/** Says warnings as kubectl does. */
export function warningsOn({
  stderr,
}: {
  readonly stderr: { line(text: string): unknown };
}): (text: string) => void {
  return (text) => stderr.line(`Warning: ${text}`);
}

/** The same by lines: those that kubectl puts below each other are the program's own, and no others. */
export function explainLines(error: unknown): readonly string[] {
  const text = explain(error);
  if (isConnectionError(error) && error.badAnswer !== true) return text.split("\n");
  if (isUserError(error)) {
    const [first = "", ...rest] = error.lines;
    return [`error: ${first}`, ...rest, ...(error.usage === undefined ? [] : [error.usage])];
  }
  return isApiError(error) && error.reason === "Invalid" ? text.split("\n") : [text];
}

/** The words kubectl uses for the same error (k8s.io/kubectl pkg/cmd/util/helpers.go), without a trailing newline. */
export function explain(error: unknown): string {
  return `${isSaidWhole(error) ? "" : "error: "}${reasonOf(error)}`;
}

/** The same as a reason, to stand in another sentence. */
export function reasonOf(error: unknown): string {
  if (isApiError(error)) {
    if (error.status === 401) return `You must be logged in to the server (${error.message})`;
    if (error.reason === "Invalid") return explainInvalid(error);
    return `Error from server${error.reason === "" ? "" : ` (${error.reason})`}: ${error.message}`;
  }
  if (isUserError(error)) return `${error.message}${error.usage === undefined ? "" : `\n${error.usage}`}`;
  return error instanceof Error ? error.message : String(error);
}

/** kubectl puts no `error:` before what a server answered, before having got no answer, and after Ctrl-C. */
function isSaidWhole(error: unknown): boolean {
  if (isApiError(error)) return error.status !== 401;
  if (isConnectionError(error)) return error.badAnswer !== true;
  return isInterrupted(error);
}

/** `The Node "x" is invalid: spec.podCIDR: …`; several causes stand below each other. */
function explainInvalid({ message, details }: ApiError): string {
  const kind = textIn(details, "kind");
  const name = textIn(details, "name");
  const causes: readonly unknown[] = Array.isArray(details?.["causes"]) ? details["causes"] : [];
  const named = kind !== "" || name !== "";
  const what = named ? `The ${visible(kind)} "${visible(name)}" is invalid` : "The request is invalid";
  const lines = [
    ...new Set(causes.map((cause) => visible(`${textIn(cause, "field")}: ${textIn(cause, "message")}`))),
  ];
  if (lines.length > 1) return `${what}: \n${lines.map((line) => `* ${line}`).join("\n")}`;
  if (lines.length === 1) return `${what}: ${lines[0]}`;
  return named ? what : `${what}: ${visible(message)}`;
}

function textIn(raw: unknown, key: string): string {
  const value = (raw as Readonly<Record<string, unknown>> | null | undefined)?.[key];
  return typeof value === "string" ? value : "";
}
