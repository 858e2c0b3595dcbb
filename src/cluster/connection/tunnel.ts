import { request as httpRequest, type OutgoingHttpHeaders } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import { isIP, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions } from "node:tls";

/**
 * Reaches an https:// server through an HTTP or HTTPS proxy's CONNECT, as Go's net/http does.
 * client-node's agent (hpagent) leaves IPv6 addresses without brackets, trusts only Node's own
 * authorities when the proxy itself speaks TLS, and tells a refusal by its number.
 */
export function tunnelAgent(proxy: URL, tls: ConnectionOptions): Agent {
  const agent = new Agent({ keepAlive: true, scheduling: "lifo", ...tls });
  const made = agent as unknown as { createConnection: Create };
  made.createConnection = (options, done) => {
    openTunnel(proxy, `${bracketed(options.host)}:${options.port}`, tls, (error, socket) => {
      if (error !== null || socket === undefined) {
        done(error);
        return;
      }
      const { host, servername = isIP(host) === 0 ? host : "" } = options;
      done(null, connectTls({ ...tls, socket, servername: tls.servername ?? servername, host }));
    });
  };
  return agent;
}

type SocketCallback = (error: Error | null, socket?: Socket) => void;

type Create = (
  options: ConnectionOptions & { readonly host: string; readonly port: number },
  done: SocketCallback,
) => void;

function openTunnel(proxy: URL, target: string, tls: ConnectionOptions, done: SocketCallback): void {
  const { ca, rejectUnauthorized, checkServerIdentity } = tls;
  const secure = proxy.protocol === "https:";
  const request = (secure ? httpsRequest : httpRequest)({
    method: "CONNECT",
    host: proxy.hostname.replace(/^\[|\]$/g, ""),
    port: proxy.port || (secure ? 443 : 80),
    path: target,
    headers: { Host: target, ...proxyAuthorization(proxy) },
    agent: false,
    ...(secure ? { ca, rejectUnauthorized, checkServerIdentity } : {}),
  });
  request.on("connect", ({ statusCode = 0, statusMessage = "" }, socket: Socket) => {
    if (statusCode === 200) {
      done(null, socket);
      return;
    }
    socket.destroy();
    // Go tells the proxy's own words.
    done(Object.assign(new Error(statusMessage || String(statusCode)), { code: "PROXY_REFUSED" }));
  });
  request.on("error", (error) => done(Object.assign(error, { during: "proxyconnect tcp: " })));
  request.end();
}

/** The name and password in a proxy's address. */
export function proxyAuthorization({ username, password }: URL): OutgoingHttpHeaders {
  if (username === "" && password === "") return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { "Proxy-Authorization": `Basic ${Buffer.from(pair).toString("base64")}` };
}

function bracketed(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}
