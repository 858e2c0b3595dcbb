import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { badAnswer } from "../errors.ts";
import { formatGoDuration } from "../model/duration.ts";
import { parseTime } from "../model/time.ts";
import { readText } from "./body.ts";
import type { Credentials, Ticket } from "./connection/credentials.ts";
import { exchange } from "./exchange.ts";
import type { RequestLog } from "./log.ts";
import { isCutBody, isLostConnection, timeoutProblem } from "./network-error.ts";
import type { KubeRequest, KubeResponse } from "./port.ts";
import { responseError } from "./response-error.ts";
import type { Transports } from "./connection/transports.ts";

/** What all requests of one connection share. */
export interface Wire {
  readonly server: URL;
  readonly transports: Transports;
  readonly credentials: Credentials;
  readonly log: RequestLog;
  readonly userAgent: string;
  readonly compress: boolean;
  /** --request-timeout; 0: none. */
  readonly timeoutMillis: number;
  readonly warnings: (headers: readonly string[]) => void;
  /** Requests wait here for a free connection; streams do not, they keep theirs. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
}

/** As client-go: so many attempts after a 429 or 5xx that says when to come back. */
const mostRetries = 10;
/** kubectl gives up at once when an answer breaks off; a run that waits on many of them should not. */
const mostCuts = 2;

/** Sends one request and reads the whole answer. Throws ApiError or ConnectionError. */
export async function sendRequest(wire: Wire, request: KubeRequest): Promise<KubeResponse> {
  for (let attempt = 0; ; attempt += 1) {
    // Each attempt answers for the one before.
    const outcome = await wire.inTurn(() => attemptRequest(wire, request, attempt));
    if ("response" in outcome) return outcome.response;
    wire.log.line(4, `"Got a Retry-After response" delay="${outcome.retryAfter}s" attempt=${attempt + 1}`);
    await sleep(
      outcome.retryAfter * 1000,
      undefined,
      request.signal === undefined ? {} : { signal: request.signal },
    );
  }
}

type AttemptResult = { readonly response: KubeResponse } | { readonly retryAfter: number };

async function attemptRequest(wire: Wire, request: KubeRequest, attempt: number): Promise<AttemptResult> {
  const url = urlOf(wire, request);
  const mayRetry = attempt < mostRetries;
  let answer: IncomingMessage;
  let text: string;
  try {
    const opened = await open(wire, request, url);
    answer = opened.answer;
    text = await readText(answer).catch((error: unknown) => {
      if (opened.timeout?.aborted === true) throw timeoutProblem("BODY_TIMEOUT");
      throw isLostConnection(error) ? timeoutProblem("BODY_CUT") : error;
    });
  } catch (error) {
    if (request.signal?.aborted === true) throw request.signal.reason;
    const again = isLostConnection(error) ? mayRetry : isCutBody(error) && attempt < mostCuts;
    if (again && request.method === "GET") return { retryAfter: 1 };
    throw await knownError(error, url);
  }
  wire.log.responseBody(url.href, text);
  const status = answer.statusCode ?? 0;
  const body = parseBody(answer, text, url, request.accept === anyType);
  if (status >= 200 && status < 300) {
    const date = parseTime(answer.headers.date);
    return { response: { status, body, ...(date === undefined ? {} : { date }) } };
  }
  const retryAfter = retryAfterSeconds(answer);
  if (mayRetry && retryAfter !== undefined && isRetryable(request.method, status)) return { retryAfter };
  throw responseError({ status, method: request.method, path: request.path, body, retryAfter });
}

interface Opened {
  readonly answer: IncomingMessage;
  /** Aborts when --request-timeout is over; that ends the body, too. */
  readonly timeout: AbortSignal | undefined;
}

/** Sends it, once more with fresh credentials after a 401, and answers when the head of the answer is there. */
export async function open(wire: Wire, request: KubeRequest, url: URL): Promise<Opened> {
  const ticket = await wire.credentials.next();
  const opened = await follow(wire, request, url, ticket);
  const renewed = opened.answer.statusCode === 401 ? await ticket.renew() : undefined;
  if (renewed === undefined) return opened;
  opened.answer.resume();
  return await follow(wire, request, url, renewed);
}

const mostRedirects = 10;

/** A read goes where the server sends it, as in Go; never with our credentials to somebody else. */
async function follow(wire: Wire, request: KubeRequest, url: URL, ticket: Ticket): Promise<Opened> {
  let at = url;
  for (let count = 0; ; count += 1) {
    // Each answer says where the next one is.
    const opened = await openOnce(wire, request, at, ticket);
    const { statusCode = 0, headers } = opened.answer;
    const to = headers.location;
    if (![301, 302, 303, 307, 308].includes(statusCode) || to === undefined) return opened;
    if (request.method !== "GET" || !URL.canParse(to, at.href)) return opened;
    const next = new URL(to, at);
    if (next.origin !== at.origin || count >= mostRedirects) return opened;
    opened.answer.resume();
    at = next;
  }
}

async function openOnce(wire: Wire, request: KubeRequest, url: URL, ticket: Ticket): Promise<Opened> {
  const headers: OutgoingHttpHeaders = {
    Accept: request.accept ?? "application/json",
    "User-Agent": wire.userAgent,
    "Accept-Encoding": wire.compress ? "gzip" : "identity",
    ...ticket.headers,
  };
  const body = request.body === undefined ? undefined : JSON.stringify(request.body);
  if (body !== undefined) headers["Content-Type"] = request.contentType ?? "application/json";
  const transport = await wire.transports.with(ticket.certificate);
  wire.log.request(request.method, url.href, headers, body);
  // Node loads `performance` when it is first named, and that takes longer than what is measured.
  const started = wire.log.level >= 6 ? performance.now() : 0;
  const timeout = wire.timeoutMillis > 0 ? AbortSignal.timeout(wire.timeoutMillis) : undefined;
  const signals = [request.signal, timeout].filter((signal) => signal !== undefined);
  const signal = signals.length > 1 ? AbortSignal.any(signals) : signals[0];
  const sending = exchange({ method: request.method, url, headers, body, signal }, transport);
  const answer = await sending.answer.catch((error: unknown) => {
    if (timeout?.aborted !== true) throw error;
    throw timeoutProblem(sending.isConnected() ? "HEADERS_TIMEOUT" : "CONNECT_TIMEOUT");
  });
  wire.log.response({
    method: request.method,
    url: url.href,
    status: `${answer.statusCode ?? 0} ${answer.statusMessage ?? ""}`,
    headers: answer.headers,
    millis: wire.log.level >= 6 ? performance.now() - started : 0,
  });
  wire.warnings(answer.headersDistinct["warning"] ?? []);
  return { answer, timeout };
}

export function urlOf({ server, timeoutMillis }: Wire, { path, query }: KubeRequest): URL {
  const url = new URL(server);
  url.pathname = server.pathname.replace(/\/$/, "") + path;
  url.search = "";
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value === undefined) continue;
    for (const each of typeof value === "string" ? [value] : value) url.searchParams.append(key, each);
  }
  // The server is told how long we wait, as client-go tells it.
  if (timeoutMillis > 0) url.searchParams.append("timeout", formatGoDuration(timeoutMillis));
  return url;
}

