import { describe, expect, test } from "vitest";
import { hostedManifest } from "../../../src/preflight/rules/manifest/m01-hosted-manifest.ts";
import { sameInstall } from "../../../src/preflight/rules/manifest/m02-same-install.ts";
import { tagsOnly } from "../../../src/preflight/rules/manifest/m03-tags-only.ts";
import { nodeAddresses } from "../../../src/preflight/rules/network/m04-node-addresses.ts";
import { pools } from "../../../src/preflight/rules/network/m05-pools.ts";
import { mtu } from "../../../src/preflight/rules/network/m06-mtu.ts";
import { otherSettings } from "../../../src/preflight/rules/manifest/m07-other-settings.ts";
import { hostPaths } from "../../../src/preflight/rules/manifest/m08-host-paths.ts";
import { lostNodes } from "../../../src/preflight/rules/manifest/m09-lost-nodes.ts";
import { encapsulation } from "../../../src/preflight/rules/network/m10-encapsulation.ts";
import { sameEtcd } from "../../../src/preflight/rules/data/m11-etcd.ts";
import { typhaKept } from "../../../src/preflight/rules/components/m12-typha.ts";
import { mirroredRegistry } from "../../../src/preflight/rules/manifest/m13-registry.ts";
import { selectors } from "../../../src/preflight/rules/manifest/m14-selectors.ts";
import { roleRefs } from "../../../src/preflight/rules/manifest/m15-role-refs.ts";
import { servedKinds } from "../../../src/preflight/rules/kubernetes/m16-served.ts";
import { lastAppliedSize } from "../../../src/preflight/rules/manifest/m17-last-applied.ts";
import { needsOfRelease } from "../../../src/preflight/rules/manifest/m18-needs-of-release.ts";
import { controllerStrategy } from "../../../src/preflight/rules/components/m19-controller-strategy.ts";
import { fileOfOneRelease } from "../../../src/preflight/rules/manifest/m22-file-of-one-release.ts";
import { probesFit } from "../../../src/preflight/rules/manifest/m23-probes.ts";
import { valuesRead } from "../../../src/preflight/rules/manifest/m24-values.ts";
import type { TargetManifest } from "../../../src/preflight/subject.ts";
import { cniConfigKept } from "../../../src/preflight/rules/network/m20-cni-config.ts";
import { apiServerKept } from "../../../src/preflight/rules/network/m21-api-server.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { podFacts } from "../../../src/model/pod.ts";
import { withLastApplied } from "../../../src/merge/last-applied.ts";
import { known } from "../../../src/model/reading.ts";
import { aConfigMap, aDaemonSet, aNode, aPod, aTemplate, aWorkload } from "../build/a-cluster.ts";
import { aFile, compared, env, fileOf, type Install } from "./a-file.ts";
import { findingOf, forbidden, rulesOf } from "./cluster.ts";

const none: Install = {};
const varLib = { name: "var-lib-calico", hostPath: { path: "/var/lib/calico" } };

describe("every rule about a manifest", () => {
  test("does not apply without one", () => {
    for (const rule of rulesOf("M"))
      expect([rule.id, findingOf(rule, {}, "v3.30.7")]).toMatchObject([
        rule.id,
        { outcome: "n/a", because: "no manifest is given" },
      ]);
  });

  test("finds nothing wrong with the manifest that was applied", () => {
    const served = known({
      groupVersions: ["v1", "apps/v1"],
      groups: ["", "apps"],
      kinds: kindsOf(["v1 ConfigMap", "apps/v1 DaemonSet"]),
    });
    const install: Install = { template: { volumes: [varLib] }, config: { cni_network_config: "{}" } };
    for (const rule of rulesOf("M")) {
      const { outcome } = compared(rule, install, install, { readings: { served } });
      expect([rule.id, outcome]).toEqual([rule.id, expect.stringMatching(/^(pass|n\/a)$/)]);
    }
  });

  test("says where it has looked: each finding that fails names object, field and value", () => {
    const live: Install = { env: env({ IP_AUTODETECTION_METHOD: "interface=eth1" }) };
    expect(compared(nodeAddresses, live, none).evidence).toEqual([
      {
        object: "DaemonSet kube-system/calico-node",
        field: 'spec.template.spec.containers[name="calico-node"].env[name="IP_AUTODETECTION_METHOD"]',
        value: "interface=eth1 -> not set",
      },
    ]);
  });
});

function kindsOf(texts: readonly string[]) {
  return texts.map((text) => {
    const [apiVersion = "", kind = ""] = text.split(" ");
    return { apiVersion, kind, resource: `${kind.toLowerCase()}s` };
  });
}

