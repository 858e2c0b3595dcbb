import { describe, expect, test } from "vitest";
import { formatCordonLease, formatRunLease, type CordonLease } from "../../../src/model/lease.ts";
import { cordonAnnotation, pinnedAnnotation, runAnnotation } from "../../../src/model/names.ts";
import { catalogue } from "../../../src/releases/catalogue.ts";
import { printed, type OutputFormat } from "../../../src/render/output.ts";
import { upgradeState, type UpgradeScope } from "../../../src/facts/upgrade.ts";
import { upgradeStatus } from "../../../src/render/status/build.ts";
import type { UpgradeStatus } from "../../../src/render/status/kind.ts";
import { printableStatus, type StatusTableOptions } from "../../../src/render/status/print.ts";
import {
  aConfigMap,
  aDaemonSet,
  ago,
  aHealthyCluster,
  aNode,
  anUpgradingCluster,
  aPod,
  aRevision,
  aTemplate,
  aWorkload,
  forbidden,
  now,
  observedOf,
  type ClusterSpec,
} from "../build/a-cluster.ts";
import { schemaErrors } from "./schema.ts";

function statusOf(spec: ClusterSpec, scope?: UpgradeScope): UpgradeStatus {
  const status = upgradeStatus(upgradeState(observedOf(spec), catalogue, scope));
  expect(schemaErrors(status)).toEqual([]);
  return status;
}

function noteOf(spec: ClusterSpec, node: string): string {
  const row = statusOf(spec).nodes.find(({ name }) => name === node);
  return (row?.notes ?? []).map(({ text }) => text).join("; ");
}

async function print(
  spec: ClusterSpec,
  format: OutputFormat = "table",
  look: StatusTableOptions = { noHeaders: false },
): Promise<string> {
  const text = await printed({ format }, printableStatus(statusOf(spec), look));
  expect(text.ok).toBe(true);
  return text.ok ? text.value : "";
}

const lease: CordonLease = {
  run: "uid-kube-system-calico-node/2",
  holder: "jane@desk",
  since: now - 300_000,
  wasUnschedulable: false,
  replaces: "uid-old",
};

function leased(name: string, change: Partial<CordonLease> = {}, unschedulable = true) {
  const annotations = { [cordonAnnotation]: formatCordonLease({ ...lease, ...change }) };
  return aNode(name, { unschedulable, annotations, ...(unschedulable ? { cordonedAt: ago(300) } : {}) });
}

describe("what is printed", () => {
  const upgrading: ClusterSpec = {
    ...anUpgradingCluster({
      annotations: {
        [pinnedAnnotation]: '{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":1}}',
        [runAnnotation]: formatRunLease({ run: lease.run, holder: "jane@desk", renewed: now - 5000 }),
      },
    }),
    nodes: [
      aNode("node-01"),
      leased("node-02"),
      aNode("node-03", {
        ready: "Unknown",
        readySince: ago(400),
        labels: { "node-role.kubernetes.io/worker": "" },
      }),
    ],
    workloads: [
      aWorkload(),
      aWorkload({
        name: "calico-policy-controller",
        replicas: 0,
        image: "quay.io/calico/kube-controllers:v1.0.0",
      }),
    ],
  };
  const formats: readonly OutputFormat[] = ["table", "wide", "json", "yaml", "name"];

  test.each(formats)("a cluster in the middle of an upgrade, -o %s, is printed as before", async (format) => {
    await expect(await print(upgrading, format)).toMatchFileSnapshot(
      `../../golden/status-upgrading.${format}.txt`,
    );
  });

  test.each(formats)("a healthy cluster, -o %s, is printed as before", async (format) => {
    await expect(await print(aHealthyCluster(), format)).toMatchFileSnapshot(
      `../../golden/status-healthy.${format}.txt`,
    );
  });

  test("-L and --show-labels show the nodes' labels after everything else", async () => {
    const spec = {
      ...aHealthyCluster(),
      nodes: [aNode("node-01", { labels: { "x.io/zone": "a" } })],
    };
    const look = { noHeaders: false, labelColumns: ["x.io/zone", "nope"], showLabels: true };
    expect(await print(spec, "table", look)).toMatch(/^NODE .* NOTE +ZONE +NOPE +LABELS$/m);
    expect(await print(spec, "table", look)).toMatch(
      /^node-01 .* a +kubernetes\.io\/os=linux,x\.io\/zone=a$/m,
    );
    expect(await print({ ...spec, nodes: forbidden("nodes") }, "table", look)).toMatch(
      /^node-01 .* <unknown> +<unknown> +<unknown>$/m,
    );
  });

  test("without Calico it says so, and what it looked for", async () => {
    const text = await print({ nodes: [aNode("node-01")] });
    await expect(text).toMatchFileSnapshot("../../golden/status-none.table.txt");
  });

  test("--no-headers prints the rows of nodes alone, so that scripts need no filter", async () => {
    const text = await print(aHealthyCluster(), "table", { noHeaders: true });
    expect(text.split("\n").map((line) => line.split(" ")[0])).toEqual(["node-01", "node-02", "node-03", ""]);
  });

  test("no line ends in spaces, and no cell carries a terminal's escape or a second line", async () => {
    const spec = {
      ...aHealthyCluster(),
      nodes: [aNode("node-01", { ready: "False", readyMessage: "\u001B[31mred\nsecond line" })],
    };
    const text = await print(spec);
    expect(text).not.toMatch(/[ \t]$/m);
    expect(text).not.toContain("\u001B");
    expect(text).toContain("node not ready for 10d: ^[[31mred...");
  });
});

