import type { Agent } from "node:https";
import type { ConnectionOptions } from "node:tls";
import { SocksProxyAgent } from "socks-proxy-agent";

/** Reaches the server through a SOCKS5 proxy, which resolves its name itself, as in Go; connections are kept. */
export function socksAgent(proxy: URL, tls: ConnectionOptions): Agent {
  const agent = new SocksProxyAgent(proxy.href.replace(/^socks5:/, "socks5h:"), { keepAlive: true });
  Object.assign(agent.options, tls, { keepAlive: true });
  return agent;
}
