/** API servers and proxies that answer anybody and remember who asked, and on which way. */
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from "node:net";
import type { TLSSocket } from "node:tls";
import { oddAnswers } from "./odd-answers.ts";
import type { Pem } from "../../cluster/certificates.ts";

/** Who asked, as the server saw it. */
export interface Seen {
  readonly server: string;
  readonly path: string;
  readonly authorization: string;
  readonly certificate: string;
  readonly sni: string;
  readonly impersonation: string;
  readonly compressed: boolean;
  readonly via: string;
}

export interface ApiServers {
  /** Ports by name. */
  readonly ports: Readonly<Record<ServerName | ProxyName, number>>;
  /** What was asked for the pod of this name; the last time counts. */
  readonly seen: (who: Who, pod: string) => Seen | undefined;
  /** How often an odd answer was given. */
  readonly times: (who: Who, pod: string) => number;
  readonly close: () => void;
}

export type Who = "kubectl" | "us";

export type ServerName = Certificate | "plain" | "ipv6";
/** Of one authority, of another, run out, for no name. */
type Certificate = "a" | "b" | "old" | "nameless";
export type ProxyName = "proxy" | "tlsProxy" | "socks" | "refusing";

/** `host` is what the proxies connect to, whatever they are asked for. */
export async function startApiServers(
  serving: Readonly<Record<Certificate, Pem>>,
  /** What server b calls its version; the others have another. */
  version: object,
): Promise<ApiServers> {
  const seen = new Map<string, Seen>();
  const times = new Map<string, number>();
  /** The local port of a proxy's own connection tells the server who stands between. */
  const tunnels = new Map<number, string>();
  const answer = (server: string) => (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? "";
    const pod = /\/pods\/([^/?]+)/.exec(path)?.[1];
    const key = `${whoAsks(request)} ${pod ?? ""}`;
    if (pod !== undefined) seen.set(key, describe(server, path, request, tunnels));
    const odd = oddAnswers[pod ?? ""];
    if (odd !== undefined) {
      times.set(key, (times.get(key) ?? 0) + 1);
      odd(response, times.get(key) ?? 0);
      return;
    }
    const [status, body] =
      path.replace(/\?.*/, "") === "/version"
        ? [200, server === "b" ? version : { ...version, gitVersion: "v1.99.0" }]
        : reply(path, request);
    response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
  };
  const tls = (name: Certificate, handler: ReturnType<typeof answer>) =>
    createHttpsServer(
      {
        cert: serving[name].certificate,
        key: serving[name].key,
        requestCert: true,
        rejectUnauthorized: false,
      },
      handler,
    );
  const servers: Readonly<Record<ServerName | ProxyName, Server>> = {
    a: tls("a", answer("a")),
    b: tls("b", answer("b")),
    old: tls("old", answer("old")),
    nameless: tls("nameless", answer("nameless")),
    ipv6: tls("a", answer("ipv6")),
    plain: createHttpServer(answer("plain")),
    proxy: withTunnel(createHttpServer(answer("proxy")), "proxy", tunnels),
    tlsProxy: withTunnel(
      createHttpsServer({ cert: serving.a.certificate, key: serving.a.key }, answer("tlsProxy")),
      "tlsProxy",
      tunnels,
    ),
    socks: socksProxy(tunnels),
    refusing: createHttpServer((_request, response) => response.writeHead(407).end()).on(
      "connect",
      (_request, socket: Socket) =>
        socket.end("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"),
    ),
  };
  const ports: Partial<Record<ServerName | ProxyName, number>> = {};
  for (const [name, server] of Object.entries(servers)) {
    // One after the other is quick enough for seven.
    await new Promise<void>((resolve) => server.listen(0, name === "ipv6" ? "::1" : "127.0.0.1", resolve));
    ports[name as ServerName] = (server.address() as AddressInfo).port;
  }
  return {
    ports: ports as Record<ServerName | ProxyName, number>,
    seen: (who, pod) => seen.get(`${who} ${pod}`),
    times: (who, pod) => times.get(`${who} ${pod}`) ?? 0,
    close() {
      for (const server of Object.values(servers)) {
        if ("closeAllConnections" in server) (server.closeAllConnections as () => void).call(server);
        server.close();
      }
    },
  };
}

