/** What `status` says first, and what of it is not said of a cluster that is well. */
import { describe, expect, test } from "vitest";
import { upgradeState } from "../../../src/facts/upgrade.ts";
import { catalogue } from "../../../src/releases/catalogue.ts";
import { formatCordonLease, formatRunLease } from "../../../src/model/lease.ts";
import { cordonAnnotation, pinnedAnnotation, runAnnotation } from "../../../src/model/names.ts";
import { printed } from "../../../src/render/output.ts";
import { problemText } from "../../../src/render/status/problem-text.ts";
import { printableStatus } from "../../../src/render/status/print.ts";
import {
  aDaemonSet,
  aFelixConfiguration,
  aHealthyCluster,
  aNode,
  anUpgradingCluster,
  aPod,
  aPool,
  aRevision,
  aTemplate,
  aWorkload,
  ago,
  forbidden,
  now,
  observedOf,
  type ClusterSpec,
} from "../build/a-cluster.ts";
import { statusOf } from "./status-of.ts";

async function print(spec: ClusterSpec, look: object = {}): Promise<string> {
  const text = await printed(
    { format: "table" },
    printableStatus(statusOf(spec), { noHeaders: false, ...look }),
  );
  if (!text.ok) throw new Error(text.message);
  return text.value;
}

const line = async (spec: ClusterSpec, label: string): Promise<string | undefined> =>
  (await print(spec))
    .split("\n")
    .find((each) => each.startsWith(`${label}:`))
    ?.slice(12);
const healthy = aHealthyCluster();
const [daemonSet = aDaemonSet()] = healthy.daemonSets as readonly ReturnType<typeof aDaemonSet>[];
const pods = healthy.pods as readonly ReturnType<typeof aPod>[];
const crashed = { exitCode: 3, reason: "Error", finishedAt: ago(10) };
const crashing = (node: string) =>
  aPod(daemonSet, node, {
    hash: "aaa",
    ready: false,
    restarts: 4,
    waiting: { reason: "CrashLoopBackOff", message: "back-off 40s" },
    lastTerminated: crashed,
  });

describe("a command that status names works when it is pasted", () => {
  const flags = ["--context=prod", "--namespace=calico"];
  const said = (spec: ClusterSpec) =>
    upgradeState(observedOf(spec), catalogue).problems.map((problem) => problemText(problem, flags).hint);

  test("it is about the cluster that was looked at, and not the one of the current context", async () => {
    const held = {
      ...anUpgradingCluster({ annotations: { [pinnedAnnotation]: '{"type":"RollingUpdate"}' } }),
      nodes: [aNode("node-01", { annotations: { [cordonAnnotation]: "{" } }), aNode("node-02")],
    };
    expect(said({ ...healthy, pods: [pods[0], pods[1], crashing("node-03")] as never })).toContain(
      `to see why it crashes: kubectl -n kube-system logs ${crashing("node-03").metadata.name} -c calico-node --previous --context=prod`,
    );
    expect(said(held)).toContain(
      "kubectl calico-upgrade node --release node-01 --context=prod --namespace=calico",
    );
    expect(await print(held, { flags })).toContain(
      "(now: kubectl calico-upgrade node --unpin --context=prod --namespace=calico)",
    );
  });
});