/** Errors that already carry their words pass; Node's get kubectl's. */
export async function knownError(error: unknown, url: URL): Promise<unknown> {
  if (typeof error === "object" && error !== null && "kind" in error) return error;
  const { explainNetworkError } = await import("./explain-network-error.ts");
  return explainNetworkError(error, url);
}

/** A write that got a 5xx may have been done; a 429 or a 503 with a time was turned away at the door. */
function isRetryable(method: string, status: number): boolean {
  return status === 429 || status === 503 || (status >= 500 && method === "GET");
}

function retryAfterSeconds(answer: IncomingMessage): number | undefined {
  const header = answer.headers["retry-after"];
  return header !== undefined && /^\d+$/.test(header) ? Number(header) : undefined;
}

/** An `Accept` under which whatever comes is taken as it is: a log is text. */
const anyType = "*/*";

/** A load balancer's bare 200 is not an empty list: what succeeded has to be an object. */
function parseBody(answer: IncomingMessage, text: string, url: URL, anything: boolean): unknown {
  const type = answer.headers["content-type"] ?? "";
  const needed = (answer.statusCode ?? 0) < 300 && !anything;
  if (type !== "" && !/\bjson\b/.test(type)) {
    if (needed) throw notKubernetes(url, type);
    return text;
  }
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    if (needed) throw notKubernetes(url, text === "" ? "nothing" : "broken JSON");
    return text;
  }
  if (needed && (typeof body !== "object" || body === null)) throw notKubernetes(url, "JSON of another kind");
  return body;
}

function notKubernetes(url: URL, what: string): Error {
  return badAnswer(
    `${url.origin} answered with ${what}; this is not a Kubernetes API server, or something stands between; check the server of this context and the proxy settings`,
  );
}
