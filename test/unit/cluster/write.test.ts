import { describe, expect, test } from "vitest";
import { reviewAccess } from "../../../src/cluster/access.ts";
import { ignoresPreconditions, requestOf, sendWrite } from "../../../src/cluster/write.ts";
import type { Write } from "../../../src/model/write.ts";
import { connectTo, json, status, wireServer } from "./wire-server.ts";

const node = { group: "", version: "v1", resource: "nodes", kind: "Node", name: "node-01" };
const pod = { group: "", version: "v1", resource: "pods", kind: "Pod", namespace: "kube-system", name: "p" };
const cordon: Write = {
  verb: "patch",
  ref: node,
  patch: "merge",
  body: { metadata: { resourceVersion: "1" }, spec: { unschedulable: true } },
  fieldManager: "calico-upgrade",
};
const removal: Write = { verb: "delete", ref: pod, uid: "u1", gracePeriodSeconds: 0 };

describe("what a write looks like on the wire", () => {
  test.each([
    ["merge", "application/merge-patch+json"],
    ["strategic", "application/strategic-merge-patch+json"],
    ["json", "application/json-patch+json"],
    ["apply", "application/apply-patch+yaml"],
  ] as const)("a %s patch", (patch, contentType) => {
    expect(requestOf({ ...cordon, patch }, false)).toMatchObject({
      method: "PATCH",
      path: "/api/v1/nodes/node-01",
      contentType,
      query: { fieldManager: "calico-upgrade" },
      body: cordon.body,
    });
  });

  test("force goes with a server-side apply only", () => {
    expect(requestOf({ ...cordon, force: true }, false).query?.["force"]).toBeUndefined();
    expect(requestOf({ ...cordon, patch: "apply", force: true }, false).query?.["force"]).toBe("true");
  });

  test("a delete carries the UID, so that exactly the pod that was looked at goes (invariant f)", () => {
    expect(requestOf(removal, false)).toEqual({
      method: "DELETE",
      path: "/api/v1/namespaces/kube-system/pods/p",
      body: {
        apiVersion: "v1",
        kind: "DeleteOptions",
        preconditions: { uid: "u1" },
        gracePeriodSeconds: 0,
      },
    });
  });

  test("a dry run stands in the query, and in the body of DELETE, where alone the server looks", () => {
    expect(requestOf(cordon, true).query).toMatchObject({ dryRun: "All" });
    const made = { apiVersion: "v1", kind: "Pod", metadata: { name: "p" } };
    const create: Write = { verb: "create", ref: pod, body: made, fieldManager: "m" };
    expect(requestOf(create, true)).toMatchObject({
      method: "POST",
      path: "/api/v1/namespaces/kube-system/pods",
      query: { fieldManager: "m", dryRun: "All" },
    });
    expect(requestOf(removal, true)).toMatchObject({
      body: { dryRun: ["All"] },
      query: { dryRun: "All" },
    });
    expect(requestOf(removal, false)).not.toHaveProperty("query");
  });
});

describe("H07: a dry run on a server that does not know it would be the real thing", () => {
  async function attempt(serverVersion: string, openapi: object | undefined, write: Write = cordon) {
    const { url, seen } = await wireServer((one, response) => {
      if (one.url.pathname !== "/openapi/v2") return json(response, 200, {});
      if (openapi === undefined) return json(response, 404, status(404, "NotFound", "no"));
      return json(response, 200, openapi);
    });
    const { connection } = await connectTo(url);
    const outcome = await sendWrite(connection, write, { dryRun: true, serverVersion }).then(
      () => "sent",
      (error: Error) => error.message,
    );
    return { outcome, writes: seen.filter(({ method }) => method !== "GET").length };
  }

  const operation = (action: string, kind: string, parameters: string[]) => ({
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": { group: "", version: "v1", kind },
    parameters: parameters.map((name) => ({ name })),
  });
  const openapi = {
    paths: {
      "/api/v1/nodes/{name}": {
        parameters: [],
        patch: operation("patch", "Node", ["dryRun"]),
        delete: operation("delete", "Node", []),
      },
    },
  };

  test.each(["v1.13.0", "v1.15.12", "v1.36.4", "v1.13.7-gke.8", "v2.0.0"])("%s knows it", async (version) => {
    expect(await attempt(version, undefined)).toEqual({ outcome: "sent", writes: 1 });
  });

  test.each(["v1.7.16", "v1.12.10", ""])("%j without it in its OpenAPI: nothing is sent", async (version) => {
    const { outcome, writes } = await attempt(version, { paths: {} });
    expect(outcome).toBe(`this server (${version || "of unknown version"}) has no server-side dry run`);
    expect(writes).toBe(0);
  });

  test("without an OpenAPI document nothing is sent", async () => {
    expect(await attempt("v1.12.0", undefined)).toMatchObject({ writes: 0 });
  });

  test("the parameter counts for that verb and kind only", async () => {
    expect(await attempt("v1.12.0", openapi)).toEqual({ outcome: "sent", writes: 1 });
    const other: Write = { verb: "delete", ref: node, uid: "u" };
    expect(await attempt("v1.12.0", openapi, other)).toMatchObject({ writes: 0 });
    expect(await attempt("v1.12.0", openapi, { ...cordon, ref: pod })).toMatchObject({ writes: 0 });
  });
});

