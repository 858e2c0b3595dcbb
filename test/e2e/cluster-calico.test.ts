import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Datastore, Flavour } from "../calico/era.ts";
import { installCalico } from "../calico/install.ts";
import { kubeVersions, type KubeVersion } from "../cluster/binaries/recipes.ts";
import { type Cluster, startCluster } from "../cluster/cluster.ts";
import { at, listAt } from "../cluster/kube-object.ts";

const eras: Record<KubeVersion, [string, Datastore, Flavour][]> = {
  "1.36": [
    ["v3.23.5", "kdd", "hosted"],
    ["v3.26.4", "kdd", "hosted"],
    ["v3.29.7", "kdd", "hosted"],
    ["v3.29.7", "etcd", "hosted"],
    ["v3.29.7", "kdd", "canal"],
    ["v3.30.7", "kdd", "hosted"],
    ["v3.32.1", "kdd", "hosted"],
  ],
  "1.24": [
    ["v3.15.5", "kdd", "hosted"],
    ["v3.19.4", "kdd", "canal"],
    ["v3.22.5", "kdd", "hosted"],
  ],
  "1.15": [
    ["v1.6.1", "etcd", "hosted"],
    ["v2.0.2", "kdd", "hosted"],
    ["v2.4.1", "etcd", "hosted"],
    ["v2.5.1", "kdd", "hosted"],
    ["v2.6.12", "etcd", "hosted"],
    ["v2.6.12", "kdd", "canal"],
    ["v3.0.12", "kdd", "hosted"],
    ["v3.3.7", "etcd", "hosted"],
    ["v3.6.5", "kdd", "hosted"],
    ["v3.8.9", "kdd", "hosted"],
    ["v3.14.2", "kdd", "hosted"],
  ],
};

describe.each(kubeVersions)("Calico on Kubernetes %s", (kubeVersion) => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster({ kubeVersion });
  });
  afterAll(() => cluster?.stop());
  afterEach(() => cluster.resetCalico());

  test.each(eras[kubeVersion])(
    "%s (%s, %s) is taken by the server and runs on every node",
    async (version, datastore, flavour) => {
      await installCalico(cluster, { version, datastore, flavour });
      const { stdout } = await cluster.kubectl(["-n", "kube-system", "get", "pods", "--no-headers"]);
      const nodes = stdout.split("\n").filter((line) => /^(calico-node|canal)-/.test(line));
      expect(nodes).toHaveLength(3);
      for (const line of nodes) expect(line).toContain("Running");
    },
  );

  test("a container's start is its own: id, image and times are as a kubelet reports them", async () => {
    const version = { "1.36": "v3.29.7", "1.24": "v3.22.5", "1.15": "v3.8.9" }[kubeVersion];
    await installCalico(cluster, { version });
    const path = "/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dcalico-node";
    const list = listAt(await cluster.api.ask("GET", path), "items");
    const ids = list.map((pod) => at(pod, "status", "containerStatuses", 0, "containerID"));
    expect(new Set(ids).size).toBe(3);
    const runtime = kubeVersion === "1.15" ? "docker" : "containerd";
    for (const id of ids) expect(id).toMatch(new RegExp(`^${runtime}://[0-9a-f]{64}$`));
    for (const pod of list) {
      const init = listAt(pod, "status", "initContainerStatuses");
      expect(init.map((status) => at(status, "state", "terminated", "reason"))).toEqual(
        init.map(() => "Completed"),
      );
      expect(at(pod, "status", "containerStatuses", 0, "imageID")).toMatch(
        /calico\/node@sha256:[0-9a-f]{64}$/,
      );
    }
  });
});

describe("what the builder refuses", () => {
  test.each([
    ["v1.5.0", {}],
    ["v3.33.0", {}],
    ["v1.6.1", { datastore: "kdd" }],
    ["v3.29.7", { datastore: "etcd", flavour: "canal" }],
    ["3.29", {}],
  ] as const)("%s %o is no install that there was", async (version, options) => {
    const { hostedCalico } = await import("../calico/hosted-calico.ts");
    expect(() => hostedCalico({ version, ...options })).toThrow(
      version.startsWith("v3.29") ? "canal" : version,
    );
  });
});