describe("M01: what the file is", () => {
  const object = (apiVersion: string, kind: string, name: string): KubeObject => ({
    apiVersion,
    kind,
    metadata: { name },
  });

  test.each([
    [
      "the operator's resources",
      object("operator.tigera.io/v1", "Installation", "default"),
      /hosted manifest of the release/,
    ],
    ["another product", object("apps/v1", "DaemonSet", "weave-net"), /Calico is installed with/],
    [
      "roles alone",
      object("rbac.authorization.k8s.io/v1", "ClusterRole", "calico-node"),
      /Calico is installed with/,
    ],
  ])("%s stand against it", (_what, one, fix) => {
    expect(compared(hostedManifest, none, fileOf([one]))).toMatchObject({
      outcome: "fail",
      severity: "error",
      fix: expect.stringMatching(fix) as string,
    });
  });

  test("a hosted manifest passes", () => {
    expect(compared(hostedManifest, none, none).outcome).toBe("pass");
  });
});

describe("M02: the file is for this install", () => {
  test.each<[string, Install, RegExp]>([
    ["another name", { daemonSet: { name: "canal" } }, /there would be two/],
    ["another namespace", { daemonSet: { namespace: "calico" } }, /DaemonSet calico\/calico-node/],
    [
      "canal for Calico",
      { template: { containers: [{ name: "kube-flannel", image: "quay.io/coreos/flannel:v0.20.0" }] } },
      /calico runs, and the file is canal/,
    ],
  ])("%s stands against it", (_what, file, because) => {
    expect(compared(sameInstall, none, file)).toMatchObject({
      outcome: "fail",
      because: expect.stringMatching(because) as string,
    });
  });

  test("etcd's manifest for the Kubernetes datastore stands against it", () => {
    const etcd = aFile({
      daemonSet: {
        template: {
          metadata: { labels: {} },
          spec: {
            containers: [
              {
                name: "calico-node",
                image: "calico/node:v3.30.7",
                env: [{ name: "ETCD_ENDPOINTS", value: "http://a:2379" }],
              },
            ],
          },
        },
      },
    });
    expect(compared(sameInstall, none, etcd)).toMatchObject({
      outcome: "fail",
      because: "the file is for the etcd datastore, and this Calico uses kubernetes",
    });
  });

  test("passes for its own, unknown where the ConfigMap cannot be read, n/a without calico-node", () => {
    expect(compared(sameInstall, none, none).outcome).toBe("pass");
    expect(compared(sameInstall, none, none, { readings: { configMaps: forbidden } }).outcome).toBe(
      "unknown",
    );
    expect(compared(sameInstall, none, fileOf([aWorkload()])).outcome).toBe("n/a");
  });
});

describe("M03: never tags alone", () => {
  const tags = { template: { node: "docker.io/calico/node:v3.33.0", cni: "docker.io/calico/cni:v3.33.0" } };

  test("the same template with other tags across a change of upstream's stands against it", () => {
    expect(
      compared(
        tagsOnly,
        none,
        { template: { node: "calico/node:v3.32.1", cni: "calico/cni:v3.32.1" } },
        { to: "v3.32.1" },
      ),
    ).toMatchObject({
      outcome: "fail",
      because: expect.stringContaining("upstream's has changed with v3.31.0") as string,
    });
  });

  test("an upgrade under way goes on: the DaemonSet is as in the file, and its pods are still the old ones", () => {
    const next = { template: { node: "calico/node:v3.32.1", cni: "calico/cni:v3.32.1" } };
    const old = aDaemonSet({ template: aTemplate({ node: "calico/node:v3.30.7" }) });
    const pods = known([podFacts(aPod(old, "node-01", { hash: "aaa" }))]);
    expect(compared(tagsOnly, none, next, { to: "v3.32.1", readings: { pods } }).outcome).toBe("fail");
    expect(compared(tagsOnly, next, next, { to: "v3.32.1", readings: { pods } })).toMatchObject({
      outcome: "n/a",
      because: "the DaemonSet asks for v3.32.1 already",
    });
  });

  test("passes where more differs, n/a where upstream's is the same, unknown where nothing tells what runs", () => {
    expect(compared(tagsOnly, none, { ...tags, env: env({ NEW: "1" }) }, { to: "v3.32.1" }).outcome).toBe(
      "pass",
    );
    expect(compared(tagsOnly, none, tags, { to: "v3.30.7" }).outcome).toBe("n/a");
    expect(compared(tagsOnly, none, tags, { to: "v3.32.1", readings: { pods: forbidden } }).outcome).toBe(
      "unknown",
    );
  });
});

