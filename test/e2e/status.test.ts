import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { NodeStatus, UpgradeStatus } from "../../src/render/status/kind.ts";
import type { CalicoOptions } from "../calico/era.ts";
import { hostedCalico } from "../calico/hosted-calico.ts";
import { installCalico } from "../calico/install.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { at, type KubeObject, listAt } from "../cluster/kube-object.ts";
import { schemaErrors } from "../unit/render/schema.ts";
import { startStatus, status } from "./status-cli.ts";
import { testCluster } from "./test-cluster.ts";

interface EraCase {
  readonly kubeVersion: "1.36" | "1.15";
  readonly from: string;
  readonly to: string;
  readonly flavours: readonly (CalicoOptions & { readonly told: readonly [string, "calico" | "canal"] })[];
}

const eras: readonly EraCase[] = [
  {
    kubeVersion: "1.36",
    from: "v3.29.7",
    to: "v3.30.7",
    flavours: [
      { version: "v3.29.7", told: ["kubernetes", "calico"] },
      { version: "v3.29.7", datastore: "etcd", told: ["etcd", "calico"] },
      { version: "v3.29.7", flavour: "canal", told: ["kubernetes", "canal"] },
    ],
  },
  {
    kubeVersion: "1.15",
    from: "v2.4.1",
    to: "v2.5.1",
    flavours: [
      { version: "v1.6.1", datastore: "etcd", told: ["etcd", "calico"] },
      { version: "v2.4.1", told: ["kubernetes", "calico"] },
      { version: "v2.4.1", datastore: "etcd", told: ["etcd", "calico"] },
      { version: "v2.6.12", flavour: "canal", told: ["kubernetes", "canal"] },
    ],
  },
];

const podsPath = "/api/v1/namespaces/kube-system/pods";
const setPath = "/apis/apps/v1/namespaces/kube-system/daemonsets/calico-node";

