/**
 * The rules of `preflight` on real servers: each object that a rule looks for is really there, is read through
 * discovery as the server serves it, and is named in the finding. What each rule says of which object is held by
 * the unit tests; here that the reading behind it finds the object at all.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DataMigration } from "../../src/render/data/kind.ts";
import { crds } from "../calico/crds.ts";
import { eraOf } from "../calico/era.ts";
import { hostedCalico } from "../calico/hosted-calico.ts";
import { workloadsReady } from "../calico/install.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { KubeObject } from "../cluster/kube-object.ts";
import { findings, found } from "./support/preflight-findings.ts";
import { crd } from "./support/crd.ts";
import { runPlugin } from "./support/plugin.ts";
import { testCluster } from "./test-cluster.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Objects outside kube-system go with it. */
const place = "rules";
const defaultDeny = '{"ingress":{"isolation":"DefaultDeny"}}';

/** On the way to a release. */
const foundTo = async (cluster: Cluster, to: string, ids: readonly string[]) =>
  await found(cluster, ["--to", to], ids);

/** The same install with other images: rules go by what runs. */
async function runRelease(
  cluster: Cluster,
  built: string,
  tags: Fields,
  datastore: "etcd" | "kdd",
): Promise<void> {
  const text = JSON.stringify(hostedCalico({ version: built, datastore }, ["rbac", "config", "workloads"]));
  const objects = JSON.parse(
    text.replaceAll(
      /calico\/(node|cni|kube-controllers|kube-policy-controller|typha):v[\d.]+/g,
      (image, name: string) => {
        const tag = tags[name];
        return typeof tag === "string" ? `calico/${name}:${tag}` : image;
      },
    ),
  ) as KubeObject[];
  await cluster.resetCalico();
  await cluster.apply(objects);
  await workloadsReady(cluster);
}

function calico(kind: string, name: string, spec: Fields, more: Fields = {}): KubeObject {
  return { apiVersion: "crd.projectcalico.org/v1", kind, metadata: { name, ...more }, spec };
}

/** A cluster may be kept for other tests: CRDs that only these need would mislead them. */
async function leave(cluster: Cluster | undefined, api: string, ours: RegExp): Promise<void> {
  if (cluster === undefined) return;
  await cluster.api.ask("DELETE", `/api/v1/namespaces/${place}`).catch(() => undefined);
  const { items } = (await cluster.api.ask("GET", `${api}/customresourcedefinitions`)) as {
    readonly items: readonly KubeObject[];
  };
  const names = items
    .map(({ metadata }) => metadata.name)
    .filter((name) => ours.test(name) && !name.includes(".crd."));
  await Promise.all(
    names.map((name) => cluster.api.ask("DELETE", `${api}/customresourcedefinitions/${name}`)),
  );
  await cluster.stop();
}