describe("settings that the file loses or changes", () => {
  test.each([
    ["M04", nodeAddresses, { IP_AUTODETECTION_METHOD: "interface=eth1" }, {}, "error"],
    ["M04", nodeAddresses, { IP: "10.0.0.1" }, { IP: "autodetect" }, "error"],
    [
      "M05",
      pools,
      { CALICO_IPV4POOL_CIDR: "10.244.0.0/16" },
      { CALICO_IPV4POOL_CIDR: "192.168.0.0/16" },
      "warning",
    ],
    ["M05", pools, { CALICO_IPV4POOL_BLOCK_SIZE: "24" }, {}, "warning"],
    ["M06", mtu, { FELIX_IPINIPMTU: "1440" }, { FELIX_IPINIPMTU: "8980" }, "warning"],
    ["M10", encapsulation, { CALICO_IPV4POOL_IPIP: "Always" }, { CALICO_IPV4POOL_IPIP: "Never" }, "warning"],
    ["M10", encapsulation, {}, { CALICO_IPV4POOL_VXLAN: "Always" }, "warning"],
    ["M10", encapsulation, {}, { FELIX_BPFENABLED: "true" }, "error"],
    ["M12", typhaKept, { FELIX_TYPHAK8SSERVICENAME: "calico-typha" }, {}, "warning"],
    [
      "M11",
      sameEtcd,
      { ETCD_ENDPOINTS: "https://10.0.0.1:2379" },
      { ETCD_ENDPOINTS: "http://<ETCD_IP>:<ETCD_PORT>" },
      "error",
    ],
  ] as const)("%s: %o", (id, rule, live, file, severity) => {
    expect(rule.id).toBe(id);
    expect(compared(rule, { env: env(live) }, { env: env(file) })).toMatchObject({
      outcome: "fail",
      severity,
    });
  });

  test.each([
    ["the IP of v2 and of v3", nodeAddresses, { IP: "" }, { IP: "autodetect" }],
    ["another case", encapsulation, { CALICO_IPV4POOL_IPIP: "always" }, { CALICO_IPV4POOL_IPIP: "Always" }],
    ["what only the new release sets", otherSettings, {}, { FELIX_HEALTHENABLED: "true" }],
    ["encapsulation that is off either way", encapsulation, {}, { CALICO_IPV4POOL_VXLAN: "Never" }],
    ["no Typha either way", typhaKept, {}, { FELIX_TYPHAK8SSERVICENAME: "none" }],
  ] as const)("is no loss: %s", (_what, rule, live, file) => {
    expect(compared(rule, { env: env(live) }, { env: env(file) }).outcome).toBe("pass");
  });

  test("the other networking backend, told through the ConfigMap, stands against it", () => {
    expect(compared(encapsulation, none, { config: { calico_backend: "vxlan" } })).toMatchObject({
      outcome: "fail",
      severity: "error",
      because: "ConfigMap kube-system/calico-config data.calico_backend: bird -> vxlan",
    });
  });

  test("M06: the MTU of new pods is told through the ConfigMap to the CNI installer", () => {
    const cni = {
      name: "CNI_MTU",
      valueFrom: { configMapKeyRef: { name: "calico-config", key: "veth_mtu" } },
    };
    const side = (value: string): Install => ({
      env: [{ ...cni, name: "FELIX_VXLANMTU" }],
      config: { veth_mtu: value },
    });
    expect(compared(mtu, side("1440"), side("0")).because).toBe(
      "ConfigMap kube-system/calico-config data.veth_mtu: 1440 -> 0",
    );
  });

  test("a file without the ConfigMap leaves the cluster's as it is", () => {
    const file = aFile({});
    const withoutMap = fileOf(
      file.objects.map(({ object }) => object).filter(({ kind }) => kind !== "ConfigMap"),
    );
    expect(compared(encapsulation, { config: { calico_backend: "vxlan" } }, withoutMap).outcome).toBe("pass");
  });

  test("a value that stands in a Secret is lost, kept, or not known to be the same; it is never taken for none", () => {
    const secret = { name: "FELIX_X", valueFrom: { secretKeyRef: { name: "s", key: "k" } } };
    expect(compared(otherSettings, { env: [secret] }, { env: [secret] }).outcome).toBe("pass");
    expect(compared(otherSettings, { env: [secret] }, none, { base: none })).toMatchObject({
      outcome: "fail",
      because: expect.stringContaining(
        'env[name="FELIX_X"]: {"secretKeyRef":{"name":"s","key":"k"}} -> not set',
      ) as string,
    });
    expect(
      compared(otherSettings, { env: [secret] }, { env: [{ name: "FELIX_X", value: "1" }] }, { base: none }),
    ).toMatchObject({ outcome: "unknown", severity: "warning" });
  });

  test("settings are unknown where the ConfigMaps cannot be read", () => {
    expect(compared(otherSettings, none, none, { readings: { configMaps: forbidden } }).outcome).toBe(
      "unknown",
    );
  });
});

