import type { IncomingMessage } from "node:http";
import { WebSocket, type RawData } from "ws";
import { reasonOf } from "../errors.ts";
import { isRecord } from "../model/record.ts";
import { execChannels, execFailure } from "./exec-channels.ts";
import { readText } from "./body.ts";
import { knownError, urlOf, type Wire } from "./request.ts";
import { objectPath } from "./paths.ts";
import type { ExecAnswer, ExecRequest } from "./port.ts";

/** The first that both sides know is taken: v5 from Kubernetes 1.30 on, v4 by all others. */
const protocols = ["v5.channel.k8s.io", "v4.channel.k8s.io"];

/** A refusal is a Status of some lines. */
const mostRefusal = 64 * 1024;

/**
 * Runs a program in a container by `pods/exec` over a WebSocket, on the connections of all other requests: the same
 * proxies, certificates, credentials and impersonation. Never throws for what the server, the kubelet or the network
 * does: a command that was not run to its end has failed, and says why. A token that is refused is renewed once.
 */
export async function execInPod(wire: Wire, request: ExecRequest): Promise<ExecAnswer> {
  try {
    const ticket = await wire.credentials.next();
    const first = await attempt(wire, request, ticket);
    if (first.kind !== "failed" || first.status !== 401) return first;
    const renewed = await ticket.renew();
    return renewed === undefined ? first : await attempt(wire, request, renewed);
  } catch (error) {
    return execFailure(reasonOf(error));
  }
}

type ExecTicket = Awaited<ReturnType<Wire["credentials"]["next"]>>;

async function attempt(wire: Wire, request: ExecRequest, ticket: ExecTicket): Promise<ExecAnswer> {
  const { agent, tls, forward } = await wire.transports.with(ticket.certificate);
  if (forward !== undefined) return execFailure("an HTTP proxy without a tunnel carries no WebSocket");
  const { namespace, pod, container, command, timeout, limit, signal } = request;
  const path = objectPath({ group: "", version: "v1", resource: "pods", namespace, name: pod }, "exec");
  const { href } = urlOf(
    { ...wire, timeoutMillis: 0 },
    { method: "GET", path, query: { container, command, stdout: "true", stderr: "true" } },
  );
  const headers = { "User-Agent": wire.userAgent, ...ticket.headers };
  wire.log.request("GET", href, headers, undefined);
  const started = wire.log.level >= 6 ? performance.now() : 0;
  const limited = AbortSignal.timeout(timeout);
  const either = signal === undefined ? limited : AbortSignal.any([signal, limited]);
  if (either.aborted) return execFailure("interrupted");
  const socket = new WebSocket(href.replace(/^http/, "ws"), protocols, {
    ...tls,
    agent,
    headers,
    followRedirects: false,
    // What a peer may have unpacked here is bounded by what it sends.
    perMessageDeflate: false,
    maxPayload: limit,
  });
  const { promise, resolve } = Promise.withResolvers<ExecEnd>();
  const channels = execChannels(limit);
  const opened = (answer: IncomingMessage): void => {
    wire.log.response({
      method: "GET",
      url: href,
      status: `${answer.statusCode ?? 0} ${answer.statusMessage ?? ""}`,
      headers: answer.headers,
      millis: wire.log.level >= 6 ? performance.now() - started : 0,
    });
  };
  const giveUp = (): void =>
    resolve(execFailure(limited.aborted ? `no answer within ${timeout / 1000}s` : "interrupted"));
  either.addEventListener("abort", giveUp, { once: true });
  socket
    .on("upgrade", opened)
    .on("unexpected-response", (_request, answer) => {
      opened(answer);
      resolve({ kind: "refused", answer });
    })
    .on("message", (data: RawData) => {
      const ended = channels.take(bytesOf(data));
      if (ended !== undefined) resolve(ended);
    })
    .on("error", (error: Error) => resolve({ kind: "broken", error }))
    .on("close", () => resolve(execFailure("the connection ended before the command did")));
  try {
    const ended = await promise;
    if (ended.kind === "refused") return await refusalOf(ended.answer);
    if (ended.kind === "broken") return execFailure(reasonOf(await knownError(ended.error, new URL(href))));
    if (ended.kind === "exited") wire.log.responseBody(href, ended.stdout);
    return ended;
  } finally {
    either.removeEventListener("abort", giveUp);
    socket.terminate();
  }
}

type ExecEnd =
  | ExecAnswer
  /** Its body is not read yet. */
  | { readonly kind: "refused"; readonly answer: IncomingMessage }
  | { readonly kind: "broken"; readonly error: Error };

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}

/** What the server says instead of opening the connection: its Status, or the HTTP status alone. */
async function refusalOf(answer: IncomingMessage): Promise<ExecAnswer> {
  const status = answer.statusCode ?? 0;
  const said = Number(answer.headers["content-length"] ?? 0) > mostRefusal ? "" : await bounded(answer);
  let body: unknown;
  try {
    body = JSON.parse(said);
  } catch {
    body = undefined;
  }
  const message = isRecord(body) ? body["message"] : undefined;
  return execFailure(typeof message === "string" ? message : `the server answered ${status}`, status);
}

async function bounded(answer: IncomingMessage): Promise<string> {
  let size = 0;
  answer.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > mostRefusal) answer.destroy();
  });
  return await readText(answer);
}