describe.each(eras)("status on Kubernetes $kubeVersion", ({ kubeVersion, from, to, flavours }) => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await testCluster({ kubeVersion });
  });
  afterAll(async () => {
    await cluster?.stop();
  });

  async function json(args: readonly string[] = [], kubeconfig?: string): Promise<UpgradeStatus> {
    const { stdout, code, stderr } = await status(cluster, [...args, "-o", "json"], kubeconfig);
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    const told = JSON.parse(stdout) as UpgradeStatus;
    expect(schemaErrors(told)).toEqual([]);
    return told;
  }

  async function nodeStatus(name: string): Promise<NodeStatus> {
    const found = (await json()).nodes.find((node) => node.name === name);
    if (found === undefined) throw new Error(`no ${name}`);
    return found;
  }

  async function podOn(node: string): Promise<KubeObject> {
    const pods = listAt(await cluster.api.ask("GET", podsPath), "items") as KubeObject[];
    const found = pods.find(
      (pod) => at(pod, "spec", "nodeName") === node && pod.metadata.name.startsWith("calico-node"),
    );
    if (found === undefined) throw new Error(`no calico-node on ${node}`);
    return found;
  }

  async function deletePod(node: string): Promise<string> {
    const pod = await podOn(node);
    await cluster.api.ask("DELETE", `${podsPath}/${pod.metadata.name}`);
    return String(pod.metadata.uid);
  }

  /** A new pod of calico-node on the node that shows what is looked for. */
  function replaced(node: string, old: string, decide: (pod: KubeObject) => boolean): Promise<true> {
    return cluster.waitFor(podsPath, (pods) =>
      pods.some(
        (pod) =>
          pod.metadata.name.startsWith("calico-node") &&
          at(pod, "spec", "nodeName") === node &&
          pod.metadata.uid !== old &&
          decide(pod),
      ),
    );
  }

  const isReady = (pod: KubeObject): boolean =>
    listAt(pod, "status", "conditions").some(
      (one) => at(one, "type") === "Ready" && at(one, "status") === "True",
    );

  const waits =
    (reason: string) =>
    (pod: KubeObject): boolean =>
      [...listAt(pod, "status", "initContainerStatuses"), ...listAt(pod, "status", "containerStatuses")].some(
        (one) => at(one, "state", "waiting", "reason") === reason,
      );

  /** The next release's template, held at OnDelete, and seen by the controller. */
  async function applyNext(): Promise<void> {
    const next = hostedCalico({ version: to }).find(({ kind }) => kind === "DaemonSet");
    const before = await cluster.api.ask("GET", setPath);
    const template = at(next, "spec", "template");
    await cluster.api.ask("PATCH", setPath, {
      spec: { updateStrategy: { type: "OnDelete", rollingUpdate: null } },
    });
    await cluster.api.ask("PUT", setPath, {
      ...(before as object),
      metadata: {
        ...(at(before, "metadata") as object),
        resourceVersion: undefined,
        managedFields: undefined,
      },
      spec: { ...(at(before, "spec") as object), updateStrategy: { type: "OnDelete" }, template },
    });
    await cluster.waitFor("/apis/apps/v1/namespaces/kube-system/daemonsets", (sets) =>
      sets.some(
        ({ metadata, status: now }) =>
          metadata.generation !== undefined && at(now, "observedGeneration") === metadata.generation,
      ),
    );
  }

  describe("what is installed", () => {
    afterEach(async () => {
      await cluster.resetCalico();
    });

    test("without Calico it says so and what it looked for, exit 0", async () => {
      const { stdout, code } = await status(cluster);
      expect(code).toBe(0);
      expect(stdout).toContain("no Calico found");
      expect((await json()).install.kind).toBe("none");
    });

    test.each(flavours)(
      "$version $datastore $flavour is told for what it is",
      async ({ told, ...options }) => {
        await installCalico(cluster, options);
        const found = await json();
        expect(found.install).toMatchObject({ kind: "manifest", flavour: told[1] });
        expect(found.daemonSets).toHaveLength(1);
        expect(found.daemonSets[0]).toMatchObject({
          release: { release: options.version },
          datastore: { type: told[0], both: false, disagreement: false },
          nodes: { total: 3, updated: 3, ready: 3 },
        });
        expect(found.nodes.map(({ release }) => release?.release)).toEqual([
          options.version,
          options.version,
          options.version,
        ]);
        expect(found.problems).toEqual([]);
        expect(found.unread).toEqual([]);
        expect(found.done).toBe(true);
      },
    );

    test("H20: two DaemonSets are both shown, and --daemonset narrows to one", async () => {
      await installCalico(cluster, { version: from });
      const one = hostedCalico({ version: from }).find(({ kind }) => kind === "DaemonSet");
      if (one === undefined) throw new Error("no DaemonSet");
      const labels = { "k8s-app": "calico-node-arm" };
      const second = structuredClone({
        ...one,
        metadata: { ...one.metadata, name: "calico-node-arm" },
      }) as KubeObject & {
        spec: {
          selector?: unknown;
          template: { metadata: { labels: object }; spec: { nodeSelector?: object } };
        };
      };
      second.spec.selector = { matchLabels: labels };
      second.spec.template.metadata.labels = labels;
      second.spec.template.spec.nodeSelector = { pool: "arm" };
      await cluster.apply([second]);
      const both = await json();
      expect(both.install.kind).toBe("several");
      expect(both.daemonSets.map(({ name }) => name).toSorted()).toEqual(["calico-node", "calico-node-arm"]);
      const chosen = await json(["--daemonset", "kube-system/calico-node"]);
      expect(chosen.install.kind).toBe("manifest");
      expect(chosen.done).toBe(true);
      const missing = await status(cluster, ["--daemonset", "kube-system/nope"]);
      expect(missing).toMatchObject({ code: 1 });
      expect(missing.stderr).toBe('Error from server (NotFound): daemonsets.apps "nope" not found\n');
    });
  });

  describe("on a cluster that runs", () => {
    beforeAll(async () => {
      await installCalico(cluster, { version: from });
    });
    afterAll(async () => {
      await cluster.resetCalico();
    });

    test("a healthy cluster costs few requests, and no second look", async () => {
      const { stderr } = await status(cluster, ["-v6"]);
      const urls = stderr.split("\n").flatMap((line) => /url="[^/]*\/\/[^/]*([^"]*)"/.exec(line)?.[1] ?? []);
      expect(new Set(urls).size).toBe(urls.length);
      const discovery = urls.filter((url) => /^\/(version|apis?(\/[^/]+\/[^/]+|\/v1)?)$/.test(url));
      expect(urls.length - discovery.length).toBeLessThanOrEqual(10);
    });

    test("a node that does not exist is named as kubectl names it, the others are still printed, exit 1", async () => {
      const { stdout, stderr, code } = await status(cluster, [
        "node-01",
        "nope",
        "node/node-02",
        "--no-headers",
      ]);
      expect(code).toBe(1);
      expect(stderr).toBe('Error from server (NotFound): nodes "nope" not found\n');
      expect(
        stdout
          .trim()
          .split("\n")
          .map((line) => line.split(" ")[0]),
      ).toEqual(["node-01", "node-02"]);
    });

    test("a person's cordon is told as a person's", async () => {
      await cluster.kubectl(["cordon", "node-02"]);
      onTestFinished(async () => void (await cluster.kubectl(["uncordon", "node-02"])));
      const node = await nodeStatus("node-02");
      expect(node.schedulable).toBe(false);
      const who = kubeVersion === "1.36" ? "kubectl" : "somebody else";
      expect(node.notes.map(({ text }) => text).join()).toMatch(
        new RegExp(`^cordoned by ${who}, \\d+s ago$`),
      );
      expect((await status(cluster)).stdout).toMatch(/^node-02 +Ready,SchedulingDisabled /m);
    });

    test("H16: a silent node is told as silent", async () => {
      const speak = await cluster.faults.silentNode("node-03");
      onTestFinished(speak);
      const node = await nodeStatus("node-03");
      expect(node).toMatchObject({ ready: "unknown", pod: { ready: false } });
      expect(node.notes[0]?.text).toMatch(/^silent for \d+s: its kubelet does not report$/);
      expect((await json()).done).toBe(false);
    });

    test("-w prints the table and then each row that changes, without a terminal's escapes", async () => {
      const running = startStatus(cluster, ["-w"]);
      onTestFinished(running.kill);
      await running.until((text) => text.includes("node-03"));
      const first = running.stdout();
      await cluster.kubectl(["cordon", "node-01"]);
      onTestFinished(async () => void (await cluster.kubectl(["uncordon", "node-01"])));
      await running.until((text) => text.slice(first.length).includes("SchedulingDisabled"));
      const more = running.stdout().slice(first.length).trim().split("\n");
      expect(more.every((line) => line.startsWith("node-01"))).toBe(true);
      expect(running.stdout()).not.toContain("\u001B");
    });
  });

  describe("who may see what", () => {
    const rule = (...resources: readonly string[]) => ({
      apiGroups: ["", "apps", "extensions"],
      resources,
      verbs: ["get", "list", "watch"],
    });

    beforeAll(async () => {
      await installCalico(cluster, { version: from });
    });
    afterAll(async () => {
      await cluster.resetCalico();
    });

    test("a user without list nodes still sees the pods, and reads on stderr why nodes are unknown", async () => {
      const user = await cluster.userKubeconfig({
        rules: [
          rule(
            "pods",
            "daemonsets",
            "controllerrevisions",
            "configmaps",
            "events",
            "deployments",
            "replicasets",
          ),
        ],
      });
      const { stdout, stderr, code } = await status(cluster, [], user);
      expect(code).toBe(0);
      expect(stdout).toMatch(/^node-01 +<unknown> +calico-node-\w+ +v/m);
      expect(stderr).toMatch(
        /^Error from server \(Forbidden\): nodes is forbidden: User .* cannot list resource "nodes"/,
      );
      const told = await json([], user);
      expect(told.unread.map(({ what, why }) => [what, why])).toEqual([["nodes", "forbidden"]]);
      expect(told.nodes.map(({ ready, updated }) => [ready, updated])).toEqual([
        ["unknown", true],
        ["unknown", true],
        ["unknown", true],
      ]);
    });

    test("a user without daemonsets sees nodes and pods, and nothing is called up to date", async () => {
      const user = await cluster.userKubeconfig({ rules: [rule("pods", "nodes")] });
      const told = await json([], user);
      expect(told.install.kind).toBe("unknown");
      expect(told.nodes.map(({ updated, pod }) => [updated, pod?.ready])).toEqual([
        ["unknown", true],
        ["unknown", true],
        ["unknown", true],
      ]);
      expect(told.done).toBe("unknown");
    });

    test("a user without pods sees no pod called missing", async () => {
      const user = await cluster.userKubeconfig({
        rules: [
          rule(
            "nodes",
            "daemonsets",
            "controllerrevisions",
            "configmaps",
            "deployments",
            "replicasets",
            "events",
          ),
        ],
      });
      const told = await json([], user);
      expect(told.nodes.map(({ updated, notes }) => [updated, notes])).toEqual([
        ["unknown", []],
        ["unknown", []],
        ["unknown", []],
      ]);
      expect(told.install.kind).toBe("manifest");
    });

    test("a user with rights in kube-system alone finds Calico there", async () => {
      const user = await cluster.userKubeconfig({
        namespaceRules: {
          "kube-system": [
            rule(
              "pods",
              "daemonsets",
              "controllerrevisions",
              "configmaps",
              "events",
              "deployments",
              "replicasets",
            ),
          ],
        },
      });
      const told = await json([], user);
      expect(told.install.kind).toBe("manifest");
      expect(told.nodes.map(({ updated }) => updated)).toEqual([true, true, true]);
    });

    test("a user who may see nothing gets no empty table, but the reasons, exit 1", async () => {
      const user = await cluster.userKubeconfig({ rules: [] });
      const { stdout, stderr, code } = await status(cluster, [], user);
      expect({ stdout, code }).toEqual({ stdout: "", code: 1 });
      expect(stderr).toContain("nodes is forbidden");
      expect(stderr).toContain("pods is forbidden");
    });
  });

  describe("in the middle of an upgrade", () => {
    beforeEach(async () => {
      await installCalico(cluster, { version: from });
      await applyNext();
    });
    afterEach(async () => {
      await cluster.resetCalico();
    });

    test("it says how far, which nodes are left, and that nothing restarts by itself", async () => {
      await replaced("node-01", await deletePod("node-01"), isReady);
      const { stdout } = await status(cluster);
      expect(stdout).toContain(
        `1 of 3 nodes on revision 2, the newest (${to}); 2 still to do; none restarts by itself (OnDelete)`,
      );
      expect(stdout).toContain(`Calico ${to} (1 node), ${from} (2 nodes)`);
      expect((await status(cluster, ["-o", "name"])).stdout).toBe("node/node-02\nnode/node-03\n");
      expect((await json()).nodes.map(({ updated, release }) => [updated, release?.release])).toEqual([
        [true, to],
        [false, from],
        [false, from],
      ]);
    });

    test("ImagePullBackOff is named with the image and the kubelet's words", async () => {
      await cluster.faults.imagePullBackOff({ node: "node-02", image: `node:${to}` });
      await replaced("node-02", await deletePod("node-02"), waits("ImagePullBackOff"));
      const node = await nodeStatus("node-02");
      expect(node).toMatchObject({ updated: true, todo: true, pod: { ready: false } });
      expect(node.notes[0]?.text).toMatch(new RegExp(`^ImagePullBackOff \\S*calico/node:${to}: .*`));
      expect((await json()).problems[0]).toMatchObject({ severity: "error" });
    });

    test("a crash loop is named with its exit code", async () => {
      await cluster.faults.crashLoopBackOff({ node: "node-02", container: "calico-node" }, { exitCode: 3 });
      await replaced("node-02", await deletePod("node-02"), waits("CrashLoopBackOff"));
      // Between two waits it runs for a moment.
      await expect
        .poll(async () => (await nodeStatus("node-02")).notes[0]?.text, { timeout: 30_000 })
        .toContain("CrashLoopBackOff: exit code 3");
      expect((await nodeStatus("node-02")).pod?.restarts).toBeGreaterThan(0);
    });

    test("H10: a pod without room is told on its node, in the scheduler's words", async () => {
      await cluster.faults.podNeverScheduledBack("node-03");
      const old = await deletePod("node-03");
      await cluster.waitFor(podsPath, (pods) =>
        pods.some(
          (pod) =>
            pod.metadata.uid !== old &&
            at(pod, "spec", "nodeName") === undefined &&
            listAt(pod, "status", "conditions").length > 0,
        ),
      );
      const node = await nodeStatus("node-03");
      expect(node.notes[0]?.text).toMatch(/^Unschedulable: .*nodes are available/);
    });

    test("H10: a pod that could not even be made is told with the controller's words", async () => {
      const quota = {
        apiVersion: "v1",
        kind: "ResourceQuota",
        metadata: { name: "full", namespace: "kube-system" },
        spec: { hard: { pods: "0" } },
      };
      await cluster.apply([quota]);
      onTestFinished(
        async () =>
          void (await cluster.request("DELETE", "/api/v1/namespaces/kube-system/resourcequotas/full")),
      );
      await cluster.waitFor("/api/v1/namespaces/kube-system/resourcequotas", (quotas) =>
        quotas.some((one) => at(one, "status", "hard", "pods") === "0"),
      );
      await deletePod("node-03");
      await cluster.waitFor("/api/v1/namespaces/kube-system/events", (events) =>
        events.some((one) => one["reason"] === "FailedCreate"),
      );
      const node = await nodeStatus("node-03");
      expect(node).toMatchObject({ updated: false, todo: true });
      expect(node.notes[0]?.text).toMatch(/^pod missing: FailedCreate: .*exceeded quota/);
    });

    test("--wait ends with exit 0 when the last node is done, and says on stderr how far it is", async () => {
      const waiting = startStatus(cluster, ["--wait", "--timeout=60s"]);
      onTestFinished(waiting.kill);
      await waiting.until((_stdout, stderr) => stderr.includes("0 of 3 nodes"));
      for (const node of ["node-01", "node-02", "node-03"])
        await replaced(node, await deletePod(node), isReady);
      const { code, stdout, stderr } = await waiting.ended;
      expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toContain("all 3 nodes run revision 2, the newest");
      expect(stderr).toMatch(/^waiting for the upgrade: \d of 3 nodes run the newest revision, Ready$/m);
    });

    test("--wait that takes too long ends with exit 1, and says what is left", async () => {
      const { code, stdout, stderr } = await status(cluster, ["--wait", "--timeout=2s"]);
      expect(code).toBe(1);
      expect(stderr).toContain(
        "error: timed out waiting for the condition: waiting for the upgrade: 0 of 3 nodes",
      );
      expect(stdout).toContain("0 of 3 nodes on revision 2");
    });
  });
});