describe("M08: paths of the hosts", () => {
  const at = (path: string): Install => ({
    template: { volumes: [{ name: "cni-bin-dir", hostPath: { path } }] },
  });

  test("another path of the same volume stands against it", () => {
    expect(compared(hostPaths, at("/home/kubernetes/bin"), at("/opt/cni/bin"))).toMatchObject({
      outcome: "fail",
      severity: "error",
      because: expect.stringContaining("hostPath.path: /home/kubernetes/bin -> /opt/cni/bin"),
      fix: expect.stringContaining('volumes[name="cni-bin-dir"].hostPath.path: /home/kubernetes/bin'),
    });
  });

  test("so does a file that moves upstream's own path, which no release has moved", () => {
    const base = at("/opt/cni/bin");
    expect(compared(hostPaths, base, at("/var/elsewhere/bin"), { base })).toMatchObject({
      outcome: "fail",
      severity: "error",
    });
  });

  test("passes for the same path, with or without a slash at its end; unknown without the live one", () => {
    expect(compared(hostPaths, at("/opt/cni/bin/"), at("/opt/cni/bin")).outcome).toBe("pass");
    expect(compared(hostPaths, none, none, { readings: { daemonSets: forbidden } }).outcome).toBe("unknown");
  });
});

describe("M09: nodes that calico-node would leave", () => {
  const taints = [{ key: "dedicated", value: "gpu", effect: "NoSchedule" }];
  const nodes = [aNode("node-01"), aNode("gpu-01", { taints })];

  test("a lost toleration takes it from tainted nodes, which are named", () => {
    expect(compared(lostNodes, none, { template: { tolerations: [] } }, { nodes })).toMatchObject({
      outcome: "fail",
      because: "calico-node would leave 1 of 2 nodes: gpu-01",
      evidence: [{ object: "Node gpu-01", value: "dedicated:NoSchedule" }],
    });
  });

  test("a toleration that was added by hand, which the apply leaves, takes no node away", () => {
    const tolerant = aDaemonSet({ template: aTemplate({}) });
    const { tolerations: _own, ...spec } = (aTemplate({}) as { readonly spec: Record<string, unknown> }).spec;
    const without = aDaemonSet({ template: { ...aTemplate({}), spec } });
    const { annotations = {} } = withLastApplied(without).metadata;
    const live = { ...tolerant, metadata: { ...tolerant.metadata, annotations } };
    const installed = known({ objects: [live], unread: [] });
    const file = fileOf([without]);
    expect(compared(lostNodes, none, file, { nodes, readings: { installed } }).outcome).toBe("pass");
    // What kubectl wrote down as its own goes.
    expect(compared(lostNodes, none, file, { nodes })).toMatchObject({
      outcome: "fail",
      because: "calico-node would leave 1 of 2 nodes: gpu-01",
    });
  });

  test("so does a node selector; passes where all nodes stay; unknown where nodes cannot be read", () => {
    const selector = { template: { nodeSelector: { pool: "a" } } };
    expect(compared(lostNodes, none, selector, { nodes }).because).toContain("2 of 2 nodes");
    expect(compared(lostNodes, none, none, { nodes }).outcome).toBe("pass");
    expect(compared(lostNodes, none, none, { readings: { nodes: forbidden } }).outcome).toBe("unknown");
  });
});

