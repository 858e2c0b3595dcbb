import { createSecureContext, setDefaultCACertificates, type ConnectionOptions } from "node:tls";
import { makeAgent, type Transport } from "../exchange.ts";
import { isSame, type KeyPair } from "./pem.ts";
import { tunnelAgent } from "./tunnel.ts";

/** How requests reach the server; another client certificate needs other connections. */
export interface Transports {
  with(certificate: KeyPair | undefined): Promise<Transport>;
  /** Ends keep-alive connections. */
  close(): void;
}

export function makeTransports(server: URL, tls: ConnectionOptions, proxy: URL | undefined): Transports {
  let used: { readonly certificate: KeyPair | undefined; readonly transport: Promise<Transport> } | undefined;
  return {
    with(certificate) {
      if (used === undefined || !isSame(used.certificate, certificate)) {
        // It has been renewed: what is connected with the old one is not used again.
        void used?.transport.then(({ agent }) => agent.destroy());
        used = {
          certificate,
          transport: makeTransport(server, withContext({ ...tls, ...certificate }), proxy),
        };
      }
      return used.transport;
    },
    close() {
      void used?.transport.then(
        ({ agent }) => agent.destroy(),
        () => undefined,
      );
    },
  };
}

/** Certificates and key are taken apart once, and not for each connection. */
function withContext(tls: ConnectionOptions): ConnectionOptions {
  if (Object.keys(tls).length === 0) return tls;
  // `tls` names all that is trusted. Node reads its defaults all the same before it takes them (nodejs/node#56301),
  // NODE_EXTRA_CA_CERTS and SSL_CERT_FILE too, and that takes longer than everything else here.
  setDefaultCACertificates([]);
  return { ...tls, secureContext: createSecureContext(tls) };
}

async function makeTransport(
  server: URL,
  tls: ConnectionOptions,
  proxy: URL | undefined,
): Promise<Transport> {
  if (proxy === undefined) return { agent: makeAgent(server, tls), tls };
  // To an http:// server a proxy is asked as if it were the server, without a tunnel.
  if (server.protocol === "http:" && !proxy.protocol.startsWith("socks")) {
    return { agent: makeAgent(proxy, tls), tls, forward: proxy };
  }
  if (!proxy.protocol.startsWith("socks")) return { agent: tunnelAgent(proxy, tls), tls };
  const { socksAgent } = await import("./socks.ts");
  return { agent: socksAgent(proxy, tls), tls };
}
