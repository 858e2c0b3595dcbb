import { describe, expect, test } from "vitest";
import { installKind } from "../../../src/facts/install.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { workloadFacts } from "../../../src/model/workload.ts";
import {
  aDaemonSet,
  aHealthyCluster,
  aNode,
  aTemplate,
  aWorkload,
  forbidden,
  observedOf,
} from "../build/a-cluster.ts";

const installation: KubeObject = {
  apiVersion: "operator.tigera.io/v1",
  kind: "Installation",
  metadata: { name: "default" },
  status: { calicoVersion: "v3.29.1" },
};
const byOperator = aDaemonSet({
  namespace: "calico-system",
  labels: { "app.kubernetes.io/managed-by": "tigera-operator" },
  ownerReferences: [{ apiVersion: "operator.tigera.io/v1", kind: "Installation", name: "default", uid: "i" }],
});

function kindOf(spec: Parameters<typeof observedOf>[0]) {
  return installKind(observedOf({ nodes: [aNode("node-01")], ...spec }));
}

describe("how Calico got into the cluster, because each way has its own procedure", () => {
  test("from a manifest", () => {
    expect(kindOf(aHealthyCluster())).toMatchObject({ kind: "manifest", flavour: "calico", owners: [] });
  });

  test.each(["canal", "canal-node"])("canal, by DaemonSet %s and by its flannel container", (name) => {
    const flannel = { name: "kube-flannel", image: "docker.io/flannel/flannel:v0.24.4" };
    const set = aDaemonSet({ name, template: aTemplate({ containers: [flannel] }) });
    expect(kindOf({ daemonSets: [set] })).toMatchObject({ kind: "manifest", flavour: "canal" });
    const renamed = aDaemonSet({ name: "network", template: aTemplate({ containers: [flannel] }) });
    expect(kindOf({ daemonSets: [renamed] })).toMatchObject({ flavour: "canal" });
  });

  test("a DaemonSet is found by what it runs, whatever it is called; others are not", () => {
    const renamed = aDaemonSet({
      name: "network",
      template: aTemplate({ node: "registry.example/mirrored-calico-node:v3.29.1" }),
    });
    const unrelated = aDaemonSet({ name: "logs" });
    const template = {
      metadata: { labels: { app: "logs" } },
      spec: { containers: [{ name: "logs", image: "logs:1" }] },
    };
    expect(kindOf({ daemonSets: [renamed, { ...unrelated, spec: { template } }] }).kind).toBe("manifest");
    expect(kindOf({ daemonSets: [{ ...unrelated, spec: { template } }] }).kind).toBe("none");
  });

  test("by the operator, also while it has not made the DaemonSet yet", () => {
    expect(kindOf({ daemonSets: [byOperator], installation }).kind).toBe("operator");
    expect(kindOf({ daemonSets: [byOperator] }).kind).toBe("operator");
    expect(kindOf({ daemonSets: [], installation }).kind).toBe("operator");
  });

  test("between manifest and operator: by two namespaces, or by the label on a node", () => {
    expect(kindOf({ daemonSets: [aDaemonSet(), byOperator], installation }).kind).toBe("migrating");
    const labelled = aNode("n", { labels: { "projectcalico.org/operator-node-migration": "pre-operator" } });
    expect(kindOf({ daemonSets: [aDaemonSet()], nodes: [labelled] }).kind).toBe("migrating");
  });

  test("H20: several DaemonSets are several installs, not one chosen by chance", () => {
    const sets = [aDaemonSet({ name: "calico-node-amd64" }), aDaemonSet({ name: "calico-node-arm64" })];
    expect(kindOf({ daemonSets: sets }).kind).toBe("several");
  });

  test("nothing, or nothing that could be read", () => {
    expect(kindOf({ daemonSets: [] }).kind).toBe("none");
    expect(kindOf({ daemonSets: forbidden("daemonsets") }).kind).toBe("unknown");
  });

  test.each([
    ["RKE2", { annotations: { "meta.helm.sh/release-name": "rke2-canal" } }],
    ["RKE2", { template: aTemplate({ node: "docker.io/rancher/hardened-calico:v3.26.1-build20230802" }) }],
    ["Rancher", { template: aTemplate({ node: "rancher/mirrored-calico-node:v3.26.1" }) }],
    ["k0s", { labels: { "k0s.k0sproject.io/stack": "calico" } }],
    ["kOps", { labels: { "addon.kops.k8s.io/name": "networking.projectcalico.org" } }],
    [
      "microk8s",
      {
        template: aTemplate({
          volumes: [{ name: "bin", hostPath: { path: "/var/snap/microk8s/current/opt/cni/bin" } }],
        }),
      },
    ],
    ["k3s", { annotations: { "objectset.rio.cattle.io/owner-gvk": "k3s.cattle.io/v1, Kind=Addon" } }],
  ])("owned by %s", (name, spec) => {
    const install = kindOf({ daemonSets: [aDaemonSet(spec)] });
    expect(install.kind).toBe("distribution");
    expect(install.owners[0]).toMatchObject({ kind: "distribution", name });
  });

  test("H12: whoever puts the object back is known by name", () => {
    const names = (spec: Parameters<typeof aDaemonSet>[0]) =>
      kindOf({ daemonSets: [aDaemonSet(spec)] }).owners.map(({ name, reverts }) => [name, reverts]);
    expect(names({ annotations: { "argocd.argoproj.io/tracking-id": "calico:apps/DaemonSet" } })).toEqual([
      ["Argo CD", true],
    ]);
    expect(names({ labels: { "kustomize.toolkit.fluxcd.io/name": "calico" } })).toEqual([["Flux", true]]);
    expect(names({ labels: { "addonmanager.kubernetes.io/mode": "Reconcile" } })).toEqual([
      ["Kubernetes' addon manager", true],
    ]);
    expect(names({ labels: { "addonmanager.kubernetes.io/mode": "EnsureExists" } })).toEqual([
      ["Kubernetes' addon manager", false],
    ]);
    expect(names({ annotations: { "meta.helm.sh/release-name": "calico" } })).toEqual([
      ["Helm release calico", false],
    ]);
  });

  test("by Helm", () => {
    expect(
      kindOf({ daemonSets: [aDaemonSet({ annotations: { "meta.helm.sh/release-name": "calico" } })] }).kind,
    ).toBe("helm");
  });
});