describe("Kubernetes 1.36", () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await testCluster({ kubeVersion: "1.36" });
    const lastApplied = { "kubectl.kubernetes.io/last-applied-configuration": "{}" };
    await cluster.apply([
      ...crds(eraOf({ version: "v3.31.7" })).map((each) =>
        each.metadata.name === "ippools.crd.projectcalico.org"
          ? { ...each, metadata: { ...each.metadata, annotations: lastApplied } }
          : each,
      ),
      crd("migration.projectcalico.org", "v1beta1", "DatastoreMigration", "datastoremigrations"),
    ]);
  });
  afterAll(async () => {
    await leave(cluster, "/apis/apiextensions.k8s.io/v1", /migration\.projectcalico\.org$/);
  });

  async function put(objects: readonly KubeObject[]): Promise<void> {
    await cluster.apply([
      {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: {
          name: place,
          annotations: {
            "net.beta.kubernetes.io/network-policy": defaultDeny,
            "net.alpha.kubernetes.io/network-isolation": "yes",
          },
        },
      },
    ]);
    // What runs cannot be applied again.
    await cluster.api.ask("DELETE", `/api/v1/namespaces/${place}/pods`).catch(() => undefined);
    await cluster.waitFor(`/api/v1/namespaces/${place}/pods`, (pods) => pods.length === 0, {
      what: "no pods",
    });
    await cluster.apply([...objects]);
  }

  test("v3.13 to v3.28: host endpoints, dataplane, orders, CRDs, accounts, owners, kernels", async () => {
    await runRelease(
      cluster,
      "v3.29.7",
      { node: "v3.13.4", cni: "v3.13.4", "kube-controllers": "v3.13.4" },
      "kdd",
    );
    for (const path of [
      "/api/v1/namespaces/kube-system/serviceaccounts/calico-cni-plugin",
      "/apis/rbac.authorization.k8s.io/v1/clusterroles/calico-cni-plugin",
    ])
      await cluster.api.ask("DELETE", path);
    await put([
      calico("HostEndpoint", "node-01-all", { interfaceName: "*", node: "node-01" }),
      calico("GlobalNetworkPolicy", "half", { order: 10.5, selector: "role == 'db'" }),
      calico("FelixConfiguration", "default", { bpfEnabled: true, routeTableRange: { min: 1, max: 200 } }),
      calico("IPPool", "pods", { cidr: "10.0.0.0/16", vxlanMode: "Always" }),
      {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: {
          name: "owned",
          namespace: place,
          ownerReferences: [
            {
              apiVersion: "projectcalico.org/v3",
              kind: "NetworkSet",
              name: "allowed",
              uid: "00000000-0000-4000-8000-000000000001",
            },
          ],
        },
      },
      {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "sidecar", namespace: place },
        spec: { containers: [{ name: "dikastes", image: "quay.io/calico/dikastes:v3.13.4" }] },
      },
    ]);
    const ids = [
      "B13",
      "B14",
      "B15",
      "B16",
      "B17",
      "B18",
      "B20",
      "B21",
      "B22",
      "B23",
      "B24",
      "B25",
      "B41",
      "K01",
      "N04",
      "N05",
      "P08",
      "R08",
    ];
    expect(await foundTo(cluster, "v3.28.5", ids)).toEqual({
      B13: "pass",
      B14: "fail HostEndpoint node-01-all",
      B15: "fail",
      B16: "fail GlobalNetworkPolicy half",
      B17: "pass",
      B18: "pass",
      B20: "fail FelixConfiguration default",
      B21: "pass",
      B22: "n/a",
      B23: "fail ServiceAccount calico-cni-plugin, ClusterRole calico-cni-plugin",
      B24: `fail ConfigMap ${place}/owned`,
      B25: "fail Node node-01, Node node-02, Node node-03",
      B41: `fail Pod ${place}/sidecar`,
      K01: "fail",
      N04: `fail Namespace ${place}`,
      N05: `fail Namespace ${place}`,
      P08: "fail",
      R08: "n/a",
    });
  });

  test("v3.29 to v3.33: admin policies, Typha, routes, migrations, the lock, tiers", async () => {
    await runRelease(
      cluster,
      "v3.29.7",
      { node: "v3.29.1", cni: "v3.29.1", "kube-controllers": "v3.29.1" },
      "kdd",
    );
    await put([
      calico(
        "NetworkPolicy",
        "default.web",
        {},
        { namespace: place, labels: { "argocd.argoproj.io/instance": "shop" } },
      ),
      calico("IPPool", "pods", { cidr: "10.0.0.0/16", ipipMode: "Always" }),
      calico("FelixConfiguration", "default", { bpfEnabled: false }),
      calico("HostEndpoint", "node-01-all", { interfaceName: "*", node: "node-01" }),
      calico("KubeControllersConfiguration", "default", {
        controllers: { node: { hostEndpoint: { autoCreate: "Enabled" } } },
      }),
      calico("ClusterInformation", "default", { datastoreReady: false }),
      {
        apiVersion: "policy.networking.k8s.io/v1alpha1",
        kind: "AdminNetworkPolicy",
        metadata: { name: "no-metadata-service" },
        spec: {},
      },
      {
        apiVersion: "migration.projectcalico.org/v1beta1",
        kind: "DatastoreMigration",
        metadata: { name: "v3" },
        status: { phase: "Migrating" },
      },
      {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "calico-typha", namespace: "kube-system" },
        spec: {
          replicas: 1,
          selector: { matchLabels: { "k8s-app": "calico-typha" } },
          template: {
            metadata: { labels: { "k8s-app": "calico-typha" } },
            spec: { containers: [{ name: "calico-typha", image: "calico/typha:v3.29.1" }] },
          },
        },
      },
    ]);
    const ids = [
      "B28",
      "B29",
      "B32",
      "B33",
      "B35",
      "B36",
      "B37",
      "B38",
      "B39",
      "B40",
      "B42",
      "D05",
      "D06",
      "R16",
      "R17",
    ];
    expect(await foundTo(cluster, "v3.33.0", ids)).toEqual({
      B28: `fail NetworkPolicy ${place}/default.web`,
      B29: `fail NetworkPolicy ${place}/default.web`,
      B32: "fail DaemonSet kube-system/calico-node",
      B33: "fail AdminNetworkPolicy no-metadata-service",
      B35: "fail",
      B36: "fail Deployment kube-system/calico-typha",
      B37: "fail",
      B38: "fail IPPool pods",
      B39: "n/a",
      B40: "fail DatastoreMigration v3",
      B42: "fail HostEndpoint node-01-all",
      D05: "fail ClusterInformation default",
      D06: "fail DatastoreMigration v3",
      R16: "fail",
      R17: "n/a",
    });
  });

  test("migrate-data shows how far other programs have come with Calico's data, and their commands", async () => {
    const version = "v3.29.7";
    await runRelease(cluster, version, { node: version, cni: version, "kube-controllers": version }, "kdd");
    const migration = (phase: string): KubeObject => ({
      apiVersion: "migration.projectcalico.org/v1beta1",
      kind: "DatastoreMigration",
      metadata: { name: "v3" },
      status: { phase },
    });
    const told = async () => {
      const { stdout, stderr } = await runPlugin(cluster, ["migrate-data", "-o", "json"]);
      if (stdout === "") throw new Error(stderr);
      const { others } = JSON.parse(stdout) as DataMigration;
      return Object.fromEntries(others.map((other) => [other.id, other]));
    };
    await put([calico("ClusterInformation", "default", { datastoreReady: false }), migration("Migrating")]);
    const { D03, D05, D06 } = await told();
    expect(D03?.state).toBe("none");
    expect(D05).toMatchObject({
      state: "in progress",
      commands: expect.arrayContaining(["calicoctl datastore migrate unlock"]),
    });
    expect(D06).toMatchObject({
      state: "in progress",
      because: expect.stringContaining("phase is Migrating"),
    });
    await put([calico("ClusterInformation", "default", { datastoreReady: true }), migration("Complete")]);
    const after = await told();
    expect([after["D05"]?.state, after["D06"]?.state]).toEqual(["none", "done"]);
    expect(after["D06"]?.commands.join("\n")).toContain("kubectl delete datastoremigrations");
  });

  test("v3.28 to v3.29.1: the role without which namespaces stay", async () => {
    await runRelease(
      cluster,
      "v3.29.7",
      { node: "v3.28.5", cni: "v3.28.5", "kube-controllers": "v3.28.5" },
      "kdd",
    );
    expect(await foundTo(cluster, "v3.29.1", ["B27"])).toEqual({ B27: "pass" });
    await cluster.api.ask("DELETE", "/apis/rbac.authorization.k8s.io/v1/clusterroles/calico-tier-getter");
    expect(await foundTo(cluster, "v3.29.1", ["B27"])).toEqual({
      B27: "fail ClusterRole calico-tier-getter",
    });
  });

  test("Helm: what its release has to be told, by the marks on the operator", async () => {
    await runRelease(
      cluster,
      "v3.29.7",
      { node: "v3.22.5", cni: "v3.22.5", "kube-controllers": "v3.22.5" },
      "kdd",
    );
    await put([
      {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: {
          name: "tigera-operator",
          namespace: place,
          annotations: { "meta.helm.sh/release-name": "calico", "meta.helm.sh/release-namespace": "default" },
        },
        spec: {
          replicas: 0,
          selector: { matchLabels: { name: "tigera-operator" } },
          template: {
            metadata: { labels: { name: "tigera-operator" } },
            spec: { containers: [{ name: "tigera-operator", image: "quay.io/tigera/operator:v1.25.13" }] },
          },
        },
      },
    ]);
    expect(await foundTo(cluster, "v3.32.1", ["B19", "B30", "B31", "B34"])).toEqual({
      B19: `fail Deployment ${place}/tigera-operator`,
      B30: "unknown",
      B31: "n/a",
      B34: `fail Deployment ${place}/tigera-operator`,
    });
  });
});

