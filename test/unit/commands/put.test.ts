import { describe, expect, test, vi } from "vitest";
import type { Connection, KubeRequest } from "../../../src/cluster/port.ts";
import { put } from "../../../src/operations/apply/put.ts";
import { apiError, connectionError } from "../../../src/errors.ts";
import type { KubeObject, Ref } from "../../../src/model/kube.ts";
import type { Write } from "../../../src/model/write.ts";

const ref: Ref = {
  group: "crd.projectcalico.org",
  version: "v1",
  resource: "ippools",
  kind: "IPPool",
  name: "pods",
};
const pool: KubeObject = {
  apiVersion: "crd.projectcalico.org/v1",
  kind: "IPPool",
  metadata: { name: "pods", uid: "u-1", resourceVersion: "7" },
};
const creation: Write = { verb: "create", ref, body: pool, fieldManager: "us" };
const creating = (live: KubeObject | undefined): Write | undefined =>
  live === undefined ? creation : undefined;

/** A server that keeps one object; `trouble` may answer a write in its place, before or after it is done. */
function server(trouble: (write: number) => { readonly done: boolean; readonly error: Error } | undefined) {
  const asked: KubeRequest["method"][] = [];
  let kept: KubeObject | undefined;
  const connection = {
    async request({ method }: KubeRequest) {
      asked.push(method);
      if (method === "GET") {
        if (kept === undefined)
          throw apiError({ status: 404, reason: "NotFound", message: "", details: { name: "pods" } });
        return await Promise.resolve({ status: 200, body: kept });
      }
      const failing = trouble(asked.filter((each) => each !== "GET").length);
      if (failing?.done ?? true) kept = method === "DELETE" ? undefined : pool;
      if (failing !== undefined) throw failing.error;
      return { status: 200, body: pool };
    },
  } as unknown as Connection;
  return { asked, connection };
}

const once = (done: boolean, error: Error) => (write: number) => (write === 1 ? { done, error } : undefined);
const real = { dryRun: "none", serverVersion: "v1.36.4" } as const;

describe("a write whose answer is no answer", () => {
  const lost = connectionError("Unable to connect to the server: EOF");
  const leader = apiError({ status: 500, reason: "InternalError", message: "etcdserver: leader changed" });

  test.each([lost, leader])("is looked for, and not sent twice when it has arrived (%s)", async (error) => {
    const { asked, connection } = server(once(true, error));
    expect(await put(connection, ref, creating, real)).toEqual({ outcome: "created", object: pool });
    expect(asked).toEqual(["GET", "POST", "GET"]);
  });

  test.each([lost, leader])("is sent again when it has not (%s)", async (error) => {
    const { asked, connection } = server(once(false, error));
    expect(await put(connection, ref, creating, real)).toEqual({ outcome: "created", object: pool });
    expect(asked).toEqual(["GET", "POST", "GET", "POST"]);
  });
});

describe("a kind whose CRD was established a moment ago", () => {
  const notServed = apiError({
    status: 404,
    reason: "NotFound",
    message: "the server could not find the requested resource",
    details: { group: "crd.projectcalico.org", kind: "ippools", name: "" },
  });

  test("is waited for: the run does not end in its middle", async () => {
    const { asked, connection } = server(once(false, notServed));
    expect((await put(connection, ref, creating, real)).outcome).toBe("created");
    expect(asked).toEqual(["GET", "POST", "GET", "POST"]);
  });

  test("a namespace that is not there is told at once", async () => {
    const missing = apiError({
      status: 404,
      reason: "NotFound",
      message: 'namespaces "shop" not found',
      details: { kind: "namespaces", name: "shop" },
    });
    const { asked, connection } = server(() => ({ done: false, error: missing }));
    await expect(put(connection, ref, creating, real)).rejects.toThrow(
      'ippool.crd.projectcalico.org/pods: namespaces "shop" not found',
    );
    expect(asked).toEqual(["GET", "POST"]);
  });

  test("what never comes is told in the end", async () => {
    vi.useFakeTimers();
    try {
      const { asked, connection } = server(() => ({ done: false, error: notServed }));
      await Promise.all([
        expect(put(connection, ref, creating, real)).rejects.toThrow("could not find"),
        vi.runAllTimersAsync(),
      ]);
      expect(asked.filter((method) => method === "POST")).toHaveLength(6);
    } finally {
      vi.useRealTimers();
    }
  });
});