describe("how far an upgrade has come", () => {
  test("-o name gives the nodes that still need it, and nothing once it is done", async () => {
    expect(await print(anUpgradingCluster(), "name")).toBe("node/node-02\nnode/node-03\n");
    expect(await print(aHealthyCluster(), "name")).toBe("");
  });

  test("a node whose new pod runs but which is still under our lease is not done", () => {
    const status = statusOf({
      ...aHealthyCluster(),
      nodes: [leased("node-01"), aNode("node-02"), aNode("node-03")],
    });
    expect(status.nodes[0]).toMatchObject({ updated: true, todo: true });
    expect(status.done).toBe(false);
  });

  test("done is true only when every node runs the newest revision, Ready", () => {
    expect(statusOf(aHealthyCluster()).done).toBe(true);
    expect(statusOf(anUpgradingCluster()).done).toBe(false);
    const daemonSet = aDaemonSet();
    const pods = ["node-01", "node-02"].map((node) => aPod(daemonSet, node, { hash: "aaa" }));
    const unready = aPod(daemonSet, "node-03", { hash: "aaa", ready: false });
    expect(statusOf({ ...aHealthyCluster(), pods: [...pods, unready] }).done).toBe(false);
    expect(statusOf({ ...aHealthyCluster(), pods }).done).toBe(false);
  });

  test("H11: a template without a revision yet is never called done", () => {
    const daemonSet = aDaemonSet({ generation: 2, observed: 1 });
    const status = statusOf({ ...aHealthyCluster(), daemonSets: [daemonSet] });
    expect(status.done).not.toBe(true);
    expect(status.problems[0]?.message).toContain("has not seen the newest template yet");
  });

  test("H10: a node without its pod is to do, and a Windows node is not missed", () => {
    const spec = aHealthyCluster();
    const nodes = [
      ...(spec.nodes as []),
      aNode("node-04"),
      aNode("win", { labels: { "kubernetes.io/os": "windows" } }),
    ];
    const status = statusOf({ ...spec, nodes });
    expect(status.nodes.find(({ name }) => name === "node-04")).toMatchObject({ updated: false, todo: true });
    expect(noteOf({ ...spec, nodes }, "node-04")).toBe("pod missing");
    expect(status.nodes.find(({ name }) => name === "win")).toMatchObject({
      expected: false,
      todo: false,
      notes: [],
    });
  });

  test("NODE arguments narrow rows and done, not the counts of the cluster", () => {
    const status = statusOf(anUpgradingCluster(), { nodes: ["node-01"] });
    expect(status.nodes.map(({ name }) => name)).toEqual(["node-01"]);
    expect(status.done).toBe(true);
    expect(status.daemonSets[0]?.nodes).toMatchObject({ total: 3, updated: 1, outdated: 2 });
  });

  test("each node's release comes from its own pod, not from the template", () => {
    const status = statusOf(anUpgradingCluster());
    expect(status.nodes.map(({ release }) => release?.text)).toEqual(["v3.30.0", "v3.29.1", "v3.29.1"]);
    expect(status.daemonSets[0]?.nodes.releases).toEqual({ "v3.30.0": 1, "v3.29.1": 2 });
  });
});