describe("M13: registries", () => {
  const from = (registry: string): Install => ({ template: { node: `${registry}/calico/node:v3.29.1` } });

  test.each([
    ["with upstream's manifest on record", from("docker.io")],
    ["where nothing is on record", undefined],
  ])("a mirror that the file does not name is a warning %s", (_name, base) => {
    const record = base === undefined ? {} : { base };
    const finding = compared(mirroredRegistry, from("mirror.example:5000"), from("quay.io"), record);
    expect(finding).toMatchObject({
      outcome: "fail",
      severity: "warning",
      because: expect.stringMatching(/mirror\.example:5000.* -> quay\.io/) as string,
    });
    expect(finding.fix).toContain("write mirror.example:5000 before the images of the file");
  });

  test("upstream's own registries are no mirror", () => {
    expect(compared(mirroredRegistry, from("docker.io"), from("quay.io")).outcome).toBe("pass");
    const base = { base: from("docker.io") };
    expect(compared(mirroredRegistry, from("docker.io"), from("quay.io"), base).outcome).toBe("pass");
  });

  test("an own copy on Docker Hub is not lost without a word", () => {
    const own = { template: { node: "docker.io/team/node:v3.29.1" } };
    expect(compared(mirroredRegistry, own, from("docker.io"), { base: from("docker.io") })).toMatchObject({
      outcome: "fail",
      fix: expect.stringContaining("write docker.io/team before") as string,
    });
  });

  test("a mirror that the file has with the new tag is kept", () => {
    const file = { template: { node: "mirror.example/calico/node:v3.30.7" } };
    const base = { base: from("docker.io") };
    expect(compared(mirroredRegistry, from("mirror.example"), file, base).outcome).toBe("pass");
  });

  test("pull secrets that the apply takes away are named once, by this rule", () => {
    const live = { template: { imagePullSecrets: [{ name: "mirror" }] } };
    const base = { base: none };
    expect(compared(mirroredRegistry, live, none, base)).toMatchObject({
      outcome: "fail",
      because: expect.stringContaining("imagePullSecrets") as string,
      fix: expect.stringContaining("add the imagePullSecrets") as string,
    });
    expect(compared(otherSettings, live, none, base).outcome).toBe("pass");
  });
});

describe("M14: selectors cannot be changed", () => {
  const labels = { app: "calico" };

  test("another selector stands against it", () => {
    expect(compared(selectors, none, { template: { labels } })).toMatchObject({
      outcome: "fail",
      evidence: [
        {
          object: "DaemonSet kube-system/calico-node",
          field: "spec.selector",
          value: "k8s-app=calico-node → app=calico",
        },
      ],
    });
  });

  test("a controller of the same name too; of another kind not", () => {
    const labelled = (kind: "Deployment" | "ReplicaSet", app: string): KubeObject => {
      const made = aWorkload({ kind });
      return { ...made, spec: { ...(made["spec"] as object), selector: { matchLabels: { app } } } };
    };
    const file: Install = { objects: [labelled("Deployment", "new")] };
    expect(compared(selectors, { objects: [labelled("Deployment", "old")] }, file).because).toContain(
      "Deployment kube-system/calico-kube-controllers selects app=old, in the file app=new",
    );
    expect(compared(selectors, { objects: [labelled("ReplicaSet", "old")] }, file).outcome).toBe("pass");
  });

  test("unknown where controllers cannot be read", () => {
    expect(compared(selectors, none, none, { readings: { workloads: forbidden } }).outcome).toBe("unknown");
  });
});

describe("M15: the role of a binding cannot be changed", () => {
  const binding = (kind: string, role: string, namespace?: string): KubeObject => ({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind,
    metadata: { name: "canal-calico", ...(namespace === undefined ? {} : { namespace }) },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
    subjects: [],
  });

  test.each(["ClusterRoleBinding", "RoleBinding"])("another role in a %s stands against it", (kind) => {
    const namespace = kind === "RoleBinding" ? "kube-system" : undefined;
    expect(
      compared(
        roleRefs,
        { objects: [binding(kind, "calico", namespace)] },
        { objects: [binding(kind, "calico-node")] },
      ),
    ).toMatchObject({
      outcome: "fail",
      because: `the role of a binding cannot be changed: ${kind} canal-calico gives calico, in the file calico-node`,
      commands: [expect.stringContaining(`kubectl delete ${kind.toLowerCase()} canal-calico`) as string],
    });
  });

  test("passes for the same role, unknown where bindings cannot be read", () => {
    const same = { objects: [binding("ClusterRoleBinding", "calico-node")] };
    expect(compared(roleRefs, same, same).outcome).toBe("pass");
    expect(compared(roleRefs, none, none, { readings: { roleBindings: forbidden } }).outcome).toBe("unknown");
  });
});

