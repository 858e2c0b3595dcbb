import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

export interface KubectlPrinter {
  /** `-o FORMAT` of the object, without a server. */
  readonly print: (args: readonly string[]) => Promise<Printed>;
  /** The JSON of what kubectl reads out of a YAML text. */
  readonly read: (yaml: string) => Promise<Printed>;
  /** `kubectl get` of the objects, as the list of a resource or as one; for what only `get` prints. */
  readonly get: (args: readonly string[]) => Promise<Printed>;
  /** `kubectl get` of a table that the server has made. */
  readonly table: (head: readonly string[], cells: readonly (readonly string[])[]) => Promise<Printed>;
  readonly stop: () => Promise<void>;
}

/** kubectl printing an object of ours: `annotate --local` with an annotation that is there already. */
export async function kubectlPrinter(
  kubectl: string,
  object: unknown,
  rows: readonly unknown[],
): Promise<KubectlPrinter> {
  const folder = await mkdtemp(join(tmpdir(), "calico-upgrade-print-"));
  const file = join(folder, "object.json");
  await writeFile(file, JSON.stringify(object));
  let table: unknown;
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://server");
    response.setHeader("content-type", "application/json");
    const asked = request.headers.accept?.includes("as=Table") === true ? table : undefined;
    const answer = (pathname.endsWith("/things") ? asked : undefined) ?? answers(rows)[pathname];
    if (answer === undefined) response.statusCode = 404;
    response.end(
      JSON.stringify(answer ?? { kind: "Status", apiVersion: "v1", code: 404, reason: "NotFound" }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = { ...process.env, HOME: folder, KUBECONFIG: join(folder, "none") };

  function run(args: readonly string[]): Promise<Printed> {
    const { promise, resolve } = Promise.withResolvers<Printed>();
    execFile(kubectl, args, { env, maxBuffer: 2 ** 26, cwd: folder }, (_error, stdout, stderr) =>
      resolve({ stdout, stderr }),
    );
    return promise;
  }
  return {
    print: (args) => run(["annotate", "--local", "--overwrite", "-f", file, "a=b", ...args]),
    async read(yaml) {
      const written = join(folder, "object.yaml");
      await writeFile(written, yaml);
      return await run(["annotate", "--local", "--overwrite", "-f", written, "a=b", "-o", "json"]);
    },
    get: (args) => run(["get", "things", "--server", url, ...args]),
    table(head, cells) {
      table = {
        kind: "Table",
        apiVersion: "meta.k8s.io/v1",
        columnDefinitions: head.map((name) => ({ name, type: "string", format: "" })),
        rows: cells.map((row) => ({ cells: row, object: null })),
      };
      return run(["get", "things", "--server", url]);
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Just enough of an API server for `kubectl get things`. */
function answers(rows: readonly unknown[]): Readonly<Record<string, unknown>> {
  const group = { groupVersion: "test/v1", version: "v1" };
  return {
    "/api": { kind: "APIVersions", versions: [] },
    "/apis": {
      kind: "APIGroupList",
      apiVersion: "v1",
      groups: [{ name: "test", versions: [group], preferredVersion: group }],
    },
    "/apis/test/v1": {
      kind: "APIResourceList",
      apiVersion: "v1",
      groupVersion: "test/v1",
      resources: [
        { name: "things", singularName: "thing", namespaced: false, kind: "Thing", verbs: ["get", "list"] },
      ],
    },
    "/apis/test/v1/things": { kind: "ThingList", apiVersion: "test/v1", metadata: {}, items: rows },
  };
}