describe("H12: a pinned strategy", () => {
  const pinned = { [pinnedAnnotation]: '{"type":"RollingUpdate"}' };

  test("is told with what ends it, and what not to do meanwhile", async () => {
    const text = await print(anUpgradingCluster({ annotations: pinned }));
    expect(text).toContain(
      "Pinned:     to OnDelete until every node that is not silent runs the newest revision; then RollingUpdate goes back",
    );
    expect(text).toContain(
      "until then, don't kubectl apply DaemonSet kube-system/calico-node: Kubernetes would restart calico-node on the remaining nodes by itself, without cordoning (maxUnavailable 1)",
    );
  });

  test("is no pin any more once somebody has put RollingUpdate back, and the roll is told", () => {
    const status = statusOf(anUpgradingCluster({ annotations: pinned, strategy: "RollingUpdate" }));
    expect(status.daemonSets[0]?.pinned).toBeUndefined();
    expect(status.problems.map(({ message }) => message).join()).toContain("rolling it out by itself");
  });

  test("with a reconciler on the object is an error: it would restart the remaining nodes", () => {
    const annotations = { ...pinned, "argocd.argoproj.io/tracking-id": "x" };
    expect(statusOf(anUpgradingCluster({ annotations })).problems[0]).toMatchObject({ severity: "error" });
  });

  test("whose annotation cannot be read is told as such", () => {
    const status = statusOf(anUpgradingCluster({ annotations: { [pinnedAnnotation]: "broken" } }));
    expect(status.daemonSets[0]?.pinned).toBe("unreadable");
  });
});

describe("H13: leases", () => {
  const run = (renewed: number | undefined, holder: string | undefined = "jane@desk") => ({
    [runAnnotation]: formatRunLease({
      run: lease.run,
      ...(holder === "" ? {} : { holder }),
      ...(renewed === undefined ? {} : { renewed }),
    }),
  });

  test.each([
    ["working", run(now - 59_000)],
    ["left", run(now - 60_000)],
    ["left", run(undefined)],
    ["ended", run(undefined, "")],
    ["unreadable", { [runAnnotation]: "{" }],
  ])("a run is %s by its last sign of life on the server's clock", (state, annotations) => {
    expect(statusOf(anUpgradingCluster({ annotations })).daemonSets[0]?.run?.state).toBe(state);
  });

  test("who cordoned a node is told: our run, a person, or nobody any more", () => {
    const by = { apiVersion: "v1", fieldsV1: { "f:spec": { "f:unschedulable": {} } } };
    const nodes = [
      leased("node-01"),
      aNode("node-02", {
        unschedulable: true,
        cordonedAt: ago(90),
        managedFields: [{ ...by, manager: "kubectl" }],
      }),
      leased("node-03", {}, false),
    ];
    const spec = { ...aHealthyCluster(), nodes };
    expect(noteOf(spec, "node-01")).toBe("cordoned by calico-upgrade (jane@desk, 5m ago)");
    expect(noteOf(spec, "node-02")).toBe("cordoned by kubectl, 90s ago");
    expect(noteOf(spec, "node-03")).toBe("uncordoned by hand: void lease of jane@desk, 5m ago");
  });

  test("a lease under --no-cordon is not void on a schedulable node", () => {
    const spec = { ...aHealthyCluster(), nodes: [leased("node-01", { noCordon: true }, false)] };
    expect(noteOf(spec, "node-01")).toBe("being restarted by jane@desk, 5m ago, without a cordon");
  });

  test("an unfinished run that nobody works at is told with the commands that go on or give up", () => {
    const problems = statusOf({
      ...anUpgradingCluster(),
      nodes: [leased("node-01"), aNode("node-02")],
    }).problems;
    expect(
      problems.find(({ message }) => message.endsWith("still cordoned by an interrupted run"))?.hint,
    ).toBe(
      "to continue: kubectl calico-upgrade node node-01; to release: kubectl calico-upgrade node --release node-01",
    );
    const busy = anUpgradingCluster({ annotations: run(now - 1000) });
    const working = statusOf({ ...busy, nodes: [leased("node-01")] }).problems;
    expect(working.filter(({ message }) => message.endsWith("still cordoned by an interrupted run"))).toEqual(
      [],
    );
  });

  test("a cordon that was there before us is told", () => {
    const spec = { ...aHealthyCluster(), nodes: [leased("node-01", { wasUnschedulable: true })] };
    expect(noteOf(spec, "node-01")).toContain("was cordoned before");
  });

  test("a replacement made from an old revision is told", () => {
    const spec = { ...anUpgradingCluster(), nodes: [aNode("node-01"), leased("node-02"), aNode("node-03")] };
    expect(noteOf(spec, "node-02")).toContain("its replacement was made from an older revision");
  });
});