describe("M16: what the server does not serve", () => {
  const budget: KubeObject = {
    apiVersion: "policy/v1beta1",
    kind: "PodDisruptionBudget",
    metadata: { name: "typha" },
  };
  const on = (groupVersions: readonly string[], groups: readonly string[], kinds: readonly string[]) => ({
    readings: {
      served: known({
        groupVersions: ["v1", "apps/v1", ...groupVersions],
        groups: ["", "apps", ...groups],
        kinds: kindsOf(["v1 ConfigMap", "apps/v1 DaemonSet", ...kinds]),
      }),
    },
  });

  test("a version that is gone stands against it", () => {
    expect(
      compared(servedKinds, none, { objects: [budget] }, on(["policy/v1"], ["policy"], [])),
    ).toMatchObject({
      outcome: "fail",
      because: "the server does not serve PodDisruptionBudget in policy/v1beta1",
    });
  });

  test("what the file itself brings is served by then", () => {
    const crd: KubeObject = {
      apiVersion: "v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "ippools.crd.projectcalico.org" },
      spec: {
        group: "crd.projectcalico.org",
        names: { kind: "IPPool" },
        versions: [{ name: "v1", served: true }],
      },
    };
    const pool: KubeObject = {
      apiVersion: "crd.projectcalico.org/v1",
      kind: "IPPool",
      metadata: { name: "a" },
    };
    const served = on([], [], ["v1 CustomResourceDefinition"]);
    expect(compared(servedKinds, none, { objects: [crd, pool] }, served).outcome).toBe("pass");
  });

  test("a group that discovery was not asked about is unknown, and no reason to stop", () => {
    expect(compared(servedKinds, none, { objects: [budget] }, on(["policy/v1beta1"], [], [])).outcome).toBe(
      "unknown",
    );
    expect(compared(servedKinds, none, none, { readings: { served: forbidden } }).outcome).toBe("unknown");
  });
});

describe("M17: the annotation of client-side apply", () => {
  const crd = (length: number): KubeObject => ({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "felixconfigurations.crd.projectcalico.org" },
    spec: { text: "ü".repeat(length / 2) },
  });

  test("the bytes count: 262144 with all annotations are the most", () => {
    expect(compared(lastAppliedSize, none, { objects: [crd(262_144)] })).toMatchObject({
      outcome: "fail",
      severity: "warning",
    });
    expect(compared(lastAppliedSize, none, { objects: [crd(261_000)] }).outcome).toBe("pass");
  });
});

describe("M18: what the release needs of its template", () => {
  const cni = { name: "install-cni", image: "calico/cni:v3.30.7" };

  test("without /var/lib/calico, with the installer as a container, with a mount of nothing", () => {
    expect(compared(needsOfRelease, none, none)).toMatchObject({
      outcome: "fail",
      because: expect.stringContaining("/var/lib/calico") as string,
    });
    const old = {
      metadata: { labels: {} },
      spec: {
        containers: [
          {
            name: "calico-node",
            image: "calico/node:v3.30.7",
            volumeMounts: [{ name: "lib", mountPath: "/x" }],
          },
          cni,
        ],
      },
    };
    const { evidence } = compared(needsOfRelease, none, { daemonSet: { template: old } });
    expect(evidence.map(({ value }) => value)).toEqual([
      "container calico-node mounts lib, and there is no such volume",
      expect.stringContaining("/var/lib/calico") as string,
      expect.stringContaining("install-cni is a container") as string,
    ]);
  });

  test("an older target needs less", () => {
    expect(compared(needsOfRelease, none, none, { to: "v3.0.12" }).outcome).toBe("pass");
  });
});

describe("M19: never two controllers", () => {
  const rolling = (strategy?: string, replicas = 1): KubeObject => {
    const made = aWorkload({ replicas });
    const spec = { ...(made["spec"] as object), strategy: { type: strategy } };
    return { ...made, spec };
  };

  test.each([["RollingUpdate"], [undefined]])("strategy %s stands against it", (strategy) => {
    expect(compared(controllerStrategy, none, { objects: [rolling(strategy)] })).toMatchObject({
      outcome: "fail",
      severity: "error",
    });
  });

  test("Recreate passes; a file without a controller, and one at no replicas, is fine", () => {
    expect(compared(controllerStrategy, none, { objects: [aWorkload()] }).outcome).toBe("pass");
    expect(compared(controllerStrategy, none, none).outcome).toBe("n/a");
    const tombstone = rolling("RollingUpdate", 0);
    expect(compared(controllerStrategy, none, { objects: [tombstone] }).outcome).toBe("pass");
  });
});