describe("an operator's Calico on Kubernetes 1.36", () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await testCluster({});
  });
  afterAll(async () => {
    await cluster?.stop();
  });

  test("is told as the operator's, with the procedure that applies", async () => {
    const daemonSet = hostedCalico({ version: "v3.29.7" }).find(({ kind }) => kind === "DaemonSet");
    if (daemonSet === undefined) throw new Error("no DaemonSet");
    const labels = { "app.kubernetes.io/managed-by": "tigera-operator" };
    await cluster.apply([
      { apiVersion: "v1", kind: "Namespace", metadata: { name: "calico-system" } },
      installationCrd,
    ]);
    await cluster.apply([
      { apiVersion: "operator.tigera.io/v1", kind: "Installation", metadata: { name: "default" } },
      { ...daemonSet, metadata: { name: "calico-node", namespace: "calico-system", labels } },
    ] as KubeObject[]);
    onTestFinished(async () => {
      await cluster.request("DELETE", "/apis/operator.tigera.io/v1/installations/default");
      await cluster.request("DELETE", "/api/v1/namespaces/calico-system");
    });
    const { stdout, code } = await status(cluster);
    expect(code).toBe(0);
    expect(stdout).toContain("by the Tigera operator");
    expect(stdout).toContain("apply the new release's CRDs");
    expect(stdout).toMatch(/^calico-node +calico-system +daemonset\/calico-node/m);
  });
});

const installationCrd: KubeObject = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "installations.operator.tigera.io" },
  spec: {
    group: "operator.tigera.io",
    names: {
      kind: "Installation",
      listKind: "InstallationList",
      plural: "installations",
      singular: "installation",
    },
    scope: "Cluster",
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
      },
    ],
  },
};
