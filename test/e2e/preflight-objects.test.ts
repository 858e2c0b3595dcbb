/**
 * Rules of `preflight` that look at other objects than calico-node's, on real servers: many situations at once, few
 * runs, each rule with the object that it names.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hostedCalico, toYaml } from "../calico/hosted-calico.ts";
import { workloadsReady } from "../calico/install.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { at, type KubeObject } from "../cluster/kube-object.ts";
import { found } from "./support/preflight-findings.ts";
import { crd } from "./support/crd.ts";
import { testCluster } from "./test-cluster.ts";

type Fields = Readonly<Record<string, unknown>>;

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "preflight-objects-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, objects: readonly KubeObject[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, toYaml(objects));
  return path;
}

/** The table: each id with what is found, all of it by one run. */
async function expectFound(
  cluster: Cluster,
  args: readonly string[],
  table: Readonly<Record<string, string>>,
) {
  expect(await found(cluster, args, Object.keys(table))).toEqual(table);
}

/** A workload with changes to its pods' spec. */
function withPods(object: KubeObject, change: (spec: Fields) => Fields, more: Fields = {}): KubeObject {
  const spec = object["spec"] as Fields;
  const template = spec["template"] as Fields & { readonly spec: Fields };
  return {
    ...object,
    spec: {
      ...spec,
      ...more,
      template: { ...template, spec: { ...template.spec, ...change(template.spec) } },
    },
  };
}

/** Of calico-node; the others stay. */
function withEnv(spec: Fields, env: Readonly<Record<string, string>>, more: Fields = {}): Fields {
  const [node = {}, ...others] = spec["containers"] as readonly (Fields & {
    readonly env?: readonly Fields[];
  })[];
  const kept = (node.env ?? []).filter(({ name }) => !Object.hasOwn(env, String(name)));
  const added = Object.entries(env).map(([name, value]) => ({ name, value }));
  return { containers: [{ ...node, env: [...kept, ...added], ...more }, ...others] };
}

const isKind = (kind: string, name: string) => (object: KubeObject) =>
  object.kind === kind && object.metadata.name === name;
const isNode = isKind("DaemonSet", "calico-node");
const isConfig = isKind("ConfigMap", "calico-config");
const isController = isKind("Deployment", "calico-kube-controllers");

function withData(object: KubeObject, data: Readonly<Record<string, string>>): KubeObject {
  return { ...object, data: { ...(object["data"] as Fields), ...data } };
}

