/** H13: who works, what a run leaves behind when it is cut off, and what belongs to people. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Cluster } from "../cluster/cluster.ts";
import { at, type KubeObject, listAt } from "../cluster/kube-object.ts";
import {
  cordonLease,
  daemonSet,
  eras,
  everything,
  isCordoned,
  markOf,
  outdatedCalico,
  patchDaemonSet,
  podOf,
  runLease,
  writes,
} from "./support/calico-cluster.ts";
import { lines, runPlugin, startPlugin } from "./support/plugin.ts";
import { testCluster } from "./test-cluster.ts";

const quick = "--settle=0s";

describe.each(eras)("Kubernetes $kubeVersion, Calico $calico.version", ({ kubeVersion, calico }) => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await testCluster({ kubeVersion, audit: "Request" });
  });
  afterAll(() => cluster?.stop());
  beforeEach(() => outdatedCalico(cluster, calico));

  const run = (...args: readonly string[]) => runPlugin(cluster, ["node", ...args]);
  const start = (...args: readonly string[]) => startPlugin(cluster, ["node", ...args]);

  /** As if the process that wrote it had been silent so long. */
  async function leaseIsOld(seconds: number): Promise<void> {
    const lease = { ...(await runLease(cluster)), renewed: secondsAgo(seconds) };
    await patchDaemonSet(cluster, {
      metadata: { annotations: { "calico-upgrade/run": JSON.stringify(lease) } },
    });
  }

  async function annotate(name: string, lease: object | null): Promise<void> {
    await cluster.api.ask("PATCH", `/api/v1/nodes/${name}`, {
      metadata: { annotations: { "calico-upgrade/cordon": lease && JSON.stringify(lease) } },
    });
  }

  async function nothingOfOursOn(name: string): Promise<void> {
    expect(await cordonLease(cluster, name)).toBeUndefined();
    expect(await isCordoned(cluster, name)).toBe(false);
  }

  test("H13: while a run lives a second one stops, says who works, and writes nothing", async () => {
    await cluster.faults.runningNeverReady("node-01");
    const first = start("node-01");
    await first.says(/to become Ready/);
    const holder = String((await runLease(cluster))?.["holder"]);
    expect(holder).toMatch(/^.+@.+\/[0-9a-f]{6}$/);
    const mark = await cluster.audit.mark();
    for (const name of ["node-01", "node-02"]) {
      const { code, stdout, stderr } = await run(name, quick);
      expect([code, stdout]).toEqual([1, ""]);
      expect(stderr).toContain(
        `error: H13: ${holder} is working on daemonset kube-system/calico-node (seen `,
      );
      expect(stderr).toContain(`kubectl calico-upgrade node ${name} ${quick} --take-over`);
    }
    expect(await writes(cluster, mark)).toEqual([]);
  });

  test("H13: a process whose run was taken over stops, and the other finishes the job", async () => {
    const remove = await cluster.faults.runningNeverReady("node-01");
    const first = start("node-01");
    await first.says(/to become Ready/);
    const second = start("node-01", "--take-over", quick);
    const { code, stderr } = await first.ended;
    expect([code, stderr]).toEqual([1, expect.stringMatching(/error: H13: .* has taken this run over/)]);
    await remove();
    expect((await second.ended).code).toBe(0);
    await nothingOfOursOn("node-01");
    expect(await markOf(cluster, "node-01")).toBe("new");
  });

  test("H13: a process that stood still while another did its run and ended leaves the nodes alone", async () => {
    const args = ["node-01", "node-02", "--restart", quick];
    const remove = await cluster.faults.runningNeverReady("node-01");
    const first = start(...args);
    await first.says(/to become Ready/);
    first.signal("SIGSTOP");
    await leaseIsOld(61);
    await remove();
    expect(await run(...args)).toMatchObject({ code: 0 });
    const pods = await Promise.all(["node-01", "node-02"].map((name) => podOf(cluster, name)));
    const mark = await cluster.audit.mark();
    first.signal("SIGCONT");
    const { code, stderr } = await first.ended;
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/error: H13: the lease of this run on .* is gone/),
    ]);
    expect((await writes(cluster, mark)).filter((each) => !each.includes("daemonsets"))).toEqual([]);
    for (const [index, name] of ["node-01", "node-02"].entries()) {
      await nothingOfOursOn(name);
      expect(await podOf(cluster, name)).toMatchObject({ metadata: { uid: pods[index]?.metadata.uid } });
    }
  });

  test.each([
    ["right after the cordon", /node\/node-01 cordoned/],
    ["right after the delete", /pod "calico-node-\w+" deleted/],
    ["while it waits", /to become Ready/],
    ["while it settles", /to settle/],
    ["between two nodes", /node\/node-01 uncordoned/],
  ])("H13: kill -9 %s; the same command with --take-over converges", async (_when, moment) => {
    const args = ["node-01", "node-02", "--settle=1s"];
    const first = start(...args);
    await first.says(moment);
    first.signal("SIGKILL");
    expect((await first.ended).code).toBe(-1);
    const left = await cordonLease(cluster, "node-01");
    if (await isCordoned(cluster, "node-01")) expect(left).toMatchObject({ wasUnschedulable: false });
    const again = await run(...args, "--take-over");
    expect([again.code, again.stderr]).toEqual([0, expect.not.stringContaining("error")]);
    for (const name of ["node-01", "node-02"]) {
      await nothingOfOursOn(name);
      expect(await markOf(cluster, name)).toBe("new");
    }
    expect(await runLease(cluster)).not.toHaveProperty("holder");
  });

  test("H13: after kill -9 anyone goes on once the lease is a minute old, and not before", async () => {
    const first = start("node-01", "--settle=20s");
    await first.says(/to settle/);
    first.signal("SIGKILL");
    await first.ended;
    const early = await run("node-01", quick);
    expect([early.code, early.stderr]).toEqual([1, expect.stringContaining("is working on")]);
    await leaseIsOld(61);
    const late = await run("node-01", quick);
    expect([late.code, late.stdout]).toEqual([0, "node/node-01 uncordoned\n"]);
    expect(late.stderr).toMatch(/node\/node-01: going on where .+@.+ left off/);
    await nothingOfOursOn("node-01");
  });

  test("a failed run gives up its lease: the next command goes on at once and uncordons", async () => {
    const remove = await cluster.faults.runningNeverReady("node-01");
    const failed = await run("node-01", "--timeout=1s");
    expect(failed.code).toBe(1);
    expect(await isCordoned(cluster, "node-01")).toBe(true);
    expect(await runLease(cluster)).not.toHaveProperty("holder");
    await remove();
    expect(await run("node-01", quick)).toMatchObject({ code: 0, stdout: "node/node-01 uncordoned\n" });
    await nothingOfOursOn("node-01");
  });

  describe("Ctrl-C", () => {
    test("as soon as the node is cordoned: the cordon is given back, or the restart is brought to its end", async () => {
      const before = await podOf(cluster, "node-01");
      const running = start("node-01", "node-02", quick);
      await running.says(/node\/node-01 cordoned/);
      running.signal("SIGINT");
      const { code, stderr } = await running.ended;
      expect([code, stderr]).toEqual([
        130,
        expect.stringMatching(/to continue: kubectl calico-upgrade node node-01 node-02 --settle=0s$/m),
      ]);
      await nothingOfOursOn("node-01");
      const after = await podOf(cluster, "node-01");
      const deleted = running.stdout().includes("deleted");
      expect(after.metadata.uid === before.metadata.uid).toBe(!deleted);
      expect(await markOf(cluster, "node-02")).toBeUndefined();
      expect(await runLease(cluster)).not.toHaveProperty("holder");
    });

    test("SIGTERM after the delete: this node is brought to its end, the next is not begun, exit code 143", async () => {
      await cluster.faults.slowPull({ node: "node-01", container: "calico-node" }, 2_000);
      const running = start("node-01", "node-02", quick);
      await running.says(/deleted/);
      running.signal("SIGTERM");
      const { code, stdout } = await running.ended;
      expect(code).toBe(143);
      expect(lines(stdout).at(-1)).toBe("node/node-01 uncordoned");
      await nothingOfOursOn("node-01");
      expect([await markOf(cluster, "node-01"), await markOf(cluster, "node-02")]).toEqual([
        "new",
        undefined,
      ]);
    });

    // Half a minute for once is enough: nothing in it depends on the server's version.
    test.runIf(kubeVersion === "1.36")(
      "after the delete, when the pod does not become Ready: it waits 30 s at most and leaves the node under its lease",
      async () => {
        const remove = await cluster.faults.runningNeverReady("node-01");
        const running = start("node-01", quick);
        await running.says(/to become Ready/);
        const began = Date.now();
        running.signal("SIGINT");
        await running.says(/30s at most \(interrupted; Ctrl-C again leaves at once\)/);
        const { code, stderr } = await running.ended;
        expect([code, stderr]).toEqual([
          130,
          expect.stringMatching(/^to continue: kubectl calico-upgrade node node-01 --settle=0s$/m),
        ]);
        expect(Date.now() - began).toBeGreaterThan(25_000);
        expect(Date.now() - began).toBeLessThan(35_000);
        expect(await isCordoned(cluster, "node-01")).toBe(true);
        expect(await cordonLease(cluster, "node-01")).toBeDefined();
        await remove();
        expect(await run("node-01", quick)).toMatchObject({ code: 0 });
        await nothingOfOursOn("node-01");
      },
    );

    test("a second one leaves at once, and the command that goes on takes over the lease that was left", async () => {
      const remove = await cluster.faults.runningNeverReady("node-01");
      const running = start("node-01", quick);
      await running.says(/to become Ready/);
      running.signal("SIGINT");
      await running.says(/interrupted; Ctrl-C again/);
      const began = Date.now();
      running.signal("SIGINT");
      const { code, stderr } = await running.ended;
      expect([code, stderr]).toEqual([
        130,
        expect.stringMatching(/^to continue: kubectl calico-upgrade node node-01 --settle=0s --take-over$/m),
      ]);
      expect(Date.now() - began).toBeLessThan(10_000);
      expect(await isCordoned(cluster, "node-01")).toBe(true);
      await remove();
      expect(await run("node-01", "--take-over", quick)).toMatchObject({ code: 0 });
      await nothingOfOursOn("node-01");
    });

    test("before anything was written nothing is", async () => {
      await run("node-01", quick);
      await cluster.faults.runningNeverReady({ node: "node-01", running: true });
      // A fault takes hold a moment after it is set.
      await cluster.waitFor(
        "/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dcalico-node",
        (pods) => pods.some((pod) => at(pod, "spec", "nodeName") === "node-01" && !isReady(pod)),
      );
      const running = start("node-01");
      await running.says(/to become Ready/);
      const before = await everything(cluster);
      running.signal("SIGINT");
      expect(await running.ended).toMatchObject({ code: 130, stdout: "" });
      expect(await everything(cluster)).toEqual(before);
    });
  });

  describe("people", () => {
    test("a node that a person cordoned stays cordoned", async () => {
      await cluster.kubectl(["cordon", "node-01"]);
      const { code, stdout, stderr } = await run("node-01", quick);
      expect(code).toBe(0);
      expect(lines(stdout)).toEqual([
        "node/node-01 already cordoned",
        expect.stringMatching(/^pod "calico-node-\w+" deleted$/),
      ]);
      expect(stderr).toContain("node/node-01 was cordoned before this run; leaving it cordoned");
      expect(await isCordoned(cluster, "node-01")).toBe(true);
      expect(await cordonLease(cluster, "node-01")).toBeUndefined();
    });

    test("a lease on a node that somebody uncordoned is void: it is removed, and the node done as any other", async () => {
      const uid = (await daemonSet(cluster)).metadata.uid ?? "";
      await annotate("node-01", {
        run: `${uid}/1`,
        holder: "bob@desk/1",
        since: secondsAgo(600),
        wasUnschedulable: false,
      });
      const { code, stdout, stderr } = await run("node-01", quick);
      expect([code, stderr]).toEqual([0, expect.stringContaining("its lease was void and is removed")]);
      expect(lines(stdout)).toHaveLength(3);
      await nothingOfOursOn("node-01");
      expect(await markOf(cluster, "node-01")).toBe("new");
    });

    test("a cordon that somebody set after ours is theirs: resumed, the run leaves it", async () => {
      const first = start("node-01", "--settle=20s");
      await first.says(/to settle/);
      first.signal("SIGKILL");
      await first.ended;
      // Ours was minutes ago; the cordon that is there now is younger.
      await annotate("node-01", { ...(await cordonLease(cluster, "node-01")), since: secondsAgo(300) });
      const { code, stdout, stderr } = await run("node-01", "--take-over", quick);
      expect([code, stdout]).toEqual([0, ""]);
      expect(stderr).toContain("leaving it cordoned: kubectl uncordon node-01");
      expect(await isCordoned(cluster, "node-01")).toBe(true);
      expect(await cordonLease(cluster, "node-01")).toBeUndefined();
    });

    test("--release gives up lease and cordon of ours, touches no pod, and leaves a person's cordon", async () => {
      const first = start("node-01", "--settle=20s");
      await first.says(/to settle/);
      first.signal("SIGKILL");
      await first.ended;
      const pod = await podOf(cluster, "node-01");
      await cluster.kubectl(["cordon", "node-02"]);
      const dry = await run("node-01", "--release", "--dry-run=client");
      expect(dry).toMatchObject({ code: 0, stdout: "node/node-01 uncordoned (dry run)\n" });
      expect(await isCordoned(cluster, "node-01")).toBe(true);
      expect(await run("node-01", "node-02", "--release")).toEqual({
        code: 0,
        stdout: "node/node-01 uncordoned\n",
        stderr: "node/node-02 has no lease of calico-upgrade\n",
      });
      await nothingOfOursOn("node-01");
      expect(await isCordoned(cluster, "node-02")).toBe(true);
      expect((await podOf(cluster, "node-01")).metadata.uid).toBe(pod.metadata.uid);
    });
  });
});

function secondsAgo(seconds: number): string {
  return new Date(Date.now() - seconds * 1000).toISOString().replace(/\.\d+/, "");
}

function isReady(pod: KubeObject): boolean {
  return listAt(pod, "status", "conditions").some(
    (condition) => at(condition, "type") === "Ready" && at(condition, "status") === "True",
  );
}