describe("what is wrong", () => {
  const messages = (spec: ClusterSpec) => statusOf(spec).problems.map(({ message }) => message);

  test("H16: a silent node is told as silent, not only as not Ready", () => {
    const nodes = [aNode("node-01", { ready: "Unknown", readySince: ago(300) })];
    expect(noteOf({ ...aHealthyCluster(), nodes }, "node-01")).toBe(
      "silent for 5m: its kubelet does not report",
    );
    expect(messages({ ...aHealthyCluster(), nodes })).toContain(
      "1 node silent (the kubelet does not report): node-01",
    );
  });

  test("H20: several DaemonSets are all shown, each with its own nodes", async () => {
    const [amd, arm] = ["amd64", "arm64"].map((arch) =>
      aDaemonSet({
        name: `calico-node-${arch}`,
        template: aTemplate({ nodeSelector: { "kubernetes.io/arch": arch } }),
      }),
    );
    if (amd === undefined || arm === undefined) throw new Error("two DaemonSets");
    const spec = {
      ...aHealthyCluster(),
      nodes: [
        aNode("node-01", { labels: { "kubernetes.io/arch": "amd64" } }),
        aNode("node-02", { labels: { "kubernetes.io/arch": "arm64" } }),
      ],
      daemonSets: [amd, arm],
      pods: [aPod(amd, "node-01", { hash: "a" }), aPod(arm, "node-02", { hash: "b" })],
      revisions: [aRevision(amd, 1, "a"), aRevision(arm, 1, "b")],
    };
    const status = statusOf(spec);
    expect(status.install.kind).toBe("several");
    expect(status.nodes.map(({ daemonSet }) => daemonSet)).toEqual([
      "kube-system/calico-node-amd64",
      "kube-system/calico-node-arm64",
    ]);
    expect(status.done).toBe(true);
    expect(await print(spec)).toContain("kube-system/calico-node-arm64: the one node runs revision 1");
    const one = statusOf(spec, {
      nodes: [],
      daemonSet: { namespace: "kube-system", name: "calico-node-arm64" },
    });
    expect(one.install.kind).toBe("manifest");
    expect(one.daemonSets).toHaveLength(1);
  });

  test("v2.6's controller without replicas is a tombstone, not a fault; two active controllers are one", () => {
    const tombstone = aWorkload({ name: "calico-policy-controller", replicas: 0 });
    expect(messages({ ...aHealthyCluster(), workloads: [aWorkload(), tombstone] })).toEqual([]);
    const old = aWorkload({
      name: "calico-policy-controller",
      kind: "ReplicaSet",
      image: "calico/kube-policy-controller:v0.4.0",
    });
    expect(messages({ ...aHealthyCluster(), workloads: [aWorkload(), old] })[0]).toContain(
      "2 controllers are active",
    );
  });

  test("a missing controller is told where the release has one, and not where it has none", () => {
    expect(messages({ ...aHealthyCluster(), workloads: [] })[0]).toContain("no controller was found");
    const v25 = aDaemonSet({
      template: aTemplate({ node: "quay.io/calico/node:v2.5.1", cni: "quay.io/calico/cni:v1.10.0" }),
    });
    expect(messages({ ...aHealthyCluster(), daemonSets: [v25], pods: [], nodes: [], workloads: [] })).toEqual(
      [],
    );
    expect(messages({ ...aHealthyCluster(), workloads: forbidden("deployments") })).toEqual([]);
  });

  test("an install that gives out addresses without Calico's IPAM never had a controller, and misses none", () => {
    const hostLocal = aConfigMap({
      cni_network_config: '{"plugins": [{"type": "calico", "ipam": {"type": "host-local"}}]}',
    });
    expect(messages({ ...aHealthyCluster(), configMaps: [hostLocal], workloads: [] })).toEqual([]);
  });

  test("a controller that is not ready is told", () => {
    expect(messages({ ...aHealthyCluster(), workloads: [aWorkload({ ready: 0 })] })).toEqual([
      "Deployment kube-system/calico-kube-controllers is not ready (0 of 1)",
    ]);
  });

  test("tags of two releases in one template are told: only tags were changed", () => {
    const daemonSet = aDaemonSet({
      template: aTemplate({ node: "calico/node:v3.30.0", cni: "calico/cni:v3.29.1" }),
    });
    expect(messages({ ...aHealthyCluster(), daemonSets: [daemonSet] }).join()).toContain("mixes releases");
  });

  test("datastores that disagree are an error", () => {
    const configMaps = [aConfigMap({ cni_network_config: '{"etcd_endpoints": "x"}' })];
    expect(statusOf({ ...aHealthyCluster(), configMaps }).problems[0]).toMatchObject({ severity: "error" });
  });

  test("H25: a ConfigMap written after a container started is told, surely only where data alone changed", () => {
    const written = (fields: Readonly<Record<string, object>>, at: string) => {
      const map = aConfigMap();
      const entry = { manager: "kubectl", time: at, fieldsV1: { "f:data": {}, ...fields } };
      return { ...map, metadata: { ...map.metadata, managedFields: [entry] } };
    };
    const at = (configMap: ReturnType<typeof written>) =>
      statusOf({ ...aHealthyCluster(), configMaps: [configMap] }).nodes[0];
    expect(at(written({}, ago(60)))).toMatchObject({
      configCurrent: false,
      notes: [{ text: "calico-config changed after it started" }],
    });
    expect(at(written({ "f:metadata": {} }, ago(60)))).toMatchObject({
      configCurrent: "unknown",
      notes: [{ text: "calico-config may have changed after it started" }],
    });
    expect(at(written({}, ago(7200)))).toMatchObject({ configCurrent: true, notes: [] });
    expect(statusOf(aHealthyCluster()).nodes[0]).toMatchObject({ configCurrent: "unknown", notes: [] });
  });

  test("calico-node that is made again and again on a node is told as churn", () => {
    const events = ["a", "b", "c", "d"].map((uid, index) => ({
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: uid },
      reason: "Scheduled",
      message: `Successfully assigned kube-system/calico-node-${uid} to node-01`,
      involvedObject: { kind: "Pod", name: `calico-node-${uid}`, uid },
      lastTimestamp: ago(60 - index),
    }));
    expect(noteOf({ ...aHealthyCluster(), events }, "node-01")).toBe("4 pods made in 60s");
    expect(noteOf({ ...aHealthyCluster(), events: events.slice(1) }, "node-01")).toBe("");
  });

  test("a node on which the controller was placed often is not said to have churn", () => {
    const names = ["calico-node-a", "calico-node-b", "calico-node-c", "calico-kube-controllers-7d-x"];
    const events = names.map((name) => ({
      apiVersion: "v1",
      kind: "Event",
      metadata: { name },
      reason: "Scheduled",
      message: `Successfully assigned kube-system/${name} to node-01`,
      involvedObject: { kind: "Pod", name, uid: name },
      lastTimestamp: ago(60),
    }));
    expect(noteOf({ ...aHealthyCluster(), events }, "node-01")).toBe("");
  });
});