describe("Kubernetes 1.36", () => {
  const nowhere = { nodeSelector: { place: "nowhere" } };
  const next = hostedCalico({ version: "v3.31.7" });
  let cluster: Cluster;
  let live: readonly KubeObject[] = [];

  beforeAll(async () => {
    cluster = await testCluster({ kubeVersion: "1.36" });
    const plain = hostedCalico({ version: "v3.30.7", registry: "mirror.example" });
    live = plain.map((object) => {
      if (isNode(object))
        return withPods(
          object,
          (spec) => ({
            imagePullSecrets: [{ name: "mirror" }],
            ...withEnv(spec, {
              CLUSTER_TYPE: "k8s,bgp,kubespray",
              CALICO_IPV4POOL_CIDR: "10.1.0.0/16",
              FELIX_TYPHAK8SSERVICENAME: "calico-typha",
            }),
          }),
          { updateStrategy: { type: "OnDelete" } },
        );
      if (!isController(object)) return object;
      const other = JSON.parse(JSON.stringify(object).replaceAll("v3.30.7", "v3.29.7")) as KubeObject;
      return withPods(other, () => nowhere);
    });
    await cluster.resetCalico();
    await cluster.apply(live.filter((object) => !isController(object)));
    await workloadsReady(cluster);
    const labels = { "k8s-app": "calico-typha" };
    await cluster.apply([
      ...live.filter(isController),
      {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "calico-typha", namespace: "kube-system" },
        spec: {
          replicas: 4,
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: { ...nowhere, containers: [{ name: "calico-typha", image: "calico/typha:v3.32.0" }] },
          },
        },
      },
    ]);
    // Another revision that no pod runs: the strategy is OnDelete.
    await cluster.apply(
      live.filter(isNode).map((object) => withPods(object, () => ({ terminationGracePeriodSeconds: 7 }))),
    );
    await cluster.waitFor(
      "/apis/apps/v1/namespaces/kube-system/controllerrevisions",
      (all) => all.filter(({ metadata }) => metadata.name.startsWith("calico-node-")).length === 2,
      { what: "the new revision" },
    );
    await cluster.waitFor(
      "/api/v1/namespaces/kube-system/pods",
      (pods) => pods.some(({ metadata }) => metadata.labels?.["k8s-app"] === "calico-kube-controllers"),
      { what: "the controller's pod" },
    );
  });
  afterAll(() => cluster?.stop());

  test("what stands beside calico-node, and what a file would lose or bring, is named by its object", async () => {
    const spoiled = next
      .filter(({ metadata }) => metadata.name !== "bgppeers.crd.projectcalico.org")
      .map((object) => {
        if (isConfig(object)) return withData(object, { large: "x".repeat(300_000) });
        if (isController(object))
          return withPods(object, () => ({}), { strategy: { type: "RollingUpdate" } });
        if (!isNode(object)) return object;
        return withPods(object, (spec) =>
          withEnv(
            spec,
            { CALICO_IPV4POOL_CIDR: "10.2.0.0/16", FELIX_TYPHAK8SSERVICENAME: "none" },
            {
              resources: { requests: { cpu: "100000" } },
              volumeMounts: [{ name: "no-such", mountPath: "/no-such" }],
            },
          ),
        );
      });
    const set = "DaemonSet kube-system/calico-node";
    const [controller, typha] = ["calico-kube-controllers", "calico-typha"].map(
      (name) => `Deployment kube-system/${name}`,
    );
    const listed = (await cluster.api.ask("GET", "/api/v1/namespaces/kube-system/pods")) as {
      readonly items: readonly KubeObject[];
    };
    const pods = listed.items
      .filter(({ metadata }) => metadata.labels?.["k8s-app"] === "calico-node")
      .map(({ metadata }) => `Pod kube-system/${metadata.name}`);
    await expectFound(cluster, ["-f", await file("spoiled.yaml", spoiled)], {
      S04: `fail ${controller}, ${typha}`,
      S07: `fail ${pods.join(", ")}`,
      S08: "fail PodDisruptionBudget kube-system/calico-kube-controllers",
      S09: `fail ${typha}`,
      S10: "fail Node node-01, Node node-02, Node node-03",
      S12: "fail calico-node, the controller, Typha",
      O03: `fail ${set}`,
      H02: "fail CustomResourceDefinition bgppeers.crd.projectcalico.org",
      H06: `fail ${typha}`,
      M02: `pass`,
      M03: "pass",
      M05: `fail ${set}`,
      M12: `fail ${set}`,
      M13: `fail ${set}, ${set}, ${set}, ${controller}`,
      M17: "fail ConfigMap calico-config",
      M18: `fail ${set}`,
      M19: "fail Deployment calico-kube-controllers",
    });
  });

  test("M02 and M03: another install, and the file that runs with other tags", async () => {
    const renamed = next.map((object) =>
      isNode(object) ? { ...object, metadata: { ...object.metadata, name: "calico-node-2" } } : object,
    );
    await expectFound(cluster, ["-f", await file("renamed.yaml", renamed)], { M02: "fail the file" });
    const set = await cluster.api.ask("GET", "/apis/apps/v1/namespaces/kube-system/daemonsets/calico-node");
    const spec = at(set, "spec") as Fields;
    const bumped = live.map((object) =>
      isNode(object)
        ? (JSON.parse(JSON.stringify({ ...object, spec }).replaceAll("v3.30.7", "v3.31.7")) as KubeObject)
        : object,
    );
    await expectFound(cluster, ["-f", await file("bumped.yaml", bumped)], {
      M03: "fail DaemonSet kube-system/calico-node",
    });
  });

  test("O08 and O09: an operator that is down, and what it says of itself", async () => {
    const group = "operator.tigera.io";
    const kinds = [
      ["Installation", "installations"],
      ["TigeraStatus", "tigerastatuses"],
    ] as const;
    const crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    try {
      await cluster.apply(kinds.map(([kind, plural]) => crd(group, "v1", kind, plural)));
      await cluster.apply([
        { apiVersion: `${group}/v1`, kind: "Installation", metadata: { name: "default" }, spec: {} },
        {
          apiVersion: `${group}/v1`,
          kind: "TigeraStatus",
          metadata: { name: "calico" },
          status: { conditions: [{ type: "Degraded", status: "True", message: "no image" }] },
        },
        {
          apiVersion: "apps/v1",
          kind: "Deployment",
          metadata: { name: "tigera-operator", namespace: "kube-system" },
          spec: {
            replicas: 1,
            selector: { matchLabels: { name: "tigera-operator" } },
            template: {
              metadata: { labels: { name: "tigera-operator" } },
              spec: {
                ...nowhere,
                containers: [{ name: "tigera-operator", image: "quay.io/tigera/operator:v1.38.7" }],
              },
            },
          },
        },
      ]);
      await cluster.api.ask("PATCH", "/apis/apps/v1/namespaces/kube-system/daemonsets/calico-node", {
        metadata: { labels: { "app.kubernetes.io/managed-by": "tigera-operator" } },
      });
      await expectFound(cluster, [], {
        O02: "fail DaemonSet kube-system/calico-node",
        O08: "fail Deployment kube-system/tigera-operator",
        O09: "fail TigeraStatus calico",
      });
    } finally {
      await cluster.api
        .ask("DELETE", "/apis/apps/v1/namespaces/kube-system/deployments/tigera-operator")
        .catch(() => undefined);
      for (const [, plural] of kinds)
        await cluster.api.ask("DELETE", `${crds}/${plural}.${group}`).catch(() => undefined);
    }
  });
});

