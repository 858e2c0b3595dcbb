/** Stands between the plugin and the API server, so that things happen at an exact moment. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { onTestFinished } from "vitest";
import type { Cluster } from "../../cluster/cluster.ts";

export interface Passing {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly body: string;
  /** Sends it on; answers what the server answered. */
  readonly forward: () => Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface Interposer {
  /** For the plugin: the same cluster, by way of here. */
  readonly kubeconfig: string;
  /** What came by, in order: `DELETE /apis/…`. */
  readonly seen: readonly string[];
}

/** The server refuses, for good, what is written and is none of a dry run; everything else passes, watches too. */
export async function refusing(
  cluster: Cluster,
  refuses: (request: Pick<Passing, "method" | "path">) => boolean,
  message: string,
): Promise<Interposer> {
  return await interpose(cluster, async ({ method, path, forward }) => {
    if (path.includes("watch=")) return "stream";
    if (method === "GET" || path.includes("dryRun") || !refuses({ method, path })) return await forward();
    const body = {
      kind: "Status",
      apiVersion: "v1",
      status: "Failure",
      reason: "Forbidden",
      message,
      code: 403,
    };
    return { status: 403, body };
  });
}

/**
 * Every request goes through `pass`, which answers it, or has what the server sends passed on as it comes; without
 * an answer the connection is cut.
 */
export async function interpose(
  cluster: Cluster,
  pass: (request: Passing) => Promise<Answer | "stream" | undefined>,
): Promise<Interposer> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const body = await text(request);
      const { method = "GET", url: path = "/", headers } = request;
      seen.push(`${method} ${path}`);
      const type = headers["content-type"];
      const answer = await pass({
        method,
        path,
        body,
        forward: async () =>
          await cluster.api.request(method, path, body === "" ? undefined : body, {
            "user-agent": headers["user-agent"] ?? "",
            accept: headers.accept ?? "application/json",
            ...(type === undefined ? {} : { "content-type": type }),
          }),
      });
      if (answer === "stream") return await stream(cluster, { method, path }, response);
      if (answer === undefined) return void request.socket.destroy();
      response
        .writeHead(answer.status, { "content-type": "application/json" })
        .end(JSON.stringify(answer.body));
    })();
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const kubeconfig = join(mkdtempSync(join(tmpdir(), "interposer-")), "kubeconfig");
  const { port } = server.address() as AddressInfo;
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "here",
      contexts: [{ name: "here", context: { cluster: "here", user: "here" } }],
      clusters: [{ name: "here", cluster: { server: `http://127.0.0.1:${String(port)}` } }],
      users: [{ name: "here", user: {} }],
    }),
  );
  return { kubeconfig, seen };
}

async function stream(
  cluster: Cluster,
  { method, path }: Pick<Passing, "method" | "path">,
  response: ServerResponse,
): Promise<void> {
  const over = new AbortController();
  response.once("close", () => over.abort());
  try {
    const from = await cluster.api.open(method, path, over.signal);
    response.writeHead(from.statusCode ?? 500, { "content-type": "application/json" }).flushHeaders();
    await pipeline(from, response);
  } catch {
    response.destroy();
  }
}