describe("the file against itself", () => {
  test("M22: a CNI plugin of another release than calico-node's; images that tell none are left out", () => {
    const file: Install = { template: { node: "calico/node:v3.30.7", cni: "calico/cni:v3.28.5" } };
    expect(compared(fileOfOneRelease, none, file)).toMatchObject({
      outcome: "fail",
      severity: "error",
      because: expect.stringContaining("install-cni (calico/cni:v3.28.5) is of v3.28.5") as string,
      fix: expect.stringContaining("to v3.30.7") as string,
    });
    const mirrored: Install = { template: { node: "calico/node:v3.30.7", cni: "mirror.example/cni:own" } };
    expect(compared(fileOfOneRelease, none, mirrored).outcome).toBe("pass");
    expect(compared(fileOfOneRelease, none, fileOf([aConfigMap()])).outcome).toBe("n/a");
  });

  test("M23: a probe that asks BIRD where the backend runs none would never be Ready", () => {
    const probe = { exec: { command: ["/bin/calico-node", "-felix-ready", "-bird-ready"] } };
    const file = (backend: string): TargetManifest => {
      const set = aDaemonSet({
        template: aTemplate({ env: [{ name: "CALICO_NETWORKING_BACKEND", value: backend }] }),
      });
      const { template } = set["spec"] as { readonly template: { readonly spec: { containers: object[] } } };
      template.spec.containers = template.spec.containers.map((each) => ({ ...each, readinessProbe: probe }));
      return fileOf([set]);
    };
    expect(compared(probesFit, none, file("vxlan"))).toMatchObject({
      outcome: "fail",
      severity: "error",
      because: expect.stringContaining('containers[name="calico-node"].readinessProbe -bird-ready') as string,
    });
    expect(compared(probesFit, none, file("bird")).outcome).toBe("n/a");
    expect(compared(probesFit, none, { env: env({ CALICO_NETWORKING_BACKEND: "none" }) }).outcome).toBe(
      "pass",
    );
  });

  test.each<[string, Install, RegExp]>([
    ["a CIDR that is none", { env: env({ CALICO_IPV4POOL_CIDR: "10.0.0.0" }) }, /is no CIDR: 10\.0\.0\.0/],
    ["of the other family", { env: env({ CALICO_IPV4POOL_CIDR: "fd00::/48" }) }, /is an IPv6 CIDR/],
    [
      "a CNI configuration that is no JSON",
      { config: { cni_network_config: '{"plugins": [}' } },
      /is no JSON/,
    ],
    ["a variable of a shell", { env: env({ FELIX_X: "${MTU}" }) }, /still has \$\{MTU\}/],
    ["a template's", { config: { veth_mtu: "{{ mtu }}" } }, /data\.veth_mtu still has \{\{ mtu \}\}/],
    ["a placeholder that no installer fills in", { config: { veth_mtu: "__CNI_MTU__" } }, /__CNI_MTU__/],
  ])("M24: %s", (_what, file, because) => {
    expect(compared(valuesRead, none, file)).toMatchObject({
      outcome: "fail",
      severity: "error",
      because: expect.stringMatching(because) as string,
    });
  });

  test("M24: what a sidecar or somebody else's ConfigMap makes of its own template is theirs", () => {
    const set = aDaemonSet({ template: aTemplate({ env: [] }) });
    const { template } = set["spec"] as { readonly template: { readonly spec: { containers: object[] } } };
    template.spec.containers.push({
      name: "exporter",
      image: "example.com/exporter:v1",
      env: [{ name: "URL", value: "http://${NODE_IP}:9091" }],
    });
    const alerts = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "alerts", namespace: "kube-system" },
      data: { rules: "{{ $labels.node }} is down" },
    };
    expect(compared(valuesRead, none, fileOf([set, alerts])).outcome).toBe("pass");
  });

  test("M24: what install-cni fills in is a value", () => {
    const cni =
      '{"plugins": [{"type": "calico", "mtu": __CNI_MTU__, "nodename": "__KUBERNETES_NODE_NAME__"}]}';
    expect(compared(valuesRead, none, { config: { cni_network_config: cni } }).outcome).toBe("pass");
  });
});

