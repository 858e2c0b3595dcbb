import { Agent as HttpAgent } from "node:http";
import type { Agent, RequestOptions } from "node:https";
import type { ConnectionOptions } from "node:tls";
import { KubeConfig } from "@kubernetes/client-node";

/**
 * An agent that reaches the server through a SOCKS5 proxy, made by client-node. Only
 * `applyToHTTPSOptions` is called: everything else of it would need undici, which the bundle leaves
 * out. Filled here (kubernetes-client/javascript, config.ts createAgent): the proxy resolves the
 * server's name itself, as in Go, and connections are kept.
 */
export async function socksAgent(server: URL, proxy: URL, tls: ConnectionOptions): Promise<Agent> {
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    {
      name: "cluster",
      server: server.href,
      // It refuses http:// servers without this; what is trusted is said by `tls`.
      skipTLSVerify: true,
      proxyUrl: proxy.href.replace(/^socks5:/, "socks5h:"),
    },
    { name: "user" },
  );
  const request: RequestOptions = {};
  await config.applyToHTTPSOptions(request as Parameters<KubeConfig["applyToHTTPSOptions"]>[0]);
  const made = request.agent;
  if (!(made instanceof HttpAgent)) throw new TypeError("client-node made no agent");
  const agent = made as Agent;
  Object.assign(agent.options, tls, { keepAlive: true });
  return Object.assign(agent, { keepAlive: true });
}