describe("partial truth", () => {
  test("a user without list nodes still sees the pods, with what is unknown named", async () => {
    const spec = { ...aHealthyCluster(), nodes: forbidden("nodes") };
    const status = statusOf(spec);
    expect(status.nodes[1]).toMatchObject({
      name: "node-02",
      ready: "unknown",
      schedulable: "unknown",
      updated: true,
    });
    expect(status.unread).toEqual([expect.objectContaining({ what: "nodes", why: "forbidden" })]);
    expect(status.done).toBe("unknown");
    expect(await print(spec)).toMatch(/^node-02 +<unknown> +calico-node-02 +v3\.29\.1 +yes/m);
  });

  test("without DaemonSets the pods that run calico-node are still shown, and whether they are new is unknown", async () => {
    const spec = { ...aHealthyCluster(), daemonSets: forbidden("daemonsets") };
    const status = statusOf(spec);
    expect(status.install.kind).toBe("unknown");
    expect(status.nodes[0]).toMatchObject({
      updated: "unknown",
      todo: "unknown",
      release: { release: "v3.29.1" },
    });
    expect(await print(spec)).toMatch(/^node-01 +Ready +calico-node-01 +v3\.29\.1 +<unknown>/m);
  });

  test("without pods nodes are shown, no pod is called missing, and nothing is called done", async () => {
    const spec = { ...aHealthyCluster(), pods: forbidden("pods") };
    const status = statusOf(spec);
    expect(status.nodes.flatMap(({ notes }) => notes)).toEqual([]);
    expect(status.done).toBe("unknown");
    expect(await print(spec)).toMatch(/^node-01 +Ready +<unknown> +<unknown> +<unknown>/m);
  });

  test("without revisions UPDATED is unknown, and -o name lists what is not known to be done", async () => {
    const spec = { ...aHealthyCluster(), revisions: forbidden("controllerrevisions") };
    expect(statusOf(spec).done).toBe("unknown");
    expect(await print(spec, "name")).toBe("node/node-01\nnode/node-02\nnode/node-03\n");
  });
});
