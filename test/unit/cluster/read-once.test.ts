import { describe, expect, test } from "vitest";
import { apiError } from "../../../src/errors.ts";
import { list } from "../../../src/cluster/list.ts";
import { pathOf } from "../../../src/cluster/paths.ts";
import type { KubeRequest } from "../../../src/cluster/port.ts";
import { firstFrom, readOnce } from "../../../src/cluster/read-once.ts";
import { readPath } from "../../../src/cluster/read-object.ts";
import { counting, pathTo } from "./counting.ts";

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

test("who follows a cluster begins with what was read, and never sees it again", async () => {
  const { asked, connection } = counting(({ path }) => path);
  const once = readOnce(connection);
  const nodes = { method: "GET", path: pathTo("/api/v1/nodes"), query: { limit: "500" } } as const;
  await once.request(nodes);
  const opening = firstFrom(once, connection);
  await opening.connection.request(nodes);
  expect(asked).toHaveLength(1);
  await opening.connection.request(nodes);
  expect(asked).toHaveLength(2);
  opening.opened();
  // Also what is asked for the first time: it would be answered from what was read then.
  await opening.connection.request({ ...nodes, path: pathTo("/api/v1/nodes/a"), query: {} });
  expect(asked).toHaveLength(3);
});

describe("a list answers who asks for some of it", () => {
  const place = { group: "apps", version: "v1", resource: "daemonsets", kind: "DaemonSet" };
  const root = "/apis/apps/v1";
  const set = (namespace: string, name: string, app: string) => ({
    metadata: {
      namespace,
      name,
      uid: `${namespace}-${name}`,
      resourceVersion: "7",
      labels: { "k8s-app": app },
    },
    spec: { replicas: 1 },
  });
  const all = [
    set("kube-system", "calico-node", "calico-node"),
    set("kube-system", "typha", "calico-typha"),
    set("prod", "web", "web"),
  ];
  const server = (more: object = {}) =>
    counting(() => ({
      kind: "DaemonSetList",
      apiVersion: "apps/v1",
      metadata: { resourceVersion: "9", ...more },
      items: all,
    }));
  const names = async (listed: Promise<{ readonly items: readonly { metadata: { name: string } }[] }>) =>
    (await listed).items.map(({ metadata }) => metadata.name);

  test("with another limit, of one namespace, by name, by labels, by metadata alone: all of one moment", async () => {
    const { asked, connection } = server();
    const once = readOnce(connection);
    const first = once.request({
      method: "GET",
      path: pathTo(`${root}/daemonsets`),
      query: { limit: "100" },
    });
    expect(await names(list(once, place))).toEqual(["calico-node", "typha", "web"]);
    expect(await names(list(once, place, { namespace: "kube-system" }))).toEqual(["calico-node", "typha"]);
    expect(await names(list(once, place, { fieldSelector: "metadata.name=web" }))).toEqual(["web"]);
    expect(await names(list(once, place, { labelSelector: "k8s-app in (web,calico-typha)" }))).toEqual([
      "typha",
      "web",
    ]);
    expect(await names(list(once, place, { labelSelector: "k8s-app notin (web)" }))).toEqual([
      "calico-node",
      "typha",
    ]);
    expect(await names(list(once, place, { metadataOnly: true }))).toHaveLength(3);
    const { resourceVersion } = await list(once, place, { labelSelector: "k8s-app=calico-node" });
    expect(resourceVersion).toBe("9");
    expect(await readPath(once, pathTo(`${root}/namespaces/prod/daemonsets/web`))).toMatchObject({
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: { uid: "prod-web" },
    });
    expect(await readPath(once, pathTo(`${root}/namespaces/prod/daemonsets/gone`))).toBeUndefined();
    await first;
    expect(asked).toHaveLength(1);
  });

  test("a part of a kind, and a narrower look, do not pass for the whole", async () => {
    const { asked, connection } = server();
    const wider: readonly Omit<KubeRequest, "method">[] = [
      { path: pathTo(`${root}/daemonsets`) },
      { path: pathTo(`${root}/namespaces/prod/daemonsets`), query: { labelSelector: "k8s-app=a" } },
      { path: pathTo(`${root}/namespaces/kube-system/daemonsets/calico-node`) },
      {
        path: pathTo(`${root}/namespaces/kube-system/daemonsets`),
        query: { labelSelector: "k8s-app in (a,c)" },
      },
      { path: pathTo(`${root}/namespaces/kube-system/daemonsets`), query: { labelSelector: "other=a" } },
      { path: pathTo(`${root}/namespaces/kube-system/daemonsets`), query: { labelSelector: "k8s-app" } },
      { path: pathTo(`${root}/namespaces/kube-system/daemonsets`), query: { fieldSelector: "spec.x=y" } },
      { path: pathTo(`${root}/namespaces/kube-system/daemonsets/a/status`) },
      { path: pathTo(`${root}/namespaces/kube-system/deployments`), query: { labelSelector: "k8s-app=a" } },
    ];
    for (const [at, request] of wider.entries()) {
      const once = readOnce(connection);
      await list(once, place, { namespace: "kube-system", labelSelector: "k8s-app in (a,b)" });
      await once.request({ method: "GET", ...request });
      expect(asked, request.path).toHaveLength(2 * (at + 1));
    }
    const once = readOnce(connection);
    await list(once, place, { metadataOnly: true });
    await list(once, place);
    expect(asked).toHaveLength(2 * (wider.length + 1));
  });

  test("a list that has more pages answers for none of them", async () => {
    const { asked, connection } = server({ continue: "next" });
    const once = readOnce(connection);
    await once.request({ method: "GET", path: pathTo(`${root}/daemonsets`), query: { limit: "3" } });
    await once.request({ method: "GET", path: pathTo(`${root}/namespaces/prod/daemonsets/web`) });
    expect(asked).toHaveLength(2);
  });

  test("who may not list them may still read one", async () => {
    const { asked, connection } = counting(({ path }) => {
      if (path.endsWith("/daemonsets")) throw apiError({ status: 403, reason: "Forbidden", message: "no" });
      return set("prod", "web", "web");
    });
    const once = readOnce(connection);
    await expect(list(once, place)).rejects.toMatchObject({ status: 403 });
    expect(await readPath(once, pathTo(`${root}/namespaces/prod/daemonsets/web`))).toBeDefined();
    expect(asked).toHaveLength(2);
  });
});