describe("settings of your own, told from upstream's", () => {
  const base: Install = {
    env: env({ CALICO_IPV4POOL_IPIP: "Always" }),
    config: { veth_mtu: "0", cni_network_config: '{"plugins": [{"type": "calico"}]}' },
  };
  const having = (values: Readonly<Record<string, string>>): Install => ({
    ...base,
    env: env({ CALICO_IPV4POOL_IPIP: "Always", ...values }),
  });
  const pool = {
    apiVersion: "crd.projectcalico.org/v1",
    kind: "IPPool",
    metadata: { name: "default-ipv4-ippool" },
    spec: { cidr: "192.168.0.0/16", ipipMode: "CrossSubnet" },
  };

  test("M05, M06, M10, M20 and M21: what breaks a cluster is an error; M07: the rest is a warning", () => {
    const said = (rule: typeof pools, live: Install) => {
      const { outcome, severity, because } = compared(rule, live, base, { base });
      return `${outcome} ${severity}: ${because}`;
    };
    expect(said(pools, having({ CALICO_IPV4POOL_CIDR: "10.0.0.0/16" }))).toMatch(
      /^fail error: .*10\.0\.0\.0/,
    );
    expect(said(mtu, { ...base, config: { ...base.config, veth_mtu: "1440" } })).toMatch(/^fail error: /);
    expect(said(encapsulation, having({ CALICO_IPV4POOL_IPIP: "CrossSubnet" }))).toMatch(
      /^fail error: .*CrossSubnet -> Always/,
    );
    const cni = {
      ...base.config,
      cni_network_config: '{"plugins": [{"type": "calico"}, {"type": "tuning"}]}',
    };
    expect(said(cniConfigKept, { ...base, config: cni })).toMatch(
      /^fail error: .*data\.cni_network_config\.plugins\[type="tuning"\]: \{"type":"tuning"\} -> not set/,
    );
    const address = having({ KUBERNETES_SERVICE_HOST: "10.11.12.13" });
    expect(said(apiServerKept, address)).toMatch(/^fail warning: /);
    const bpf = having({ KUBERNETES_SERVICE_HOST: "10.11.12.13", FELIX_BPFENABLED: "true" });
    expect(said(apiServerKept, bpf)).toMatch(/^fail error: .*10\.11\.12\.13 -> not set/);
    expect(said(otherSettings, having({ FELIX_X: "1" }))).toMatch(/^fail warning: .*FELIX_X.*: 1 -> not set/);
  });

  test("what upstream itself changed is nobody's loss", () => {
    const next: Install = {
      env: env({ CALICO_IPV4POOL_IPIP: "Always", IP: "autodetect", CALICO_IPV4POOL_CIDR: "10.1.0.0/16" }),
      config: { veth_mtu: "1500", cni_network_config: '{"plugins": [{"type": "calico", "mtu": 1}]}' },
    };
    const etcd = (address: string): Install => ({ ...base, env: env({ ETCD_ENDPOINTS: address }) });
    // Another etcd is another network, whoever changed it.
    expect(
      compared(sameEtcd, etcd("http://a:2379"), etcd("http://b:2379"), { base: etcd("http://a:2379") }),
    ).toMatchObject({ outcome: "fail", severity: "error" });
    for (const rule of [nodeAddresses, pools, mtu, otherSettings, encapsulation, cniConfigKept])
      expect([rule.id, compared(rule, base, next, { base }).outcome]).toEqual([rule.id, "pass"]);
  });

  test("M05 and M10: a pool that exists stays as it is, and is named; then it is a warning", () => {
    const objects = [pool];
    const live = { ...having({ CALICO_IPV4POOL_CIDR: "10.0.0.0/16" }), objects };
    expect(compared(pools, live, base, { base })).toMatchObject({
      outcome: "fail",
      severity: "warning",
      because: expect.stringContaining(
        "IPPool default-ipv4-ippool 192.168.0.0/16, ipipMode CrossSubnet stays as it is: this setting only counts when no pool exists",
      ) as string,
    });
    const crossed = { ...having({ CALICO_IPV4POOL_IPIP: "CrossSubnet" }), objects };
    expect(compared(encapsulation, crossed, base, { base }).severity).toBe("warning");
    expect(compared(pools, live, base, { base, readings: { ipPools: forbidden } })).toMatchObject({
      outcome: "fail",
      severity: "error",
    });
  });

  test("M05: a range of the file that no pool has is told, and stops nobody", () => {
    const own = having({ CALICO_IPV4POOL_CIDR: "10.0.0.0/16" });
    expect(compared(pools, { ...own, objects: [pool] }, own, { base })).toMatchObject({
      outcome: "fail",
      severity: "info",
      because:
        "IPPool default-ipv4-ippool 192.168.0.0/16, ipipMode CrossSubnet stays as it is: CALICO_IPV4POOL_CIDR 10.0.0.0/16 of the file only counts when no pool exists",
    });
    const same = having({ CALICO_IPV4POOL_CIDR: "192.168.0.0/16" });
    expect(compared(pools, { ...same, objects: [pool] }, same, { base }).outcome).toBe("pass");
  });

  test("M07: unknown where nobody can tell whose it was; M20 where an object could not be read", () => {
    expect(compared(otherSettings, having({ FELIX_X: "1" }), base)).toMatchObject({
      outcome: "unknown",
      severity: "warning",
      because: expect.stringContaining("upstream's manifest of v3.29 is not on record") as string,
    });
    const objects = [aDaemonSet({ template: aTemplate() })];
    const unread = [{ object: "configmap/calico-config", message: "forbidden" }];
    expect(
      compared(cniConfigKept, base, base, { base, readings: { installed: known({ objects, unread }) } }),
    ).toMatchObject({ outcome: "unknown", because: "configmap/calico-config could not be read: forbidden" });
  });
});