describe("nodes with trouble", () => {
  const silent = [aNode("node-01"), aNode("node-02", { ready: "Unknown" }), aNode("node-03")];
  const spec = { ...healthy, nodes: silent, pods: [pods[0], pods[1], crashing("node-03")] as never };
  const order = (text: string) => text.match(/^node-\d+/gm);

  test("come first, the gravest before others: nobody scrolls through 5,000 that are well", async () => {
    expect(order(await print(spec))).toEqual(["node-02", "node-03", "node-01"]);
    expect(order(await print(spec, { noHeaders: true }))).toEqual(["node-02", "node-03", "node-01"]);
  });

  test("stay where --sort-by puts them, and in the API's order for scripts", async () => {
    expect(order(await print(spec, { sortBy: ".name" }))).toEqual(["node-01", "node-02", "node-03"]);
    expect(statusOf(spec).nodes.map(({ name }) => name)).toEqual(["node-01", "node-02", "node-03"]);
  });

  test("a node that was left cordoned is trouble, one that a run works on is not", async () => {
    const lease = formatCordonLease({
      run: `${daemonSet.metadata.uid ?? ""}/1`,
      holder: "jane@desk",
      since: now - 300_000,
      wasUnschedulable: false,
    });
    const annotations = { [cordonAnnotation]: lease };
    const nodes = [aNode("node-01"), aNode("node-02", { unschedulable: true, annotations })];
    expect(order(await print({ ...healthy, nodes }))).toEqual(["node-02", "node-01"]);
    const run = formatRunLease({ run: "x/1", holder: "jane@desk", renewed: now - 1000 });
    const working = aDaemonSet({ annotations: { [runAnnotation]: run } });
    expect(order(await print({ ...healthy, nodes, daemonSets: [working] }))).toEqual(["node-01", "node-02"]);
  });

  test("H16: a silent node is not shown READY 1/1, nor counted as Ready: that is its kubelet's last word", async () => {
    const nodes = [aNode("node-01", { ready: "Unknown" }), aNode("node-02"), aNode("node-03")];
    expect(await print({ ...healthy, nodes })).toMatch(
      /^node-01 +NotReady +calico-node-01 +v3\.29\.1 +yes +<unknown> /m,
    );
    expect(await line({ ...healthy, nodes }, "Upgrade")).toMatch(/, and calico-node is Ready on 2 of them$/);
    expect(await print(healthy)).toMatch(/^node-01 +Ready +calico-node-01 +v3\.29\.1 +yes +1\/1 /m);
  });

  test("a crash loop comes with the command that shows why", () => {
    expect(statusOf({ ...healthy, pods: [crashing("node-01"), ...pods.slice(1)] }).problems).toEqual([
      {
        severity: "error",
        message: "1 node whose calico-node does not run: node-01",
        hint: "to see why it crashes: kubectl -n kube-system logs calico-node-01 -c calico-node --previous",
      },
    ]);
  });

  test("what does not crash has no log of a crash", () => {
    const waiting = { reason: "ImagePullBackOff", message: "not found" };
    const pulling = aPod(daemonSet, "node-01", { hash: "aaa", ready: false, waiting });
    expect(statusOf({ ...healthy, pods: [pulling, ...pods.slice(1)] }).problems[0]).not.toHaveProperty(
      "hint",
    );
  });
});

describe("a controller of another release than calico-node", () => {
  const wrong = (spec: ClusterSpec) => statusOf(spec).problems.map(({ message }) => message);
  const controller = (tag: string) => [aWorkload({ image: `docker.io/calico/kube-controllers:${tag}` })];

  test("is told among what is wrong, newer or older, with what finishes the upgrade", () => {
    expect(statusOf({ ...healthy, workloads: controller("v3.30.0") }).problems).toEqual([
      {
        severity: "warning",
        message: "Deployment kube-system/calico-kube-controllers is of v3.30.0, and calico-node of v3.29.1",
        hint: "finish that upgrade first: kubectl calico-upgrade plan -f FILE lists what is left",
      },
    ]);
    expect(wrong({ ...anUpgradingCluster(), workloads: controller("v3.29.1") })).toEqual([
      "Deployment kube-system/calico-kube-controllers is of v3.29.1, and calico-node of v3.30.0",
    ]);
  });

  test("so is a Typha", () => {
    const typha = aWorkload({ name: "calico-typha", image: "docker.io/calico/typha:v3.30.0" });
    expect(wrong({ ...healthy, workloads: [aWorkload(), typha] })).toEqual([
      "Deployment kube-system/calico-typha is of v3.30.0, and calico-node of v3.29.1",
    ]);
  });

  test("not while a run is at work, not where it is turned off, and never where its image tells no release", () => {
    const run = formatRunLease({ run: "x/1", holder: "jane@desk", renewed: now - 1000 });
    const working = aDaemonSet({ annotations: { [runAnnotation]: run } });
    const spec = { ...healthy, workloads: controller("v3.30.0") };
    expect(wrong({ ...spec, daemonSets: [working] })).toEqual([]);
    const off = aWorkload({ name: "old", image: "docker.io/calico/kube-controllers:v3.28.0", replicas: 0 });
    expect(wrong({ ...healthy, workloads: [aWorkload(), off] })).toEqual([]);
    for (const tag of ["mine", "latest"])
      expect(wrong({ ...healthy, workloads: controller(tag) })).toEqual([]);
    const own = aDaemonSet({ template: aTemplate({ node: "registry.example.org/net/cn:7" }) });
    expect(wrong({ ...spec, daemonSets: [own], revisions: [aRevision(own, 1, "aaa")] }).join()).not.toContain(
      "is of",
    );
    expect(wrong({ ...spec, workloads: forbidden("deployments") })).toEqual([]);
  });
});

