/** Stands between the plugin and the API server, so that things happen at an exact moment. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
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

/** Every request goes through `pass`, which answers it; without an answer the connection is cut. */
export async function interpose(
  cluster: Cluster,
  pass: (request: Passing) => Promise<Answer | undefined>,
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
