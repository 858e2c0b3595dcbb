/** What the fault matrix rests on: that the proxy counts, cuts and passes on as it says. */
import { Agent, createServer, request as httpsRequest } from "node:https";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { createAuthority, signClient, signServing } from "../../cluster/certificates.ts";
import { actAt } from "../../faults/act-once.ts";
import type { Fault } from "../../faults/fault.ts";
import { type Acts, type FaultProxy, startFaultProxy } from "../../faults/proxy.ts";
import { classify, requestText } from "../../faults/request.ts";

const node = "/api/v1/nodes/node-01";
const watching = "/api/v1/nodes?watch=true";

/** A server that echoes what it got, streams two events to a watch, and the proxy before it. */
async function world(acts: Acts = {}): Promise<{ proxy: FaultProxy; received: string[]; ask: Ask }> {
  const authority = await createAuthority("upstream");
  const serving = await signServing(authority, [{ type: "ip", value: "127.0.0.1" }]);
  const received: string[] = [];
  const server = createServer({ cert: serving.certificate, key: serving.key }, (request, response) => {
    void (async () => {
      const body = await text(request);
      received.push(`${request.method ?? ""} ${request.url ?? ""} ${body}`);
      response.setHeader("content-type", "application/json");
      if (request.url === watching) response.write('{"type":"ADDED"}\n{"type":"MODIFIED"}\n');
      else response.end(JSON.stringify({ body, token: request.headers.authorization }));
    })();
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const proxy = await startFaultProxy({
    server: `https://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    authority: authority.certificate,
    credentials: await signClient(authority, { name: "admin" }),
  });
  proxy.begin(acts);
  onTestFinished(() => {
    proxy.stop();
    server.closeAllConnections();
    server.close();
  });
  return { proxy, received, ask: clientOf(proxy) };
}

type Ask = (method: string, path: string, body?: string) => Promise<IncomingMessage>;

function clientOf({ kubeconfig }: FaultProxy): Ask {
  const { clusters } = parse(readFileSync(kubeconfig, "utf8")) as {
    readonly clusters: readonly { readonly cluster: Readonly<Record<string, string>> }[];
  };
  const { server = "", "certificate-authority-data": ca = "" } = clusters[0]?.cluster ?? {};
  const agent = new Agent({ keepAlive: true, ca: Buffer.from(ca, "base64") });
  onTestFinished(() => agent.destroy());
  return (method, path, body) =>
    new Promise((resolve, reject) => {
      httpsRequest(new URL(path, server), { method, agent, headers: { authorization: "Bearer mine" } })
        .once("response", resolve)
        .once("error", reject)
        .end(body);
    });
}

/** What a client sees of a write that meets this fault. */
async function seenWith(
  fault: Fault,
): Promise<{ readonly sees: unknown; readonly received: readonly string[] }> {
  const { ask, received } = await world(actAt({ at: "write", index: 0 }, async () => fault));
  const sees = await ask("PATCH", node, "{}").then(
    async (answer) =>
      await text(answer).then(
        () => answer.statusCode,
        () => "cut in the middle",
      ),
    () => "cut",
  );
  return { sees, received };
}

test("a request passes as it is, body, status and all, but never with the client's credentials", async () => {
  const { ask, received, proxy } = await world();
  expect(JSON.parse(await text(await ask("PATCH", node, '{"a":1}')))).toEqual({ body: '{"a":1}' });
  expect(received).toEqual([`PATCH ${node} {"a":1}`]);
  expect(proxy.seen()).toMatchObject([{ verb: "patch", resource: "nodes", name: "node-01", status: 200 }]);
});

test("requests are counted, writes of their own, and a new beginning counts anew", async () => {
  const { ask, proxy } = await world();
  for (const method of ["GET", "PATCH", "GET", "PATCH"]) await text(await ask(method, node));
  await text(await ask("PATCH", `${node}?dryRun=All`));
  expect(proxy.seen().map(({ indexInClass }) => indexInClass)).toEqual([0, 0, 1, 1, 2]);
  expect(proxy.seen().map(({ indexOfWrite }) => indexOfWrite)).toEqual([
    undefined,
    0,
    undefined,
    1,
    undefined,
  ]);
  proxy.begin();
  await text(await ask("PATCH", node));
  expect(proxy.seen()).toMatchObject([{ index: 0, indexOfWrite: 0 }]);
});

test("a reset never reaches the server; a lost or a half answer does", async () => {
  expect(await seenWith({ kind: "reset" })).toEqual({ sees: "cut", received: [] });
  expect(await seenWith({ kind: "lost" })).toEqual({ sees: "cut", received: [`PATCH ${node} {}`] });
  expect(await seenWith({ kind: "half" })).toEqual({
    sees: "cut in the middle",
    received: [`PATCH ${node} {}`],
  });
});

test.each([401, 403, 409, 410, 429, 500, 503] as const)(
  "%s is answered in the server's place",
  async (code) => {
    expect(await seenWith({ kind: "status", code, retryAfter: 1 })).toEqual({ sees: code, received: [] });
  },
);

test("a delayed request arrives late", async () => {
  const began = performance.now();
  expect(await seenWith({ kind: "delay", millis: 50 })).toMatchObject({ sees: 200 });
  expect(performance.now() - began).toBeGreaterThanOrEqual(49);
});

test("only the request that was meant fails", async () => {
  const { ask } = await world(actAt({ at: "write", index: 1 }, async () => ({ kind: "status", code: 409 })));
  const codes: unknown[] = [];
  for (const method of ["PATCH", "GET", "PATCH", "PATCH"]) {
    const answer = await ask(method, node);
    codes.push(answer.statusCode);
    await text(answer);
  }
  expect(codes).toEqual([200, 200, 409, 200]);
});

test("an event of a watch is held while somebody acts, and then passes", async () => {
  const acted = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const { ask, proxy } = await world(
    actAt({ at: "event", index: 1 }, async () => {
      acted.resolve();
      await release.promise;
      return undefined;
    }),
  );
  let got = "";
  const answer = await ask("GET", watching);
  const whole = new Promise<void>((resolve) => {
    answer.setEncoding("utf8").on("data", (chunk: string) => {
      got += chunk;
      if (got.includes("MODIFIED")) resolve();
    });
  });
  await acted.promise;
  expect(got).not.toContain("MODIFIED");
  release.resolve();
  await whole;
  expect([proxy.events(), got]).toEqual([2, '{"type":"ADDED"}\n{"type":"MODIFIED"}\n']);
  answer.destroy();
});

test("a watch that expired says so in its stream, as servers do", async () => {
  const { ask } = await world({ onRequest: async () => ({ kind: "expired" }) });
  const answer = await ask("GET", watching);
  expect([answer.statusCode, JSON.parse(await text(answer))]).toMatchObject([
    200,
    { type: "ERROR", object: { code: 410 } },
  ]);
});

test.each([
  ["GET", "/version", "get /version", false],
  ["GET", "/api/v1/nodes", "list nodes", false],
  ["GET", "/api/v1/namespaces/a/pods?watch=true", "watch pods", false],
  ["GET", "/api/v1/namespaces/a", "get namespaces/a", false],
  ["PATCH", "/api/v1/namespaces/a", "patch namespaces/a", true],
  ["DELETE", "/api/v1/namespaces/a/pods/b", "delete pods/b", true],
  ["DELETE", "/api/v1/namespaces/a/pods", "deletecollection pods", true],
  ["PUT", "/apis/apps/v1/namespaces/a/deployments/b/scale", "update deployments/scale/b", true],
  ["POST", "/apis/apps/v1/namespaces/a/deployments?dryRun=All", "create deployments", false],
  [
    "POST",
    "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
    "create selfsubjectaccessreviews",
    false,
  ],
])("%s %s is %s", (method, path, said, writes) => {
  const request = classify(method, path);
  expect([requestText(request), request.writes]).toEqual([said, writes]);
});

test("half of a watch is its first event", async () => {
  const { ask } = await world({ onRequest: async () => ({ kind: "half" }) });
  const answer = await ask("GET", watching);
  let received = "";
  answer.on("data", (chunk: Buffer) => {
    received += chunk.toString();
  });
  await new Promise((resolve) => void answer.once("error", resolve));
  expect(received).toBe('{"type":"ADDED"}\n');
});