describe("who edited the template by hand", () => {
  const template = (fields: object) => ({ "f:spec": { "f:template": fields } }) as never;
  const env = {
    "f:spec": {
      "f:containers": {
        'k:{"name":"calico-node"}': {
          ".": {},
          "f:name": {},
          "f:env": {
            ".": {},
            'k:{"name":"IP_AUTODETECTION_METHOD"}': { ".": {}, "f:name": {}, "f:value": {} },
          },
        },
      },
    },
  };
  const edited = (...managedFields: readonly object[]) => ({
    ...healthy,
    daemonSets: [aDaemonSet({ managedFields })],
  });

  test("is told with the command, when, and which fields", async () => {
    const spec = edited({
      manager: "kubectl-set",
      operation: "Update",
      time: ago(14_400),
      fieldsV1: template(env),
    });
    expect(await line(spec, "Edited")).toBe(
      `the template, with kubectl set 4h ago (${ago(14_400)}): env IP_AUTODETECTION_METHOD of calico-node`,
    );
    expect(statusOf(spec).daemonSets[0]?.edits).toEqual([
      { by: "kubectl set", at: ago(14_400), fields: ["env IP_AUTODETECTION_METHOD of calico-node"] },
    ]);
  });

  test("images, init containers, annotations and scheduling are named as what they are", () => {
    const fields = {
      "f:metadata": {
        "f:annotations": { ".": {}, "f:kubectl.kubernetes.io/restartedAt": {} },
        "f:labels": { "f:mine": {} },
      },
      "f:spec": {
        "f:containers": { 'k:{"name":"calico-node"}': { "f:image": {} } },
        "f:initContainers": { 'k:{"name":"install-cni"}': { "f:resources": {} } },
        "f:tolerations": {},
      },
    };
    const spec = edited({ manager: "kubectl-edit", fieldsV1: template(fields) });
    expect(statusOf(spec).daemonSets[0]?.edits).toEqual([
      {
        by: "kubectl edit",
        fields: [
          "annotation kubectl.kubernetes.io/restartedAt",
          "label mine",
          "image of calico-node",
          "resources of install-cni",
          "tolerations",
        ],
      },
    ]);
  });

  test("nobody is accused: not who applies manifests, not our own writes, not who changed something else", async () => {
    const managers = [
      "kubectl-client-side-apply",
      "kubectl",
      "kubectl-replace",
      "kubectl-create",
      "helm",
      "calico-upgrade",
    ];
    const applied = managers.map((manager) => ({ manager, time: ago(60), fieldsV1: template(env) }));
    const strategy = { manager: "kubectl-patch", fieldsV1: { "f:spec": { "f:updateStrategy": {} } } };
    const status = { manager: "kubectl-edit", subresource: "status", fieldsV1: { "f:status": {} } };
    expect(await line(edited(...applied, strategy, status), "Edited")).toBeUndefined();
    // A server that keeps no managedFields.
    expect(await line(healthy, "Edited")).toBeUndefined();
  });
});

