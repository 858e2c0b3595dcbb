import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { connect } from "../../../src/cluster/connection/connect.ts";
import type { Connection } from "../../../src/cluster/port.ts";
import type { ConnectionSettings } from "../../../src/cluster/connection/settings.ts";
import { editYaml, parseYaml } from "../../../src/manifest/yaml.ts";

/** What a test saw of one request. */
export interface Seen {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export type Answer = (seen: Seen, response: ServerResponse, index: number) => void;

/**
 * An HTTP server for faults of the wire that a real API server cannot be asked for: cut streams, 410,
 * 429, HTML. Everything else is tested against real servers.
 */
export async function wireServer(answer: Answer): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", headers } = request;
      const url = new URL(request.url ?? "/", "http://server");
      const one = { method, url, headers, body: Buffer.concat(chunks).toString() };
      seen.push(one);
      answer(one, response, seen.length - 1);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

export const noFlags: ConnectionSettings = {
  kubeconfig: undefined,
  context: undefined,
  cluster: undefined,
  user: undefined,
  namespace: undefined,
  server: undefined,
  token: undefined,
  clientCertificate: undefined,
  clientKey: undefined,
  username: undefined,
  password: undefined,
  certificateAuthority: undefined,
  insecureSkipTlsVerify: false,
  tlsServerName: undefined,
  as: undefined,
  asUid: undefined,
  asGroup: [],
  asUserExtra: [],
  requestTimeout: "0",
  disableCompression: false,
  cacheDir: undefined,
  matchServerVersion: false,
  verbosity: 0,
};

export async function connectTo(
  server: string,
  flags: Partial<ConnectionSettings> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<{ connection: Connection; log: string[]; warnings: string[] }> {
  const log: string[] = [];
  const warnings: string[] = [];
  const connection = await connect(
    { ...noFlags, server, ...flags },
    {
      env,
      parseYaml,
      editYaml,
      log: (line) => void log.push(line),
      warn: (text) => void warnings.push(text),
      userAgent: "kubectl-calico_upgrade/v0.0.0 (linux/amd64)",
      pid: 1,
      stdinTty: false,
      login: () => Promise.reject(new Error("nobody to ask")),
    },
  );
  onTestFinished(() => connection.close());
  return { connection, log, warnings };
}

export function json(response: ServerResponse, status: number, body: unknown, headers: object = {}): void {
  response.writeHead(status, { "Content-Type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

export function status(code: number, reason: string, message: string): object {
  return { kind: "Status", apiVersion: "v1", status: "Failure", code, reason, message };
}