describe("Kubernetes 1.15", () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await testCluster({ kubeVersion: "1.15" });
  });
  afterAll(() => cluster?.stop());

  test("v1.6 with etcd: the Job that writes a pool, another etcd, load balancers, policies that come back", async () => {
    await cluster.resetCalico();
    await cluster.apply(hostedCalico({ version: "v1.6.1", datastore: "etcd" }));
    await workloadsReady(cluster);
    const service = { apiVersion: "v1", kind: "Service", metadata: { name: "shop", namespace: "default" } };
    const policies = "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies";
    try {
      await cluster.apply([
        { ...service, spec: { type: "LoadBalancer", ports: [{ port: 80 }] } },
        {
          apiVersion: "networking.k8s.io/v1",
          kind: "NetworkPolicy",
          metadata: {
            name: "web",
            namespace: "default",
            annotations: { "meta.helm.sh/release-name": "shop" },
          },
          spec: { podSelector: {} },
        },
      ]);
      const moved = hostedCalico({ version: "v2.0.2", datastore: "etcd" }).map((object) =>
        isConfig(object) ? withData(object, { etcd_endpoints: "http://10.9.9.9:2379" }) : object,
      );
      await expectFound(cluster, ["-f", await file("moved.yaml", moved)], {
        B02: "fail Job kube-system/configure-calico",
        M11: "fail ConfigMap kube-system/calico-config",
        H08: "n/a",
        H09: "fail Service default/shop",
        H15: "n/a",
      });
      await expectFound(cluster, ["--to", "v2.6.12"], {
        B02: "n/a",
        H08: "pass",
        H15: "fail NetworkPolicy default/web",
        N03: "fail NetworkPolicy default/web",
      });
    } finally {
      await cluster.api.ask("DELETE", "/api/v1/namespaces/default/services/shop").catch(() => undefined);
      await cluster.api.ask("DELETE", `${policies}/web`).catch(() => undefined);
    }
  });

  test("B05: a controller that is told etcd in the old way is named", async () => {
    await cluster.resetCalico();
    const old = hostedCalico({ version: "v2.6.12", datastore: "etcd" }).map((object) => {
      if (!isController(object)) return object;
      const text = JSON.stringify(object).replaceAll(
        /\{"name":"ETCD_ENDPOINTS",.*?\}\}\}/g,
        '{"name":"ETCD_AUTHORITY","value":"10.0.0.1:2379"}',
      );
      return JSON.parse(text) as KubeObject;
    });
    await cluster.apply(old);
    await workloadsReady(cluster);
    await expectFound(cluster, ["--to", "v3.0.12"], {
      B05: "fail Deployment kube-system/calico-kube-controllers",
    });
  });
});
