import { BlockList, isIP } from "node:net";
import type { KubeCluster } from "./kubeconfig-file.ts";

/** The kubeconfig's proxy, else the environment's. */
export function proxyOf(
  cluster: KubeCluster,
  server: URL,
  env: Readonly<Record<string, string | undefined>>,
): URL | undefined {
  const own = cluster["proxy-url"];
  return own ? new URL(own) : proxyFromEnvironment(server, env);
}

/**
 * The proxy that the environment asks for, as Go's net/http reads HTTPS_PROXY, HTTP_PROXY and
 * NO_PROXY. client-node knows only the kubeconfig's proxy-url (kubernetes/kubectl#1653).
 */
export function proxyFromEnvironment(
  server: URL,
  env: Readonly<Record<string, string | undefined>>,
): URL | undefined {
  const [upper, lower] =
    server.protocol === "https:" ? ["HTTPS_PROXY", "https_proxy"] : ["HTTP_PROXY", "http_proxy"];
  const proxy = parse(first(env, upper, lower));
  if (proxy === undefined) return undefined;
  const host = server.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (host === "localhost" || isLoopback(host)) return undefined;
  const port = server.port || (server.protocol === "https:" ? "443" : "80");
  const excluded = (first(env, "NO_PROXY", "no_proxy") ?? "")
    .split(",")
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => entry !== "" && matches(entry, host, port));
  return excluded ? undefined : proxy;
}

function first(env: Readonly<Record<string, string | undefined>>, ...names: string[]): string | undefined {
  return names.map((name) => env[name]).find((value) => value !== undefined && value !== "");
}

/** Without a scheme it is http. */
function parse(proxy: string | undefined): URL | undefined {
  if (proxy === undefined) return undefined;
  // What is no address with a scheme gets one in front, as in Go.
  const whole = /^(https?|socks5h?):\/\//i.test(proxy) && URL.canParse(proxy);
  const written = whole ? proxy : `http://${proxy}`;
  return URL.canParse(written) ? new URL(written) : undefined;
}

function isLoopback(host: string): boolean {
  return host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === "*") return true;
  const cidr = /^([0-9a-f.:]+)\/(\d+)$/.exec(entry);
  if (cidr !== null) return contains(cidr[1] ?? "", Number(cidr[2]), host);
  const split = /^(?:\[([^\]]+)\]|([^:]*)):(\d+)$/.exec(entry);
  const name = split?.[1] ?? split?.[2] ?? entry;
  const wantedPort = split?.[3];
  if (wantedPort !== undefined && wantedPort !== port) return false;
  if (isIP(name) !== 0) return name === host;
  const domain = name.replace(/^\*\./, ".");
  if (domain.startsWith(".")) return host.endsWith(domain);
  return host === domain || host.endsWith(`.${domain}`);
}

function contains(network: string, prefix: number, host: string): boolean {
  const family = isIP(network);
  if (family === 0 || isIP(host) !== family) return false;
  const list = new BlockList();
  const type = family === 4 ? "ipv4" : "ipv6";
  list.addSubnet(network, prefix, type);
  return list.check(host, type);
}