describe("Kubernetes 1.15", () => {
  let cluster: Cluster;
  const group = "projectcalico.org";

  beforeAll(async () => {
    cluster = await testCluster({ kubeVersion: "1.15" });
  });
  afterAll(async () => {
    await leave(cluster, "/apis/apiextensions.k8s.io/v1beta1", /[a-z]\.(alpha\.)?projectcalico\.org$/);
  });

  test("v1.6 to v2.5 with etcd: the ReplicaSet, and the policies that change their meaning", async () => {
    await cluster.resetCalico();
    await cluster.apply(hostedCalico({ version: "v1.6.1", datastore: "etcd" }));
    await workloadsReady(cluster);
    await cluster.apply([
      {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: {
          name: place,
          annotations: { "net.beta.kubernetes.io/network-policy": "{broken" },
        },
      },
      {
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { name: "web", namespace: "default" },
        spec: { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: "10.0.0.0/8" } }] }] },
      },
    ]);
    expect(
      await foundTo(cluster, "v2.6.12", [
        "B01",
        "B03",
        "N01",
        "N02",
        "N03",
        "N07",
        "N08",
        "P02",
        "P13",
        "D01",
        "K02",
      ]),
    ).toEqual({
      B01: "fail ReplicaSet kube-system/calico-policy-controller",
      B03: "pass",
      N01: `fail Namespace ${place}`,
      N02: "pass",
      N03: "fail NetworkPolicy default/web",
      N07: "fail NetworkPolicy default/web",
      N08: "pass",
      P02: "fail",
      P13: "n/a",
      D01: "n/a",
      K02: "pass API server",
    });
    await cluster.api.ask("DELETE", "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies/web");
  });

  test("v2.4 to v2.5 with the Kubernetes datastore: what is in the old group and not in the new one", async () => {
    await cluster.resetCalico();
    await cluster.apply(hostedCalico({ version: "v2.4.1", datastore: "kdd" }));
    await cluster.apply([
      ...crds(eraOf({ version: "v2.5.1" })),
      ...(["IpPool", "GlobalConfig", "GlobalBgpConfig", "GlobalBgpPeer"] as const).map((kind) =>
        old(group, kind),
      ),
      old(`alpha.${group}`, "SystemNetworkPolicy"),
    ]);
    await workloadsReady(cluster);
    await cluster.apply([
      {
        apiVersion: `${group}/v1`,
        kind: "IpPool",
        metadata: { name: "10-0-0-0-16", namespace: "kube-system" },
        spec: {},
      },
      {
        apiVersion: `${group}/v1`,
        kind: "GlobalConfig",
        metadata: { name: "clusterguid", namespace: "kube-system" },
        spec: {},
      },
      {
        apiVersion: `alpha.${group}/v1`,
        kind: "SystemNetworkPolicy",
        metadata: { name: "deny", namespace: "kube-system" },
        spec: {},
      },
      calico("IPPool", "10-0-0-0-16", { cidr: "10.0.0.0/16" }),
    ]);
    expect(await foundTo(cluster, "v2.5.1", ["D01", "P03", "P02", "D05"])).toEqual({
      D01: "fail GlobalConfig clusterguid, SystemNetworkPolicy deny",
      P03: "fail",
      P02: "n/a",
      D05: "pass",
    });
    expect((await findings(cluster, "--to", "v2.5.1")).get("D01")?.because).toContain(
      "not copied: GlobalConfig clusterguid",
    );
  });

  test("v2.6 to v3.24 with the Kubernetes datastore: peers, addresses, rights, pod security", async () => {
    await cluster.resetCalico();
    await cluster.apply(hostedCalico({ version: "v2.6.12", datastore: "kdd" }));
    await workloadsReady(cluster);
    await cluster.apply([
      calico("BGPPeer", "rack-1", { peerIP: "10.9.0.1" }),
      {
        apiVersion: "policy/v1beta1",
        kind: "PodSecurityPolicy",
        metadata: { name: "restricted" },
        spec: {
          seLinux: { rule: "RunAsAny" },
          runAsUser: { rule: "RunAsAny" },
          supplementalGroups: { rule: "RunAsAny" },
          fsGroup: { rule: "RunAsAny" },
        },
      },
    ]);
    const roles = "/apis/rbac.authorization.k8s.io/v1/clusterroles/calico-node";
    const ids = ["B07", "B10", "B12", "B13", "B18", "B21", "D02", "D04", "K07", "K08", "P06", "P07"];
    expect(await foundTo(cluster, "v3.24.6", ids)).toEqual({
      B07: "fail DaemonSet kube-system/calico-node",
      B10: "fail BGPPeer rack-1",
      B12: "fail CNI configuration",
      B13: "pass",
      B18: "fail",
      B21: "fail PodSecurityPolicy restricted",
      D02: "pass",
      D04: "fail CNI configuration",
      K07: "fail API server",
      K08: "fail API server",
      P06: "fail",
      P07: "fail",
    });
    await cluster.api.ask("PATCH", roles, { rules: null });
    expect((await foundTo(cluster, "v3.0.12", ["D02"]))["D02"]).toContain(
      "fail ServiceAccount kube-system/calico-node",
    );
    await cluster.api.ask("DELETE", "/apis/policy/v1beta1/podsecuritypolicies/restricted");
  });

  test("v2.6 to v3.0 with etcd: two controllers, namespaces that nobody closes, data that nobody sees", async () => {
    await cluster.resetCalico();
    await cluster.apply(hostedCalico({ version: "v2.6.12", datastore: "etcd" }));
    await workloadsReady(cluster);
    const controllers = "/apis/apps/v1/namespaces/kube-system/deployments";
    await cluster.api.ask("PATCH", `${controllers}/calico-policy-controller`, { spec: { replicas: 1 } });
    await cluster.apply([
      {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: place, annotations: { "net.beta.kubernetes.io/network-policy": defaultDeny } },
      },
    ]);
    expect(await foundTo(cluster, "v3.0.12", ["B03", "N05", "P09", "D03", "P02"])).toEqual({
      B03: "fail Deployment kube-system/calico-policy-controller, Deployment kube-system/calico-kube-controllers",
      N05: `fail Namespace ${place}`,
      P09: "unknown",
      D03: "unknown",
      P02: "n/a",
    });
  });

  /** ThirdPartyResources are gone from Kubernetes 1.8 on: a CRD of the same group, version and kind stands for them. */
  function old(where: string, kind: string): KubeObject {
    const singular = kind.toLowerCase();
    const plural = singular.endsWith("y") ? `${singular.slice(0, -1)}ies` : `${singular}s`;
    return {
      apiVersion: "apiextensions.k8s.io/v1beta1",
      kind: "CustomResourceDefinition",
      metadata: { name: `${plural}.${where}` },
      spec: { scope: "Namespaced", group: where, version: "v1", names: { kind, plural, singular } },
    };
  }
});