describe("which workload is the controller", () => {
  test.each([
    ["calico/kube-policy-controller:v0.4.0", "calico-policy-controller", []],
    ["quay.io/calico/kube-controllers:v1.0.0", "calico-kube-controllers", []],
    ["registry.example/calico-kube-controllers:v3.29.1", "anything", []],
    ["quay.io/calico/calico:v3.33.0", "controllers", ["component", "kube-controllers"]],
    ["registry.example/private@sha256:abc", "calico-kube-controllers", []],
  ])("%s in container %s", (image, container, args) => {
    expect(workloadFacts(aWorkload({ image, container, args }))?.component).toBe("controller");
  });

  test("one image for everything is told apart by what it is told to be (v3.33)", () => {
    const image = "quay.io/calico/calico:v3.33.0";
    expect(workloadFacts(aWorkload({ image, container: "t", args: ["component", "typha"] }))?.component).toBe(
      "typha",
    );
    expect(
      workloadFacts(aWorkload({ image, container: "a", args: ["component", "apiserver"] })),
    ).toBeUndefined();
  });

  test("a ReplicaSet that a Deployment made is not a second controller", () => {
    const rs = aWorkload({ kind: "ReplicaSet" });
    const owned = {
      ...rs,
      metadata: {
        ...rs.metadata,
        ownerReferences: [
          { apiVersion: "apps/v1", kind: "Deployment", name: "d", uid: "d", controller: true },
        ],
      },
    };
    expect(workloadFacts(rs)?.component).toBe("controller");
    expect(workloadFacts(owned)).toBeUndefined();
  });
});
