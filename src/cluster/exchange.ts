import {
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { timeoutProblem } from "./network-error.ts";
import { watchCertificate } from "./refused-certificate.ts";
import { proxyAuthorization } from "./connection/tunnel.ts";
import { withoutUser } from "../model/server-address.ts";

/** One HTTP request on its way; the answer's body is not read yet. */
export interface Exchange {
  readonly method: string;
  readonly url: URL;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/** net/http's limits as client-go sets them. */
const dialMillis = 30_000;
const handshakeMillis = 10_000;
/** An idle connection may have been cut by a load balancer without a word. */
const idleMillis = 30_000;

type AnyAgent = HttpAgent | HttpsAgent;

/** How requests travel. */
export interface Transport {
  readonly agent: AnyAgent;
  readonly tls: ConnectionOptions;
  /** A proxy that is asked in the server's place, by whole addresses. */
  readonly forward?: URL;
}

/** One agent for everything. */
export function makeAgent(server: URL, tls: ConnectionOptions): AnyAgent {
  const options = {
    keepAlive: true,
    timeout: idleMillis,
    scheduling: "lifo",
  } as const;
  return server.protocol === "https:" ? new HttpsAgent({ ...options, ...tls }) : new HttpAgent(options);
}

/** Sends it; `answer` is there when its head is. Rejects with Node's error when there is none. */
export function exchange(
  sent: Exchange,
  { agent, tls, forward }: Transport,
): { readonly answer: Promise<IncomingMessage>; readonly isConnected: () => boolean } {
  const { method, url, headers, body, signal } = sent;
  const to = forward ?? url;
  const secure = to.protocol === "https:";
  let connected = false;
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    const request = (secure ? httpsRequest : httpRequest)(to, {
      method,
      headers: {
        ...headers,
        ...(body === undefined ? {} : { "Content-Length": Buffer.byteLength(body) }),
        ...(forward === undefined ? {} : { Host: url.host, ...proxyAuthorization(forward) }),
      },
      ...(forward === undefined ? {} : { path: withoutUser(url.href) }),
      agent,
      ...(signal === undefined ? {} : { signal }),
      ...(secure ? tls : {}),
    });
    let explained = (error: Error): Error => error;
    request.on("response", resolve).on("error", (error) => reject(explained(error)));
    request.on("socket", (socket) => {
      connected = !socket.connecting;
      // A connection that is used again has these events behind it: listeners would pile up.
      if (connected && seen.has(socket)) return;
      seen.add(socket);
      if (secure) explained = watchCertificate(socket, tls.servername ?? bare(to.hostname));
      if (connected) return;
      socket.once(secure ? "secureConnect" : "connect", () => {
        connected = true;
      });
      limitConnecting(socket, secure, (problem) => request.destroy(problem));
    });
    request.end(body);
  });
  return { answer, isConnected: () => connected };
}

/** Connections that have carried a request. */
const seen = new WeakSet<Socket>();

/** An IPv6 address without its brackets. */
function bare(host: string): string {
  return host.replace(/^\[|\]$/g, "");
}

/** A server that never takes the call, or takes it and never speaks TLS. */
function limitConnecting(socket: Socket, secure: boolean, giveUp: (problem: Error) => void): void {
  if (!socket.connecting) return;
  let timer = setTimeout(() => giveUp(timeoutProblem("DIAL_TIMEOUT")), dialMillis);
  socket.once("connect", () => {
    clearTimeout(timer);
    if (!secure) return;
    timer = setTimeout(() => giveUp(timeoutProblem("HANDSHAKE_TIMEOUT")), handshakeMillis);
    socket.once("secureConnect", () => clearTimeout(timer));
  });
  socket.once("close", () => clearTimeout(timer));
}
