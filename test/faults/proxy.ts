/**
 * Stands between a command and its API server, by TLS on both sides: counts the requests, lets somebody act at the
 * moment of one, and has one fail. Plain node:https, because a proxy library hides the connections that are cut here.
 */
import { mkdtempSync, rmSync } from "node:fs";
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { Agent, createServer, request as httpsRequest } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import { createAuthority, type Pem, signServing } from "../cluster/certificates.ts";
import { writeKubeconfig } from "../cluster/kubeconfig.ts";
import { expiredEvent, type Fault, statusBody } from "./fault.ts";
import { classify, className, type RequestClass } from "./request.ts";
import { eachLine } from "./watch-lines.ts";

export interface SeenRequest extends RequestClass {
  /** From 0, among all requests since `begin`. */
  readonly index: number;
  /** From 0, among those of its class (`className`). */
  readonly indexInClass: number;
  /** From 0, among the writes; undefined: it is none. */
  readonly indexOfWrite: number | undefined;
  readonly path: string;
  readonly body: string;
  /** The server's answer; undefined as long as there is none. */
  status: number | undefined;
}

/** One event of a watch, before the client has it. */
export interface SeenEvent {
  /** From 0, among all events since `begin`. */
  readonly index: number;
  readonly watch: SeenRequest;
}

/** Both hold what they are called for until they answer. */
export interface Acts {
  /** Answers what becomes of the request; undefined: it passes. */
  readonly onRequest?: (request: SeenRequest) => Promise<Fault | undefined>;
  readonly onEvent?: (event: SeenEvent) => Promise<void>;
}

export interface FaultProxy {
  /** The same cluster, by way of here, with all rights. */
  readonly kubeconfig: string;
  /** Since `begin`, in the order in which they came. */
  readonly seen: () => readonly SeenRequest[];
  readonly events: () => number;
  /** Counts from 0 again. */
  readonly begin: (acts?: Acts) => void;
  /** Ends every connection, watches included, and none is answered until `begin`. */
  readonly cut: () => void;
  readonly stop: () => void;
}

export interface Upstream {
  readonly server: string;
  /** Its certificate authority, in PEM. */
  readonly authority: string;
  /** Whose rights everybody has here. */
  readonly credentials: Pem;
}

export async function startFaultProxy(upstream: Upstream): Promise<FaultProxy> {
  const authority = await createAuthority("faults");
  const serving = await signServing(authority, [{ type: "ip", value: "127.0.0.1" }]);
  const folder = mkdtempSync(join(tmpdir(), "faults-"));
  const { certificate: cert, key } = upstream.credentials;
  const agent = new Agent({ keepAlive: true, ca: upstream.authority, cert, key });
  let seen: SeenRequest[] = [];
  let counts = new Map<string, number>();
  let events = 0;
  let acts: Acts = {};

  const count = (what: string): number => {
    const before = counts.get(what) ?? 0;
    counts.set(what, before + 1);
    return before;
  };
  const note = (method: string, path: string, body: string): SeenRequest => {
    const about = classify(method, path);
    const request: SeenRequest = {
      ...about,
      index: seen.length,
      indexInClass: count(className(about)),
      indexOfWrite: about.writes ? count("writes") : undefined,
      path,
      body,
      status: undefined,
    };
    seen.push(request);
    return request;
  };
  const forward = async (incoming: IncomingMessage, body: Buffer): Promise<IncomingMessage> => {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const { method = "GET", url = "/", headers } = incoming;
    httpsRequest(new URL(url, upstream.server), { method, agent, headers: passedOn(headers, body) })
      .once("response", resolve)
      .once("error", reject)
      .end(body);
    return await promise;
  };

  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(incoming);
    const request = note(incoming.method ?? "GET", incoming.url ?? "/", body.toString());
    const hooks = acts;
    const fault = await hooks.onRequest?.(request);
    if (fault?.kind === "reset") return void incoming.socket.destroy();
    if (fault?.kind === "status") {
      const later = fault.retryAfter === undefined ? {} : { "retry-after": String(fault.retryAfter) };
      response.writeHead(fault.code, { "content-type": "application/json", ...later });
      return void response.end(statusBody(fault.code));
    }
    if (fault?.kind === "expired") {
      response.writeHead(200, { "content-type": "application/json" });
      return void response.end(expiredEvent());
    }
    if (fault?.kind === "delay") await delay(fault.millis);
    const from = await forward(incoming, body);
    request.status = from.statusCode;
    const isWatch = request.verb === "watch";
    if (fault?.kind === "lost" || (fault?.kind === "half" && !isWatch)) {
      const whole = await buffer(from);
      if (fault.kind === "lost") return void incoming.socket.destroy();
      response.writeHead(from.statusCode ?? 500, from.headers);
      return void response.write(whole.subarray(0, whole.length / 2), () => incoming.socket.destroy());
    }
    response.writeHead(from.statusCode ?? 500, from.headers);
    if (!isWatch) return await pipeline(from, response);
    // A watch may say nothing for long: that it is open is an answer, too.
    response.flushHeaders();
    let passed = 0;
    const told = eachLine(async () => {
      // Half of what a watch has to say is its first event.
      if (fault?.kind === "half" && passed === 1) incoming.socket.destroySoon();
      passed += 1;
      const index = events;
      events += 1;
      await hooks.onEvent?.({ index, watch: request });
    });
    await pipeline(from, told, response);
  };

  const server = createServer({ cert: serving.certificate, key: serving.key }, (incoming, response) => {
    // A client that was killed, or a server that went away: the other side sees a cut connection.
    answer(incoming, response).catch(() => incoming.socket.destroy());
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const kubeconfig = join(folder, "kubeconfig");
  writeKubeconfig(kubeconfig, {
    cluster: "faults",
    server: `https://127.0.0.1:${String(port)}`,
    authority: authority.certificate,
    user: "faults",
    credentials: { token: "of-no-use" },
  });
  return {
    kubeconfig,
    seen: () => seen,
    events: () => events,
    begin: (next = {}) => {
      seen = [];
      counts = new Map();
      events = 0;
      acts = next;
    },
    cut: () => {
      acts = { onRequest: () => Promise.resolve({ kind: "reset" }) };
      server.closeAllConnections();
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
      agent.destroy();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** All but what belongs to the client's own connection, and its credentials. */
function passedOn(headers: IncomingMessage["headers"], body: Buffer): OutgoingHttpHeaders {
  const { host: _host, connection: _connection, authorization: _token, ...rest } = headers;
  const { "transfer-encoding": _chunked, ...kept } = rest;
  return { ...kept, ...(body.length === 0 ? {} : { "content-length": body.length }) };
}
