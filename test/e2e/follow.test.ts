/** The cluster edge against real servers of both eras: discovery, lists, watches, writes, access reviews. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { reviewAccess } from "../../src/cluster/access.ts";
import { connect } from "../../src/cluster/connection/connect.ts";
import { discover } from "../../src/cluster/discovery.ts";
import { follow } from "../../src/cluster/follow.ts";
import { list } from "../../src/cluster/list.ts";
import type { Connection, Discovery } from "../../src/cluster/port.ts";
import { sendWrite } from "../../src/cluster/write.ts";
import { isApiError } from "../../src/errors.ts";
import { parseYaml } from "../../src/manifest/yaml.ts";
import type { Write } from "../../src/model/write.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { noFlags } from "../unit/cluster/wire-server.ts";
import { testCluster } from "./test-cluster.ts";
import { pathOf } from "../../src/cluster/paths.ts";

const configMaps = { group: "", version: "v1", resource: "configmaps", kind: "ConfigMap" };
const ref = { ...configMaps, namespace: "default", name: "followed" };

describe.each(["1.36", "1.15"] as const)("Kubernetes %s", (kubeVersion) => {
  let cluster: Cluster;
  let connection: Connection;
  let discovery: Discovery;

  beforeAll(async () => {
    cluster = await testCluster({ kubeVersion, nodes: 1 });
    connection = await open(cluster.kubeconfig);
    discovery = await discover(connection, ["", "apps", "extensions", "networking.k8s.io"]);
  });
  afterAll(async () => {
    connection?.close();
    await cluster?.stop();
  });

  const write = (write: Write, dryRun = false) =>
    sendWrite(connection, write, { dryRun, serverVersion: discovery.version });
  const create: Write = {
    verb: "create",
    ref,
    fieldManager: "test",
    body: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: ref.name, namespace: "default" } },
  };
  const remove = (uid: string): Write => ({ verb: "delete", ref, uid });

  test("discovery says where things are in this era", () => {
    expect(discovery.version).toMatch(new RegExp(`^v${kubeVersion.replace(".", "\\.")}\\.`));
    expect(discovery.find("daemonsets", ["apps", "extensions"])).toMatchObject({
      group: "apps",
      version: "v1",
      kind: "DaemonSet",
      namespaced: true,
    });
    expect(discovery.serves("extensions/v1beta1")).toBe(kubeVersion === "1.15");
    expect(discovery.forKind("extensions/v1beta1", "DaemonSet") !== undefined).toBe(kubeVersion === "1.15");
  });

  test("a map follows what is made, changed and removed, and takes in our own writes at once", async () => {
    const stop = new AbortController();
    const waiting: (() => void)[] = [];
    const live = follow(connection, configMaps, {
      namespace: "default",
      signal: stop.signal,
      pick: (object) => String((object["data"] as Record<string, string> | undefined)?.["a"]),
      onChange: () => waiting.splice(0).forEach((ring) => ring()),
    });
    const holds = async (condition: () => boolean) => {
      while (!condition()) await new Promise<void>((resolve) => waiting.push(resolve));
    };
    await live.ready;
    const made = await write(create);
    live.replace(made.object);
    expect(live.objects.get("default/followed")).toBe("undefined");
    expect(made.date).toBeTypeOf("number");
    await cluster.kubectl(["patch", "configmap", "followed", "--type=merge", "-p", '{"data":{"a":"b"}}']);
    await holds(() => live.objects.get("default/followed") === "b");
    await write(remove(made.object.metadata.uid ?? ""));
    await holds(() => !live.objects.has("default/followed"));
    stop.abort();
    await live.ended;
  });

  test("a patch at an old resourceVersion, and a delete of another UID, are refused: 409", async () => {
    const { object } = await write(create);
    const patch = (resourceVersion: string): Write => ({
      verb: "patch",
      ref,
      patch: "merge",
      fieldManager: "test",
      body: { metadata: { resourceVersion }, data: { x: "y" } },
    });
    await write(patch(object.metadata.resourceVersion ?? ""));
    const conflict = { kind: "api", status: 409, reason: "Conflict" };
    await expect(write(patch(object.metadata.resourceVersion ?? ""))).rejects.toMatchObject(conflict);
    await expect(write(remove("another"))).rejects.toMatchObject(conflict);
    await write(remove(object.metadata.uid ?? ""));
  });

  test("H07: a dry run changes nothing, whatever the verb", async () => {
    await write(create, true);
    await expect(
      connection.request({
        method: "GET",
        path: pathOf("api", "v1", "namespaces", "default", "configmaps", "followed"),
      }),
    ).rejects.toMatchObject({ status: 404 });
    const { object } = await write(create);
    const uid = object.metadata.uid ?? "";
    await write(
      { verb: "patch", ref, patch: "merge", fieldManager: "test", body: { data: { x: "y" } } },
      true,
    );
    await write(remove(uid), true);
    const { body } = await connection.request({
      method: "GET",
      path: pathOf("api", "v1", "namespaces", "default", "configmaps", "followed"),
    });
    expect(body).not.toHaveProperty("data");
    await write(remove(uid));
  });

  test("a list of more than a page is whole", async () => {
    const names = Array.from({ length: 520 }, (_, index) => `many-${index}`);
    const items = names.map((name) => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, namespace: "default", labels: { many: "yes" } },
    }));
    const path = pathOf("api", "v1", "namespaces", "default", "configmaps");
    await Promise.all(items.map((body) => connection.request({ method: "POST", path, body })));
    const listed = await list(connection, configMaps, {
      namespace: "default",
      labelSelector: "many=yes",
      pick: ({ kind, apiVersion, metadata }) => `${apiVersion} ${kind} ${metadata.name}`,
    });
    expect(listed.items.toSorted()).toEqual(names.map((name) => `v1 ConfigMap ${name}`).toSorted());
    expect(listed.resourceVersion).toMatch(/^\d+$/);
    await cluster.kubectl(["delete", "configmap", "-l", "many=yes", "--wait=false"]);
  });

  test("access reviews answer as the server decides", async () => {
    const path = await cluster.userKubeconfig({
      rules: [{ apiGroups: [""], resources: ["nodes"], verbs: ["get", "patch"] }],
    });
    const theirs = await open(path);
    const nodes = { group: "", resource: "nodes" };
    expect(
      await reviewAccess(theirs, [
        { ...nodes, verb: "get" },
        { ...nodes, verb: "patch", name: "node-01" },
        { ...nodes, verb: "delete" },
        { group: "", resource: "pods", subresource: "log", namespace: "kube-system", verb: "get" },
      ]),
    ).toEqual([true, true, false, false]);
    const denied = await list(theirs, { ...nodes, version: "v1", kind: "Node" }).catch(
      (error: unknown) => error,
    );
    expect(isApiError(denied) && denied.reason).toBe("Forbidden");
    theirs.close();
  });
});

function open(kubeconfig: string): Promise<Connection> {
  return connect(
    { ...noFlags, kubeconfig },
    {
      env: {},
      parseYaml,
      editYaml: (text) => text,
      log: () => {},
      warn: () => {},
      userAgent: "kubectl-calico_upgrade/test",
      pid: 1,
      stdinTty: false,
      login: () => Promise.reject(new Error("nobody to ask")),
    },
  );
}
