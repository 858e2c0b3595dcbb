import { describe, expect, test } from "vitest";
import { discover } from "../../../src/cluster/discovery.ts";
import { connectTo, json, status, wireServer } from "./wire-server.ts";

const version = { gitVersion: "v1.15.12" };

/** A server before aggregated discovery; answers what is in the table, 404 otherwise. */
async function oldServer(paths: Readonly<Record<string, object | number>>) {
  const server = await wireServer((one, response) => {
    const answer = paths[one.url.pathname] ?? 404;
    if (typeof answer === "number") json(response, answer, status(answer, "ServiceUnavailable", "down"));
    else json(response, 200, answer);
  });
  return { ...server, ...(await connectTo(server.url)) };
}

const resource = (name: string, kind: string, namespaced = true) => ({
  name,
  kind,
  namespaced,
  verbs: ["get"],
});

const groupList = {
  kind: "APIGroupList",
  groups: [
    {
      name: "apps",
      preferredVersion: { version: "v1" },
      versions: [{ version: "v1beta1" }, { version: "v1" }],
    },
    { name: "extensions", versions: [{ version: "v1beta1" }] },
    { name: "metrics.k8s.io", versions: [{ version: "v1beta1" }] },
  ],
};

const served = {
  "/version": version,
  "/api": { kind: "APIVersions", versions: ["v1"] },
  "/apis": groupList,
  "/api/v1": {
    resources: [resource("pods", "Pod"), resource("pods/log", "Pod"), resource("nodes", "Node", false)],
  },
  "/apis/apps/v1": { resources: [resource("daemonsets", "DaemonSet")] },
  "/apis/apps/v1beta1": { resources: [resource("deployments", "Deployment")] },
  "/apis/extensions/v1beta1": {
    resources: [resource("daemonsets", "DaemonSet"), resource("networkpolicies", "NetworkPolicy")],
  },
};

describe("an old server", () => {
  test("is asked only about the groups that are wanted, and the preferred version comes first", async () => {
    const { connection, seen } = await oldServer(served);
    const found = await discover(connection, ["", "apps", "extensions"]);
    expect(found.version).toBe("v1.15.12");
    expect(found.find("daemonsets", ["apps", "extensions"])).toMatchObject({ group: "apps", version: "v1" });
    expect(found.find("daemonsets", ["extensions", "apps"])).toMatchObject({ group: "extensions" });
    expect(found.find("deployments", ["apps"])).toMatchObject({ version: "v1beta1" });
    expect(found.find("networkpolicies", ["networking.k8s.io", "extensions"])).toMatchObject({
      group: "extensions",
      version: "v1beta1",
      kind: "NetworkPolicy",
      namespaced: true,
    });
    expect(found.find("pods/log", [""])).toBeUndefined();
    expect(found.forKind("v1", "Node")).toMatchObject({ resource: "nodes", namespaced: false });
    expect(found.forKind("apps/v1", "Deployment")).toBeUndefined();
    expect(found.serves("metrics.k8s.io/v1beta1")).toBe(true);
    expect(found.serves("metrics.k8s.io/v1")).toBe(false);
    expect(seen.map(({ url }) => url.pathname)).not.toContain("/apis/metrics.k8s.io/v1beta1");
    expect(seen).toHaveLength(7);
  });

  test("whose aggregated API is down still tells the rest", async () => {
    const { connection } = await oldServer({ ...served, "/apis/metrics.k8s.io/v1beta1": 503 });
    const found = await discover(connection, ["", "metrics.k8s.io"]);
    expect(found.find("nodes", [""])).toBeDefined();
    expect(found.find("pods", ["metrics.k8s.io"])).toBeUndefined();
  });

  test("that hides its version is of unknown version", async () => {
    const { connection } = await oldServer({ ...served, "/version": 403 });
    expect((await discover(connection, [""])).version).toBe("");
  });

  test("that answers nothing ends with its words", async () => {
    const { connection } = await oldServer({ "/version": version });
    await expect(discover(connection, [""])).rejects.toMatchObject({ kind: "api", status: 404 });
  });
});

test("a new server tells everything in one request per root; stale groups are left out", async () => {
  const { url, seen } = await wireServer((one, response) => {
    if (one.url.pathname === "/version") return json(response, 200, { gitVersion: "v1.36.4" });
    const core = one.url.pathname === "/api";
    const groups = {
      kind: "APIGroupDiscoveryList",
      items: core
        ? [group(undefined, "v1", "nodes", "Node", "Cluster")]
        : [
            group("apps", "v1", "daemonsets", "DaemonSet", "Namespaced"),
            group("dead.io", "v1", "x", "X", "Cluster", "Stale"),
          ],
    };
    json(response, 200, groups);
  });
  const { connection } = await connectTo(url);
  const found = await discover(connection, ["", "apps", "dead.io"]);
  expect(found.find("nodes", [""])).toMatchObject({ kind: "Node", namespaced: false, verbs: ["list"] });
  expect(found.find("daemonsets", ["apps"])).toMatchObject({
    group: "apps",
    version: "v1",
    namespaced: true,
  });
  expect(found.serves("dead.io/v1")).toBe(false);
  expect(seen).toHaveLength(3);
  expect(seen[0]?.headers.accept).toMatch(/^application\/json;g=apidiscovery\.k8s\.io;v=v2;/);
});

test("asking about a group that discovery was not asked for is found in every test, not only on old servers", async () => {
  const { connection } = await oldServer(served);
  const found = await discover(connection, [""]);
  expect(() => found.find("daemonsets", ["apps"])).toThrow("discovery was not asked about apps/v1");
});

function group(
  name: string | undefined,
  version: string,
  resource: string,
  kind: string,
  scope: string,
  freshness = "Current",
): object {
  return {
    metadata: name === undefined ? {} : { name },
    versions: [
      { version, freshness, resources: [{ resource, scope, verbs: ["list"], responseKind: { kind } }] },
    ],
  };
}
