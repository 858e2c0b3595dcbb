/** `node` when the new pod does not come up: the reason is told soon, the node is kept, and the same command goes on. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Cluster } from "../cluster/cluster.ts";
import { at, listAt } from "../cluster/kube-object.ts";
import { readProcesses } from "../cluster/state.ts";
import {
  calicoPods,
  cordonLease,
  eras,
  everything,
  isCordoned,
  markOf,
  newTemplate,
  nodeNameOf,
  outdatedCalico,
  podOf,
  runLease,
  writes,
} from "./support/calico-cluster.ts";
import { lines, runPlugin, startPlugin, type Running } from "./support/plugin.ts";
import { testCluster } from "./test-cluster.ts";

const quick = "--settle=0s";
const calicoNode = { node: "node-01", container: "calico-node" };
const pods = "/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dcalico-node";

describe.each(eras)("Kubernetes $kubeVersion, Calico $calico.version", ({ kubeVersion, calico }) => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await testCluster({ kubeVersion, audit: "Request" });
  });
  afterAll(() => cluster?.stop());
  beforeEach(() => outdatedCalico(cluster, calico));

  const run = (...args: readonly string[]) => runPlugin(cluster, ["node", ...args]);
  const start = (...args: readonly string[]) => startPlugin(cluster, ["node", ...args]);

  /** The reason is on the screen at most 10 s after anybody could read it from the API. */
  async function toldInTime(running: Running, reason: string): Promise<void> {
    await cluster.waitFor(pods, (found) => JSON.stringify(found).includes(`"${reason}"`));
    const visible = Date.now();
    await running.says(new RegExp(`^node/node-01: ${reason}`, "m"));
    expect(Date.now() - visible).toBeLessThan(10_000);
  }

  /** It is in the hands of the next command, which is printed, and nobody else's. */
  async function isKept(running: Running, message: RegExp): Promise<void> {
    const { code, stdout, stderr } = await running.ended;
    expect(code).toBe(1);
    expect(stdout).not.toContain("uncordoned");
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(
      /^the node stays cordoned; when the cause is gone, go on with: kubectl calico-upgrade node node-01(?: --settle=0s| --timeout=\w+)+$/m,
    );
    expect(await isCordoned(cluster, "node-01")).toBe(true);
    expect(await cordonLease(cluster, "node-01")).toBeDefined();
    expect(await runLease(cluster)).not.toHaveProperty("holder");
  }

  async function goesOn(): Promise<void> {
    const mark = await cluster.audit.mark();
    const { code, stdout } = await run("node-01", quick);
    expect([code, lines(stdout).at(-1)]).toEqual([0, "node/node-01 uncordoned"]);
    expect(await markOf(cluster, "node-01")).toBe("new");
    expect(await isCordoned(cluster, "node-01")).toBe(false);
    expect(await cordonLease(cluster, "node-01")).toBeUndefined();
    // The pod was replaced before: it is waited for, not deleted once more.
    expect((await writes(cluster, mark)).filter((each) => each.startsWith("delete"))).toEqual([]);
  }

  test("an image that cannot be pulled", async () => {
    const remove = await cluster.faults.imagePullBackOff(calicoNode);
    const running = start("node-01", "node-02", quick, "--timeout=4s");
    await toldInTime(running, "ImagePullBackOff");
    const { stderr } = await running.ended;
    expect(stderr).toMatch(
      /go on with: kubectl calico-upgrade node node-01 node-02 --timeout=4s --settle=0s$/m,
    );
    expect(stderr).toMatch(/did not become Ready within 4s: ImagePullBackOff \S*calico\/node:v\S+: /);
    // It stops there: the next node is not begun.
    expect(await markOf(cluster, "node-02")).toBeUndefined();
    expect(await isCordoned(cluster, "node-02")).toBe(false);
    await remove();
    await goesOn();
  });

  test("a crash loop, with the last lines of the container's log", async () => {
    const logs = ["Starting", "no connection to the datastore"];
    const remove = await cluster.faults.crashLoopBackOff(calicoNode, { exitCode: 2, logs });
    const running = start("node-01", quick, "--timeout=5s");
    await toldInTime(running, "CrashLoopBackOff");
    await isKept(running, /did not become Ready within 5s: (CrashLoopBackOff|NotReady|Error): .*exit code 2/);
    expect(running.stderr()).toMatch(
      /^last log lines of calico-node-\w+\/calico-node:\n {4}Starting\n {4}no connection to the datastore$/m,
    );
    await remove();
    await goesOn();
  });

  test("--restart replaces what an earlier run restarted and does not start, and nothing else does", async () => {
    const remove = await cluster.faults.crashLoopBackOff(calicoNode, { exitCode: 2 });
    const failed = start("node-01", quick, "--timeout=5s");
    await toldInTime(failed, "CrashLoopBackOff");
    await isKept(failed, /did not become Ready within 5s/);
    const { metadata } = await podOf(cluster, "node-01");
    const deletes = async (...args: readonly string[]): Promise<readonly string[]> => {
      const mark = await cluster.audit.mark();
      const { code, stderr } = await run("node-01", quick, "--timeout=5s", ...args);
      expect(code).toBe(1);
      expect(stderr).not.toContain("H17");
      return (await writes(cluster, mark)).filter((each) => each.startsWith("delete"));
    };
    expect(await deletes()).toEqual([]);
    expect((await podOf(cluster, "node-01")).metadata.uid).toBe(metadata.uid);
    expect(await deletes("--restart")).toEqual([`delete pods/${metadata.name}`]);
    await remove();
    await goesOn();
  });

  test("a pod that runs and never becomes Ready", async () => {
    const remove = await cluster.faults.runningNeverReady(calicoNode);
    const running = start("node-01", quick, "--timeout=2s");
    await isKept(
      running,
      /error: pod calico-node-\w+ on node node-01 did not become Ready within 2s: NotReady: /,
    );
    await remove();
    await goesOn();
  });

  test("a pod that takes long to end: it is waited for, and not deleted twice", async () => {
    const remove = await cluster.faults.slowTermination(calicoNode, 3_000);
    const mark = await cluster.audit.mark();
    const before = await podOf(cluster, "node-01");
    const { code, stderr } = await run("node-01", quick);
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining(`node/node-01: waiting for pod ${before.metadata.name} to end`),
    ]);
    expect((await writes(cluster, mark)).filter((each) => each.startsWith("delete"))).toHaveLength(1);
    await remove();
  });

  test("a pod that does not end in time: the node is kept, and the next command waits for it again", async () => {
    const remove = await cluster.faults.slowTermination(calicoNode, 3_600_000);
    const running = start("node-01", quick, "--timeout=2s");
    await isKept(running, /within 2s: Terminating/);
    await remove();
    await goesOn();
  });

  test("H10: a replacement that finds no room belongs to this node, although it has none yet", async () => {
    const remove = await cluster.faults.podNeverScheduledBack("node-01");
    const running = start("node-01", quick, "--timeout=5s");
    await running.says(/^node\/node-01: Unschedulable: /m);
    await isKept(running, /did not become Ready within 5s: Unschedulable: /);
    expect((await calicoPods(cluster)).get("")).toHaveLength(1);
    await remove();
    await goesOn();
  });

  // Manifests from v3.0 on tolerate every taint.
  test.runIf(kubeVersion === "1.15")(
    "H10: a node whose taint keeps the DaemonSet away is not restarted",
    async () => {
      const remove = await cluster.faults.podNeverScheduledBack("node-01", { by: "taint" });
      const before = await everything(cluster);
      const { code, stdout, stderr } = await run("node-01", quick);
      expect([code, stdout, stderr]).toEqual([
        1,
        "",
        expect.stringMatching(/error: H10: .*wants no pod on node node-01/),
      ]);
      expect(await everything(cluster)).toEqual(before);
      await remove();
    },
  );

  test("H11: no pod is deleted before the controller has taken in the template", async () => {
    const manager = readProcesses(cluster.name).find(
      ({ component }) => component === "kube-controller-manager",
    );
    if (manager === undefined) throw new Error("no controller manager");
    const mark = await cluster.audit.mark();
    process.kill(manager.pid, "SIGSTOP");
    try {
      await newTemplate(cluster, "newest");
      const running = start("node-01", quick);
      await running.says(/waiting for the DaemonSet controller to take in the template/);
      expect(await writes(cluster, mark)).toEqual([]);
      process.kill(manager.pid, "SIGCONT");
      expect((await running.ended).code).toBe(0);
    } finally {
      process.kill(manager.pid, "SIGCONT");
    }
    expect(await markOf(cluster, "node-01")).toBe("newest");
  });

  test("a container that crashes while it settles starts settling anew, and is waited for", async () => {
    const running = start("node-01", "--settle=2s");
    await running.says(/to settle/);
    const remove = await cluster.faults.crashLoopBackOff({ ...calicoNode, running: true });
    await running.says(/CrashLoopBackOff/);
    expect(await isCordoned(cluster, "node-01")).toBe(true);
    await remove();
    expect((await running.ended).code).toBe(0);
    const pod = await podOf(cluster, "node-01");
    const restarts = listAt(pod, "status", "containerStatuses").map((one) => at(one, "restartCount"));
    expect(Math.max(...restarts.map(Number))).toBeGreaterThan(0);
  });

  test("a node that is taken away in the middle is told, and the others are done", async () => {
    const name = await cluster.addNode();
    await cluster.waitFor(pods, (found) =>
      found.some(
        (pod) => nodeNameOf(pod) === name && at(pod, "status", "containerStatuses", 0, "ready") === true,
      ),
    );
    await cluster.faults.runningNeverReady(name);
    // Its pod is the newest already: that is not what this is about.
    const running = start(name, "node-01", "--restart", quick);
    await running.says(/to become Ready/);
    await cluster.removeNode(name);
    const { code, stdout, stderr } = await running.ended;
    expect([code, stderr]).toEqual([0, expect.stringContaining(`node/${name} went away, skipped`)]);
    expect(stdout).toContain("node/node-01 uncordoned");
  });
});
