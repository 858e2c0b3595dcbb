import { expect, test } from "vitest";
import { apiError } from "../../../src/errors.ts";
import type { Connection, KubeRequest } from "../../../src/cluster/port.ts";
import { readOnce } from "../../../src/cluster/read-once.ts";
import { pathOf } from "../../../src/cluster/paths.ts";

function counting(answer: (request: KubeRequest) => unknown) {
  const asked: KubeRequest[] = [];
  const connection: Connection = {
    server: "https://here",
    namespace: "default",
    namespaceGiven: false,
    request: async (request) => {
      asked.push(request);
      return await Promise.resolve({ status: 200, body: answer(request) });
    },
    stream: () => {
      throw new Error("no stream");
    },
    close: () => undefined,
  };
  return { asked, connection };
}

test("what was read is not read again; another query, another format and a write are asked", async () => {
  const { asked, connection } = counting(({ path }) => path);
  const once = readOnce(connection);
  const node = { method: "GET", path: pathOf("api", "v1", "nodes", "a") } as const;
  await Promise.all([once.request(node), once.request(node)]);
  expect((await once.request(node)).body).toBe("/api/v1/nodes/a");
  expect(asked).toHaveLength(1);
  await once.request({ ...node, query: { limit: "1" } });
  await once.request({ ...node, accept: "application/yaml" });
  await once.request({ method: "PATCH", path: node.path, body: {} });
  await once.request({ method: "PATCH", path: node.path, body: {} });
  expect(asked).toHaveLength(5);
});

test("a refusal is shared, and who gives up takes the answer from nobody", async () => {
  const { asked, connection } = counting(() => {
    throw apiError({ status: 404, reason: "NotFound", message: "not found" });
  });
  const once = readOnce(connection);
  const gone = { method: "GET", path: pathOf("x"), signal: AbortSignal.abort() } as const;
  await expect(once.request(gone)).rejects.toMatchObject({ status: 404 });
  await expect(once.request(gone)).rejects.toMatchObject({ status: 404 });
  expect(asked).toEqual([{ method: "GET", path: pathOf("x") }]);
});
