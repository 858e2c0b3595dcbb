/** node --drain: the other pods leave a node before its calico-node is restarted, by kubectl drain's own rules. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Cluster } from "../cluster/cluster.ts";
import { at, type KubeObject, listAt } from "../cluster/kube-object.ts";
import { removeNamespaces } from "../cluster/reset.ts";
import {
  cordonLease,
  eras,
  isCordoned,
  markOf,
  outdatedCalico,
  runLease,
  writes,
} from "./support/calico-cluster.ts";
import { lines, runPlugin, startPlugin } from "./support/plugin.ts";
import { testCluster } from "./test-cluster.ts";

const namespace = "shop";
const pods = `/api/v1/namespaces/${namespace}/pods`;
const everything = ["--ignore-daemonsets", "--delete-emptydir-data", "--delete-unmanaged-pods"];
/** Calico's controller runs on any node, and leaves it like every other pod. */
const isControllers = (line: string): boolean => line.startsWith("pod/calico-");
const isShops = (line: string): boolean => /^pod\/(web|cache|lonely|done|db)-/.test(line);
const kubectls: Readonly<Record<string, string>> = { "--delete-unmanaged-pods": "--force" };

describe.each(eras)("Kubernetes $kubeVersion", ({ kubeVersion, calico }) => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await testCluster({ kubeVersion, audit: "Request" });
  }, 120_000);
  afterAll(async () => {
    await cluster?.resetCalico();
    await cluster?.stop();
  });
  beforeEach(async () => {
    await outdatedCalico(cluster, calico);
    await cluster.kubectl(["create", "namespace", namespace]);
    await cluster.waitFor(
      `/api/v1/namespaces/${namespace}/serviceaccounts`,
      (accounts) => accounts.length > 0,
      { what: "the namespace's account" },
    );
  });
  afterEach(async () => {
    await removeNamespaces(cluster.api);
    for (const name of ["node-01", "node-02", "node-03"]) await cluster.kubectl(["uncordon", name]);
  }, 120_000);

  const drain = (node: string, ...args: readonly string[]) =>
    runPlugin(cluster, ["node", node, "--drain", "--settle=0s", ...args]);
  const kubectlDrain = (node: string, args: readonly string[]) =>
    cluster.kubectl(["drain", node, ...args.map((each) => kubectls[each] ?? each)]);

  /** The tests' pods on a node, by what they are for. */
  async function podsOn(node: string): Promise<ReadonlyMap<string, KubeObject>> {
    const found = listAt(await cluster.api.ask("GET", pods), "items") as KubeObject[];
    return new Map(
      found
        .filter((pod) => at(pod, "spec", "nodeName") === node)
        .map((pod) => [pod.metadata.labels?.["for"] ?? "", pod]),
    );
  }

  async function running(count: number): Promise<void> {
    await cluster.waitFor(
      pods,
      (found) => found.filter((pod) => at(pod, "status", "phase") !== "Pending").length === count,
      { what: `${String(count)} pods that have begun` },
    );
  }

  /** One pod of each sort on node-01, and the same on node-02. */
  async function oneOfEach(): Promise<void> {
    const containers = [{ name: "main", image: "example.com/main:v1" }];
    const base = { terminationGracePeriodSeconds: 0, containers };
    const meta = (what: string, node: string) => ({
      name: `${what}-${node}`,
      namespace,
      labels: { for: what, app: `${what}-${node}` },
    });
    const replicated = (what: string, node: string, more: object = {}): KubeObject => ({
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: meta(what, node),
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: `${what}-${node}` } },
        template: {
          metadata: { labels: meta(what, node).labels },
          spec: { ...base, nodeSelector: { "kubernetes.io/hostname": node }, ...more },
        },
      },
    });
    const bare = (what: string, node: string, annotations = {}): KubeObject => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { ...meta(what, node), annotations },
      spec: { ...base, nodeName: node, restartPolicy: "Never", automountServiceAccountToken: false },
    });
    const agent: KubeObject = {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: { name: "agent", namespace },
      spec: {
        selector: { matchLabels: { for: "agent" } },
        template: {
          metadata: { labels: { for: "agent" } },
          spec: {
            ...base,
            tolerations: [{ operator: "Exists" }],
            volumes: [{ name: "scratch", emptyDir: {} }],
          },
        },
      },
    };
    await cluster.apply([
      agent,
      ...["node-01", "node-02"].flatMap((node) => [
        replicated("web", node),
        replicated("cache", node, { volumes: [{ name: "data", emptyDir: {} }] }),
        bare("lonely", node),
        bare("done", node),
        bare("mirror", node, { "kubernetes.io/config.mirror": "abc" }),
      ]),
    ]);
    await running(13);
    for (const node of ["node-01", "node-02"])
      await cluster.api.ask("PATCH", `${pods}/done-${node}/status`, { status: { phase: "Succeeded" } });
  }

  /** A pod that its budget does not let go. */
  async function guarded(node: string): Promise<void> {
    await cluster.apply([
      {
        apiVersion: kubeVersion === "1.36" ? "policy/v1" : "policy/v1beta1",
        kind: "PodDisruptionBudget",
        metadata: { name: "db", namespace },
        spec: { minAvailable: 1, selector: { matchLabels: { for: "db" } } },
      },
      {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "db", namespace },
        spec: {
          replicas: 1,
          selector: { matchLabels: { for: "db" } },
          template: {
            metadata: { labels: { for: "db" } },
            spec: {
              terminationGracePeriodSeconds: 0,
              nodeSelector: { "kubernetes.io/hostname": node },
              containers: [{ name: "main", image: "example.com/db:v1" }],
            },
          },
        },
      },
    ]);
    const policy = kubeVersion === "1.36" ? "v1" : "v1beta1";
    await cluster.waitFor(
      `/apis/policy/${policy}/namespaces/${namespace}/poddisruptionbudgets`,
      (budgets) => budgets.some((one) => at(one, "status", "currentHealthy") === 1),
      { what: "the budget's pod is healthy" },
    );
  }

  test("refuses what kubectl drain refuses, before anything is written", async () => {
    await oneOfEach();
    const classes = [
      /DaemonSet-managed pods/i,
      /pods with local storage/i,
      /pods that declare no controller/i,
    ];
    const seen = (text: string) => classes.map((each) => each.test(text));
    const mark = await cluster.audit.mark();
    for (const given of [0, 1, 2]) {
      const args = everything.slice(0, given);
      const [ours, theirs] = [
        await drain("node-01", ...args),
        await kubectlDrain("node-02", [...args, "--dry-run=client"]),
      ];
      expect([ours.code, theirs.code, ours.stdout]).toEqual([1, 1, ""]);
      expect([args, seen(ours.stderr)]).toEqual([args, seen(theirs.stderr)]);
      expect(ours.stderr).toContain("shop/");
      expect(ours.stderr).not.toContain("calico-node-");
    }
    expect(await writes(cluster, mark)).toEqual([]);
  }, 120_000);

  test("evicts the pods that kubectl drain evicts, restarts calico-node, and gives the node back", async () => {
    await oneOfEach();
    const before = { "node-01": await podsOn("node-01"), "node-02": await podsOn("node-02") };
    const left = async (node: keyof typeof before) => {
      const now = await podsOn(node);
      return [...before[node]]
        .filter(([what, pod]) => now.get(what)?.metadata.uid === pod.metadata.uid)
        .map(([what]) => what)
        .toSorted();
    };
    const dry = await drain("node-01", ...everything, "--dry-run=server");
    expect([dry.code, dry.stderr]).toEqual([0, expect.not.stringContaining("error")]);
    expect(
      lines(dry.stdout).filter((line) => line.endsWith(" evicted (server dry run)") && isShops(line)),
    ).toHaveLength(4);
    expect(await left("node-01")).toEqual(["agent", "cache", "done", "lonely", "mirror", "web"]);

    const theirs = await kubectlDrain("node-02", [...everything, "--timeout=60s"]);
    expect(theirs).toMatchObject({ code: 0 });
    const { code, stdout, stderr } = await drain("node-01", ...everything);
    expect([code, stderr]).toEqual([0, expect.stringContaining("node-01")]);
    expect(await left("node-01")).toEqual(await left("node-02"));
    expect(await left("node-01")).toEqual(["agent", "mirror"]);
    const said = lines(stdout).filter((line) => isShops(line) || line.startsWith("node/"));
    expect(said[0]).toBe("node/node-01 cordoned");
    expect(said.slice(1, 5).every((line) => line.endsWith(" evicted") && isShops(line))).toBe(true);
    expect(said.at(-1)).toBe("node/node-01 uncordoned");
    expect(await markOf(cluster, "node-01")).toBe("new");
    expect(await isCordoned(cluster, "node-01")).toBe(false);
  }, 120_000);

  test("--pod-selector evicts nothing else, and nothing else forbids it", async () => {
    await oneOfEach();
    const { code, stdout } = await drain("node-01", "--pod-selector=for=web");
    expect(code).toBe(0);
    expect(lines(stdout).filter((line) => line.endsWith(" evicted"))).toEqual([
      expect.stringMatching(/^pod\/web-node-01-\w+ evicted$/),
    ]);
  }, 120_000);

  test("a budget that does not let a pod go is named with what it needs and has, and the node is given back", async () => {
    await guarded("node-03");
    const mark = await cluster.audit.mark();
    const { code, stdout, stderr } = await drain("node-03", "--drain-timeout=6s");
    expect(code).toBe(1);
    expect(stderr).toContain(
      "PodDisruptionBudget shop/db allows no eviction now (needs 1 healthy pods and has 1)",
    );
    expect(stderr).toMatch(
      /^error: node node-03 was not drained within 6s, 1 pod left: shop\/db-\S+: Cannot evict pod .* The disruption budget db needs 1 healthy pods and has 1 currently/m,
    );
    expect(stderr).toContain("kubectl calico-upgrade node node-03 --drain --drain-timeout=6s");
    expect(lines(stdout).filter((line) => !isControllers(line))).toEqual([
      "node/node-03 cordoned",
      "node/node-03 uncordoned",
    ]);
    expect([await isCordoned(cluster, "node-03"), await cordonLease(cluster, "node-03")]).toEqual([
      false,
      undefined,
    ]);
    expect(await markOf(cluster, "node-03")).toBeUndefined();
    expect(await runLease(cluster)).not.toHaveProperty("holder");
    // As kubectl does, and not more often.
    const asked = (await cluster.audit.since(mark, { userAgent: "kubectl-calico_upgrade" })).filter(
      ({ uri }) => uri.includes("/eviction"),
    );
    expect(asked.length).toBeLessThan(5);
    expect(await kubectlDrain("node-03", ["--ignore-daemonsets", "--timeout=6s"])).toMatchObject({ code: 1 });
    await cluster.kubectl(["uncordon", "node-03"]);

    const deleted = await drain("node-03", "--disable-eviction");
    expect([deleted.code, deleted.stdout]).toEqual([0, expect.stringMatching(/^pod "db-\S+" deleted$/m)]);
    expect(await markOf(cluster, "node-03")).toBe("new");
  }, 120_000);

  test("Ctrl-C while a budget holds a pod back gives the cordon back; kill -9 is continued by the same command", async () => {
    await guarded("node-03");
    const stopped = startPlugin(cluster, ["node", "node-03", "--drain", "--settle=0s"]);
    await stopped.says(/The disruption budget db needs 1/);
    stopped.signal("SIGINT");
    const ended = await stopped.ended;
    expect([ended.code, ended.stderr]).toEqual([
      130,
      expect.stringContaining("kubectl calico-upgrade node node-03 --drain"),
    ]);
    expect(await isCordoned(cluster, "node-03")).toBe(false);

    const killed = startPlugin(cluster, ["node", "node-03", "--drain", "--settle=0s"]);
    await killed.says(/The disruption budget db needs 1/);
    killed.signal("SIGKILL");
    await killed.ended;
    expect(await isCordoned(cluster, "node-03")).toBe(true);
    const resumed = startPlugin(cluster, ["node", "node-03", "--drain", "--settle=0s", "--take-over"]);
    await resumed.says(/The disruption budget db needs 1/);
    await cluster.kubectl(["-n", namespace, "delete", "pdb", "db"]);
    expect(await resumed.ended).toMatchObject({ code: 0 });
    expect(await markOf(cluster, "node-03")).toBe("new");
    expect([await isCordoned(cluster, "node-03"), await cordonLease(cluster, "node-03")]).toEqual([
      false,
      undefined,
    ]);
  }, 120_000);

  test("who may not evict is told so before anything is written, and the printed role is enough", async () => {
    await guarded("node-03");
    await cluster.kubectl(["-n", namespace, "delete", "pdb", "db"]);
    const poor = await cluster.userKubeconfig({
      name: `poor-${kubeVersion.replace(".", "-")}`,
      rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["get", "list", "watch", "patch", "delete"] }],
    });
    const refused = await runPlugin(cluster, ["node", "node-03", "--drain"], { kubeconfig: poor });
    expect([refused.code, refused.stdout, refused.stderr]).toEqual([
      1,
      "",
      expect.stringMatching(/^error: missing permission: create pods\/eviction;/m),
    ]);

    const printed = await runPlugin(cluster, ["preflight", "--print-role=node", "--drain"]);
    expect(printed).toMatchObject({ code: 0, stdout: expect.stringContaining("pods/eviction") as string });
    const plain = await runPlugin(cluster, ["preflight", "--print-role=node"]);
    expect(plain.stdout).not.toContain("eviction");
    await cluster.kubectl(["apply", "-f", "-"], { input: printed.stdout });
    const name = `drainer-${kubeVersion.replace(".", "-")}`;
    const kubeconfig = await cluster.userKubeconfig({ name, clusterRole: "calico-upgrade-node" });
    await cluster.kubectl([
      "-n",
      "kube-system",
      "create",
      "rolebinding",
      name,
      "--role=calico-upgrade-node",
      `--user=${name}`,
    ]);
    const done = await runPlugin(cluster, ["node", "node-03", "--drain", "--settle=0s"], { kubeconfig });
    await cluster.kubectl(["-n", "kube-system", "delete", "rolebinding", name]);
    await cluster.kubectl(["delete", "-f", "-"], { input: printed.stdout });
    expect([done.code, done.stderr]).toEqual([0, expect.not.stringContaining("forbidden")]);
    expect(done.stdout).toMatch(/^pod\/db-\S+ evicted$/m);
  }, 120_000);

  test("H19: the last schedulable node is not drained", async () => {
    await cluster.kubectl(["cordon", "node-01", "node-02"]);
    expect(await drain("node-03")).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(
        /^error: H19: no other node is schedulable: pods that are evicted/m,
      ) as string,
    });
  });
});