test("access reviews: yes, no, and unknown where the server does not say", async () => {
  const { url, seen } = await wireServer((one, response) => {
    const { resourceAttributes } = (
      JSON.parse(one.body) as { spec: { resourceAttributes: { verb: string } } }
    ).spec;
    if (resourceAttributes.verb === "watch") return json(response, 500, status(500, "InternalError", "boom"));
    if (resourceAttributes.verb === "list") {
      return json(response, 201, { status: { allowed: false, evaluationError: "webhook down" } });
    }
    json(response, 201, { status: { allowed: resourceAttributes.verb === "get" } });
  });
  const { connection } = await connectTo(url);
  const asked = ["get", "delete", "list", "watch"].map((verb) => ({ verb, group: "", resource: "pods" }));
  expect(await reviewAccess(connection, asked)).toEqual([true, false, "unknown", "unknown"]);
  expect(seen).toHaveLength(4);
});

describe("H08: a server that ignores preconditions of DELETE", () => {
  const policy = {
    apiVersion: "extensions/v1beta1",
    kind: "NetworkPolicy",
    metadata: { name: "web", namespace: "shop", uid: "u-1", resourceVersion: "7" },
  };
  const deletion: Write = {
    verb: "delete",
    ref: {
      group: "extensions",
      version: "v1beta1",
      resource: "networkpolicies",
      ...policy.metadata,
      kind: policy.kind,
    },
    uid: "u-1",
    resourceVersion: "7",
  };

  /** Answers in turn; remembers what was asked. */
  function server(...answers: readonly object[]) {
    const asked: string[] = [];
    const connection = {
      request({ method, path }: { readonly method: string; readonly path: string }) {
        asked.push(`${method} ${path}`);
        return Promise.resolve({ status: 200, body: answers[asked.length - 1] });
      },
    } as unknown as Parameters<typeof sendWrite>[0];
    return { asked, connection };
  }

  test("is one below 1.14, and one that does not say", () => {
    expect(
      ["v1.7.16", "v1.13.12", "", "v1.14.0", "v1.15.12-gke.1", "v1.36.4"].map(ignoresPreconditions),
    ).toEqual([true, true, true, false, false, false]);
  });

  test("has the object read and compared right before", async () => {
    const { asked, connection } = server(policy, { kind: "Status", status: "Success" });
    await sendWrite(connection, deletion, { dryRun: false, serverVersion: "v1.7.16" });
    const path = "/apis/extensions/v1beta1/namespaces/shop/networkpolicies/web";
    expect(asked).toEqual([`GET ${path}`, `DELETE ${path}`]);
  });

  test.each([
    ["changed", { resourceVersion: "8" }],
    ["made anew", { uid: "u-2" }],
  ])("does not lose one that was %s in between", async (_what, now) => {
    const { asked, connection } = server({ ...policy, metadata: { ...policy.metadata, ...now } });
    const sent = sendWrite(connection, deletion, { dryRun: false, serverVersion: "v1.13.0" });
    await expect(sent).rejects.toMatchObject({ status: 409 });
    expect(asked).toHaveLength(1);
  });
});