describe("how pods are connected", () => {
  const network = (spec: ClusterSpec) => line(spec, "Network");
  const backend = (value: string) =>
    aTemplate({
      env: [
        { name: "DATASTORE_TYPE", value: "kubernetes" },
        { name: "CALICO_NETWORKING_BACKEND", value },
      ],
    });
  const withTemplate = (template: ReturnType<typeof aTemplate>) => ({
    ...healthy,
    daemonSets: [aDaemonSet({ template })],
  });

  test.each([
    [{ ipipMode: "Always", vxlanMode: "Never" }, "encapsulation IPIP Always"],
    [{ ipipMode: "CrossSubnet" }, "encapsulation IPIP CrossSubnet"],
    [{ ipipMode: "Never", vxlanMode: "CrossSubnet" }, "encapsulation VXLAN CrossSubnet"],
    [{ ipipMode: "Never", vxlanMode: "Never" }, "encapsulation none"],
    [{ ipip: { enabled: true, mode: "cross-subnet" } }, "encapsulation IPIP CrossSubnet"],
    [{ ipip: { enabled: true } }, "encapsulation IPIP Always"],
    [{ ipipMode: "Always", disabled: true }, "encapsulation no IP pool"],
  ])("pools with %o", async (spec, told) => {
    expect(await network({ ...healthy, ipPools: [aPool(spec)] })).toBe(`${told}, dataplane iptables`);
  });

  test("pools that differ are all told", async () => {
    const ipPools = [aPool({ ipipMode: "Always" }), aPool({ vxlanMode: "Always" })];
    expect(await network({ ...healthy, ipPools })).toBe(
      "encapsulation IPIP Always and VXLAN Always, dataplane iptables",
    );
  });

  test("policy only is told as that, whatever pools there are", async () => {
    expect(await network({ ...withTemplate(backend("none")), ipPools: forbidden("ippools") })).toBe(
      "policy only (another network plugin connects the pods), dataplane iptables",
    );
    const canal = aTemplate({
      env: [{ name: "CALICO_NETWORKING_BACKEND", value: "none" }],
      containers: [{ name: "kube-flannel", image: "quay.io/coreos/flannel:v0.15.1" }],
    });
    expect(await network(withTemplate(canal))).toBe(
      "policy only (flannel connects the pods), dataplane iptables",
    );
  });

  test.each([
    [{ bpfEnabled: true }, "eBPF"],
    [{ nftablesMode: "Enabled" }, "nftables"],
    [{ nftablesMode: "Auto" }, "unknown (each node decides between iptables and nftables)"],
    [{ nftablesMode: "Disabled", bpfEnabled: false }, "iptables"],
  ])("the dataplane of a FelixConfiguration with %o", async (spec, told) => {
    const felixConfigurations = [aFelixConfiguration(spec)];
    expect(await network({ ...healthy, felixConfigurations })).toBe(
      `encapsulation IPIP Always, dataplane ${told}`,
    );
  });

  test("the environment of calico-node wins over it", async () => {
    const env = [
      { name: "DATASTORE_TYPE", value: "kubernetes" },
      { name: "FELIX_BPFENABLED", value: "true" },
    ];
    expect(await network(withTemplate(aTemplate({ env })))).toBe("encapsulation IPIP Always, dataplane eBPF");
  });

  test("what cannot be read is unknown with its reason, and a release that knows nothing else runs iptables", async () => {
    const dark = { ipPools: forbidden("ippools"), felixConfigurations: forbidden("felixconfigurations") };
    expect(await network({ ...healthy, ...dark })).toBe(
      "encapsulation unknown, dataplane unknown (forbidden)",
    );
    const old = aTemplate({ node: "quay.io/calico/node:v2.5.1", cni: "quay.io/calico/cni:v1.10.0" });
    expect(await network({ ...withTemplate(old), ...dark })).toBe(
      "encapsulation unknown, dataplane iptables (forbidden)",
    );
    expect(statusOf({ ...healthy, ...dark }).unread).toEqual([]);
    const etcd = aTemplate({ env: [{ name: "ETCD_ENDPOINTS", value: "http://10.0.0.1:2379" }] });
    expect(await network(withTemplate(etcd))).toContain("calicoctl get");
  });
});
