import { readFile } from "node:fs/promises";
import { getCACertificates, type ConnectionOptions } from "node:tls";
import { connectionError, userError } from "../errors.ts";
import { badRequestTimeout, requestTimeout } from "../model/duration.ts";
import { makeCredentials } from "./credentials.ts";
import { makeAgent } from "./exchange.ts";
import { inClusterTarget } from "./in-cluster.ts";
import type { KubeCluster, KubeUser } from "./kubeconfig-file.ts";
import { limiter } from "./limit.ts";
import { fileProblem, loadKubeconfig } from "./load-kubeconfig.ts";
import { makeRequestLog } from "./log.ts";
import type { Connection } from "./port.ts";
import { proxyFromEnvironment } from "./proxy.ts";
import { sendRequest, type Wire } from "./request.ts";
import type { ConnectionSettings } from "./settings.ts";
import { streamRequest } from "./stream.ts";
import { chooseTarget } from "./target.ts";
import { warningPrinter } from "./warnings.ts";

/** What a connection takes from the process that it runs in. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly parseYaml: (text: string) => unknown;
  /** A line of diagnostics, for stderr. */
  readonly log: (line: string) => void;
  /** A Warning header of the server; each text comes once. */
  readonly warn: (text: string) => void;
  readonly userAgent: string;
  readonly pid: number;
  readonly stdinTty: boolean;
}

/** Requests side by side. A TLS handshake for one more costs both ends more than waiting a moment. */
const connections = 4;

/**
 * Opens the cluster that the flags, KUBECONFIG or the pod's service account name, as kubectl would.
 * Nothing is sent yet. Throws UserError and ConnectionError in kubectl's words.
 */
export async function connect(flags: ConnectionSettings, around: Surroundings): Promise<Connection> {
  const log = makeRequestLog(flags.verbosity, around.log, around.pid);
  const entries = await loadKubeconfig(flags.kubeconfig ?? "", {
    ...around,
    log: (level, message) => log.line(level, message),
  });
  const chosen = chooseTarget(entries, flags, around.env);
  const target = (chosen.isDefault ? await inClusterTarget(chosen, around.env) : undefined) ?? chosen;
  const timeoutMillis = requestTimeout(flags.requestTimeout);
  if (timeoutMillis === undefined) throw userError(badRequestTimeout);
  const { cluster, user } = target;
  const server = serverUrl(cluster.server);
  const proxy = cluster["proxy-url"] ?? proxyFromEnvironment(server, around.env);
  const tls = server.protocol === "https:" ? await tlsOptions(cluster, user) : {};
  const credentials = await makeCredentials({
    target: { ...target, cluster: { ...cluster, server: server.href } },
    proxy,
    stdinTty: around.stdinTty,
  });
  const agent = (await credentials.agent()) ?? makeAgent(server, tls);
  const wire: Wire = {
    server,
    agent,
    tls,
    credentials,
    log,
    userAgent: around.userAgent,
    compress: cluster["disable-compression"] !== true,
    timeoutMillis,
    warnings: warningPrinter(around.warn),
    inTurn: limiter(connections),
  };
  return {
    server: cluster.server,
    namespace: target.namespace,
    namespaceGiven: target.namespaceGiven,
    request: (request) => sendRequest(wire, request),
    stream: (request) => streamRequest(wire, request),
    close: () => agent.destroy(),
  };
}

/** A bare host or host:port is http, as client-go has it (rest.DefaultServerURL). */
function serverUrl(server: string): URL {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\/[^/]/i.exec(server)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== "http" && scheme !== "https") {
    throw connectionError(`Unable to connect to the server: unsupported protocol scheme "${scheme}"`);
  }
  const written = scheme === undefined ? `http://${server}` : server;
  if (!URL.canParse(written) || (scheme === undefined && new URL(written).pathname !== "/")) {
    throw userError(`host must be a URL or a host:port pair: "${server}"`);
  }
  return new URL(written);
}

async function tlsOptions(cluster: KubeCluster, user: KubeUser): Promise<ConnectionOptions> {
  const insecure = cluster["insecure-skip-tls-verify"] === true;
  const ca = await material(cluster["certificate-authority"], cluster["certificate-authority-data"]);
  if (insecure && ca !== undefined) {
    throw userError("specifying a root certificates file with the insecure flag is not allowed");
  }
  const cert = await material(user["client-certificate"], user["client-certificate-data"]);
  const key = await material(user["client-key"], user["client-key-data"]);
  const name = cluster["tls-server-name"];
  return {
    // Said explicitly, so that NODE_TLS_REJECT_UNAUTHORIZED has no say.
    rejectUnauthorized: !insecure,
    ca: ca ?? [...getCACertificates("default"), ...getCACertificates("system")],
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(name === undefined || name === "" ? {} : { servername: name }),
  };
}

async function material(path: string | undefined, data: string | undefined): Promise<Buffer | undefined> {
  if (data !== undefined && data !== "") return Buffer.from(data, "base64");
  if (path === undefined || path === "") return undefined;
  return await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw connectionError(`error: ${fileProblem(path, error)}`);
  });
}