function whoAsks({ headers }: IncomingMessage): Who {
  return headers["user-agent"]?.startsWith("kubectl/") === true ? "kubectl" : "us";
}

function describe(
  server: string,
  path: string,
  request: IncomingMessage,
  tunnels: ReadonlyMap<number, string>,
): Seen {
  const socket = request.socket as Partial<TLSSocket> & Socket;
  const certificate = socket.getPeerCertificate?.();
  const impersonation = Object.entries(request.headersDistinct)
    .filter(([name]) => name.startsWith("impersonate-"))
    .map(([name, values]) => `${name}=${(values ?? []).join("|")}`);
  return {
    server,
    path,
    authorization: request.headers.authorization ?? "",
    certificate: String(certificate?.subject?.CN ?? ""),
    sni: socket.servername === false ? "" : (socket.servername ?? ""),
    impersonation: impersonation.sort().join(" "),
    compressed: request.headers["accept-encoding"] === "gzip",
    via: path.startsWith("http") ? "absolute" : (tunnels.get(socket.remotePort ?? 0) ?? ""),
  };
}

function reply(path: string, { headers }: IncomingMessage): [number, unknown] {
  const below = path.replace(/^http:\/\/[^/]+/, "").replace(/^\/(some|prefix)(?=\/)/g, "");
  const route = below.replace(/\?.*/, "");
  if (headers.authorization === "Bearer unknown") {
    return [401, status(401, "Unauthorized", "Unauthorized")];
  }
  if (headers.authorization === "Bearer forbidden") {
    return [403, status(403, "Forbidden", 'pods "x" is forbidden: User "x" cannot get resource "pods"')];
  }
  if (route.endsWith("/api")) return [200, { kind: "APIVersions", versions: ["v1"] }];
  if (route.endsWith("/apis")) return [200, { kind: "APIGroupList", apiVersion: "v1", groups: [] }];
  if (route.endsWith("/api/v1")) return [200, coreResources];
  const pod = /\/namespaces\/([^/]+)\/pods\/([^/?]+)$/.exec(route);
  if (pod !== null) {
    return [200, { kind: "Pod", apiVersion: "v1", metadata: { name: pod[2], namespace: pod[1] } }];
  }
  return [404, status(404, "NotFound", "the server could not find the requested resource")];
}

function status(code: number, reason: string, message: string): object {
  return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason, code };
}

const coreResources = {
  kind: "APIResourceList",
  groupVersion: "v1",
  resources: [
    {
      name: "pods",
      singularName: "pod",
      namespaced: true,
      kind: "Pod",
      verbs: ["get", "list"],
      shortNames: ["po"],
    },
  ],
};

/** CONNECT to anything goes to this machine's port of the same number. */
function withTunnel<T extends Server>(server: T, name: string, tunnels: Map<number, string>): T {
  server.on("connect", (request: IncomingMessage, socket: Socket) => {
    const port = Number(/:(\d+)$/.exec(request.url ?? "")?.[1]);
    join(socket, port, request.url?.includes("::1") === true ? "::1" : "127.0.0.1", (local) => {
      tunnels.set(local, name);
      socket.on("close", () => tunnels.delete(local));
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
    });
  });
  return server;
}

/** SOCKS5 without authentication: greeting, one CONNECT. */
function socksProxy(tunnels: Map<number, string>): Server {
  return createTcpServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.once("data", () => {
      socket.write(Buffer.from([5, 0]));
      socket.once("data", (request) => {
        const port = request.readUInt16BE(request.length - 2);
        join(socket, port, request[3] === 4 ? "::1" : "127.0.0.1", (local) => {
          tunnels.set(local, "socks");
          socket.on("close", () => tunnels.delete(local));
          socket.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
        });
      });
    });
  });
}

function join(socket: Socket, port: number, host: string, connected: (localPort: number) => void): void {
  const upstream = connect(port, host, () => {
    connected(upstream.localPort ?? 0);
    upstream.pipe(socket).pipe(upstream);
  });
  upstream.on("error", () => socket.destroy());
  socket.on("error", () => upstream.destroy());
}
