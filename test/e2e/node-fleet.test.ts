/** Many nodes: which, in which order, how fast, and when it is better to stop. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { runAnnotation } from "../../src/model/names.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { nodeName } from "../cluster/nodes.ts";
import {
  cordonLease,
  eras,
  isCordoned,
  markOf,
  newTemplate,
  outdatedCalico,
  runLease,
} from "./support/calico-cluster.ts";
import { lines, runPlugin, startPlugin } from "./support/plugin.ts";
import { testCluster } from "./test-cluster.ts";

const zones = ["a", "b"] as const;

/** Ten nodes: two control planes, four in each of two zones; two workers have another kernel. */
const fleet = Array.from({ length: 10 }, (_, index) => ({
  name: nodeName(index + 1),
  ...(index < 2 ? { roles: ["control-plane"] } : {}),
  ...(index >= 8 ? { kernelVersion: "6.11.0-1-arm" } : {}),
  labels: { "topology.kubernetes.io/zone": zones[index % 2] ?? "a" },
}));
const names = fleet.map(({ name }) => name);
const quick = ["--settle=0s", "-y"];
const daemonSets = "/apis/apps/v1/namespaces/kube-system/daemonsets";

describe("ten nodes on Kubernetes 1.36", () => {
  let cluster: Cluster;
  const [{ calico } = { calico: { version: "v3.29.7" } }] = eras;

  beforeAll(async () => {
    cluster = await testCluster({ kubeVersion: "1.36", nodes: fleet });
  }, 120_000);
  afterAll(() => cluster?.stop());
  beforeEach(async () => {
    await outdatedCalico(cluster, calico);
  });

  const run = (...args: readonly string[]) => runPlugin(cluster, ["node", ...args]);
  const restarted = (stdout: string) =>
    lines(stdout).flatMap((line) => /^node\/(\S+) uncordoned$/.exec(line)?.[1] ?? []);
  const marked = async (mark = "new") =>
    (
      await Promise.all(names.map(async (name) => ((await markOf(cluster, name)) === mark ? [name] : [])))
    ).flat();

  test("canaries of each class come first, zone after zone, the control plane last", async () => {
    const { code, stdout, stderr } = await run("--all", ...quick);
    expect([code, stderr]).toEqual([0, expect.stringContaining("10 of 10 nodes to restart")]);
    expect(lines(stderr).filter((line) => line.startsWith("canary "))).toHaveLength(3);
    expect(restarted(stdout)).toEqual([
      "node-03",
      "node-09",
      "node-01",
      "node-05",
      "node-07",
      "node-04",
      "node-06",
      "node-08",
      "node-10",
      "node-02",
    ]);
    expect(await marked()).toEqual(names);
    expect(await runLease(cluster)).toBeUndefined();
  });

  test("what is excluded, or done already, is left alone and counted", async () => {
    const first = await run(
      "-l",
      "topology.kubernetes.io/zone=a",
      "--exclude=node/node-03",
      "--exclude=node-role.kubernetes.io/control-plane=",
      ...quick,
    );
    expect(first).toMatchObject({ code: 0 });
    expect(restarted(first.stdout).toSorted()).toEqual(["node-05", "node-07", "node-09"]);
    const second = await run(
      "--all",
      "--exclude=topology.kubernetes.io/zone in (b)",
      ...quick,
      "--order=name",
    );
    expect([second.code, second.stderr]).toEqual([
      0,
      expect.stringContaining("2 of 5 nodes to restart; 3 done already; 5 not selected"),
    ]);
    // Its class is proven by nodes that are done: no canary.
    expect(restarted(second.stdout)).toEqual(["node-03", "node-01"]);
    expect(second.stderr).not.toMatch(/^canary /m);
    expect(second.stderr).toContain("next: ");
  });

  test.each([
    [["node-01", "--all"], /cannot specify both a node name and --all/],
    [["node-01", "-l", "a=b"], /cannot specify both a node name and a --selector option/],
    [["--all", "-l", "a=b"], /cannot set --all and --selector at the same time/],
    [["-l", "a in (b"], /unable to parse requirement/],
    [["--all", "--release"], /--release cannot be combined/],
    [["--all", "--max-unavailable=0"], /--max-unavailable must be a number of nodes/],
    [["--all", "--until=25:00"], /--until must be a time of the day/],
    [["--all", "--order=given"], /--order=given needs nodes named/],
    [["--all", "--exclude=node-99"], /nodes "node-99" not found/],
  ])("%s is refused, and nothing is written", async (args, words) => {
    const { code, stdout, stderr } = await run(...args, "-y");
    expect([code, stdout, stderr]).toEqual([1, "", expect.stringMatching(words)]);
    expect(await marked()).toEqual([]);
  });

  test("without a terminal a run pauses after the canaries, and the same command continues it", async () => {
    const args = ["--all", "--pause-after=canaries", ...quick];
    const first = await run(...args);
    expect(first.code).toBe(0);
    expect(restarted(first.stdout)).toEqual(["node-03", "node-09", "node-01"]);
    expect(first.stderr).toMatch(
      /the canaries are done \(node-03, node-09, node-01\).*: 7 nodes left .*; to continue: kubectl calico-upgrade node --all --pause-after=canaries/,
    );
    expect(await runLease(cluster)).not.toHaveProperty("holder");
    const second = await run(...args);
    expect(second.code).toBe(0);
    expect(restarted(second.stdout)).toHaveLength(7);
    expect(await marked()).toEqual(names);
  });

  test("a run that is killed is continued by the same command, on the node that it left first", async () => {
    const args = ["--all", "--interval=1s", ...quick];
    const killed = startPlugin(cluster, ["node", ...args]);
    await killed.says(/node\/node-09 cordoned/);
    killed.signal("SIGKILL");
    await killed.ended;
    const { code, stdout } = await run(...args, "--interval=0s", "--take-over");
    expect(code).toBe(0);
    expect(stdout).not.toContain("node/node-03 cordoned");
    expect(await marked()).toEqual(names);
    for (const name of names)
      expect([await isCordoned(cluster, name), await cordonLease(cluster, name)]).toEqual([false, undefined]);
  });

  test("three runs at once: one works to the end, and the two others say who does and touch nothing", async () => {
    const args = ["node", "--all", "--interval=1s", ...quick];
    const runs = [1, 2, 3].map(() => startPlugin(cluster, args));
    const holder = await cluster.waitFor(
      daemonSets,
      ([set]) => {
        const lease = set?.metadata.annotations?.[runAnnotation];
        return lease === undefined ? undefined : (JSON.parse(lease) as { holder: string }).holder;
      },
      { what: "the lease of a run" },
    );
    const ended = await Promise.all(runs.map((each) => each.ended));
    const others = ended.filter(({ code }) => code !== 0);
    expect(ended.filter(({ code }) => code === 0).flatMap(({ stdout }) => restarted(stdout))).toHaveLength(
      10,
    );
    expect(others.map(({ code, stdout }) => [code, stdout])).toEqual([
      [1, ""],
      [1, ""],
    ]);
    for (const { stderr } of others)
      expect(stderr).toContain(
        `error: H13: ${holder} is working on daemonset kube-system/calico-node (seen `,
      );
    expect(await marked()).toEqual(names);
    expect(await runLease(cluster)).toBeUndefined();
  });

  test("calico-node that crashes on another node halts the run with the command that continues it", async () => {
    const going = startPlugin(cluster, ["node", "--all", "--interval=2s", ...quick]);
    await going.says(/node\/node-03 uncordoned/);
    const remove = await cluster.faults.crashLoopBackOff({
      node: "node-08",
      running: true,
      container: "calico-node",
    });
    const { code, stdout, stderr } = await going.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: .*node-08/m);
    expect(stderr).toContain("kubectl calico-upgrade node --all --interval=2s");
    expect(restarted(stdout).length).toBeLessThan(5);
    for (const name of names) expect(await isCordoned(cluster, name)).toBe(false);
    await remove();
  });

  test("nodes that become NotReady halt the run", async () => {
    const going = startPlugin(cluster, ["node", "--all", "--interval=5s", ...quick]);
    await going.says(/node\/node-03 uncordoned/);
    const mended = await Promise.all(["node-08", "node-10"].map((name) => cluster.faults.silentNode(name)));
    const { code, stderr } = await going.ended;
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/2 nodes became NotReady during the run \(node-08, node-10\)/),
    ]);
    for (const mend of mended) await mend();
  }, 120_000);

  test("somebody who changes the template, or uncordons a node of the run, halts it", async () => {
    const going = startPlugin(cluster, ["node", "--all", "--interval=3s", ...quick]);
    await going.says(/node\/node-03 uncordoned/);
    await newTemplate(cluster, "other");
    expect(await going.ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        "somebody changed the pod template of daemonset kube-system/calico-node",
      ) as string,
    });

    const again = startPlugin(cluster, ["node", "--all", "--canary-settle=4s", ...quick]);
    await again.says(/pod "calico-node-\w+" deleted/);
    const name = /node\/(\S+) cordoned/.exec(again.stdout())?.[1] ?? "";
    await cluster.api.ask("PATCH", `/api/v1/nodes/${name}`, { spec: { unschedulable: null } });
    expect(await again.ended).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(new RegExp(`somebody uncordoned node ${name} while`)) as string,
    });
  });

  test("no node is begun that would end after --until, and the time is said with its zone", async () => {
    const none = await run("--all", "--until=10s", "--canary-settle=1m", "-y");
    expect(none.code).toBe(0);
    expect(none.stdout).not.toContain("cordoned");
    expect(none.stderr).toMatch(
      /no node is begun that would end after \d\d:\d\d \S+: 10 nodes left .*to continue: /,
    );
    const hour = new Date(Date.now() + 3_600_000).toTimeString().slice(0, 5);
    const all = await run("--all", `--until=${hour}`, ...quick);
    expect([all.code, all.stderr]).toEqual([
      0,
      expect.stringMatching(new RegExp(`would end after ${hour} \\S+`)),
    ]);
    expect(await marked()).toEqual(names);
  });

  test("a node that goes away is reported, and the run ends with the others", async () => {
    const going = startPlugin(cluster, ["node", "--all", "--interval=1s", ...quick]);
    await going.says(/node\/node-03 uncordoned/);
    await cluster.removeNode("node-10");
    const { code, stderr, stdout } = await going.ended;
    expect([code, stderr]).toEqual([0, expect.stringContaining("node/node-10 went away, skipped")]);
    expect(restarted(stdout)).toHaveLength(9);
    await cluster.addNode(fleet[9]);
  });

  test("several nodes at once only without a full mesh, and never more than allowed", async () => {
    const refused = await run("--all", "--max-unavailable=3", ...quick);
    expect([refused.code, refused.stdout, refused.stderr]).toEqual([
      1,
      "",
      expect.stringMatching(/^error: H36: /m),
    ]);
    const { code, stdout, stderr } = await run(
      "--all",
      "--max-unavailable=3",
      "--ignore-preflight-errors=H36",
      ...quick,
    );
    expect([code, stderr]).toEqual([0, expect.stringContaining("10 of 10 nodes")]);
    let most = 0;
    let cordoned = 0;
    for (const line of lines(stdout)) {
      if (line.endsWith(" cordoned")) cordoned += 1;
      if (line.endsWith(" uncordoned")) cordoned -= 1;
      most = Math.max(most, cordoned);
    }
    expect(most).toBe(3);
    expect(await marked()).toEqual(names);
  });

  test("--max-failures goes on with other nodes, and the failed one stays cordoned under its lease", async () => {
    const remove = await cluster.faults.crashLoopBackOff("node-05");
    const args = [
      "--all",
      "--max-failures=1",
      "--max-unavailable=2",
      "--ignore-preflight-errors=H36",
      ...quick,
    ];
    const { code, stdout, stderr } = await run(...args, "--timeout=8s");
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^Warning: node\/node-05 failed: /m)]);
    expect(restarted(stdout)).toHaveLength(9);
    expect([await isCordoned(cluster, "node-05"), await cordonLease(cluster, "node-05")]).toEqual([
      true,
      expect.anything(),
    ]);
    await remove();
    expect(await run(...args)).toMatchObject({ code: 0 });
    expect(await marked()).toEqual(names);
  }, 120_000);
});
