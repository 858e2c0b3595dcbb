/** What a run leaves on each node, and what `report` makes of it. */
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { recordAnnotation } from "../../src/model/names.ts";
import { parseRunRecords, type RunRecords } from "../../src/model/run-records.ts";
import { parseNodeRecord } from "../../src/model/node-record.ts";
import type { RunReport } from "../../src/render/report/kind.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { schemaErrorsOf } from "../unit/render/schema.ts";
import {
  daemonSet,
  eras,
  node,
  outdatedCalico,
  patchDaemonSet,
  runLease,
  writes,
} from "./support/calico-cluster.ts";
import { ownState } from "./support/controllers.ts";
import { runPlugin, startPlugin } from "./support/plugin.ts";
import { testCluster } from "./test-cluster.ts";

describe.each(eras)("Kubernetes $kubeVersion", ({ kubeVersion, calico }) => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await testCluster({ kubeVersion, audit: "Request" });
  });
  afterAll(() => cluster?.stop());
  beforeEach(async () => {
    await outdatedCalico(cluster, calico);
    for (const name of ["node-01", "node-02", "node-03"])
      await cluster.api.ask("PATCH", `/api/v1/nodes/${name}`, {
        metadata: { annotations: { [recordAnnotation]: null } },
        spec: { unschedulable: null },
      });
  });

  const run = (...args: readonly string[]) => runPlugin(cluster, args);
  const textOn = async (name: string) => (await node(cluster, name)).metadata.annotations?.[recordAnnotation];
  const recordOn = async (name: string) => parseNodeRecord(await textOn(name));
  async function report(...args: readonly string[]): Promise<RunReport> {
    const { stdout, stderr, code } = await run("report", "-o", "json", ...args);
    if (code !== 0) throw new Error(stderr);
    const made = JSON.parse(stdout) as RunReport;
    expect(schemaErrorsOf("run-report", made)).toEqual([]);
    return made;
  }

  test("two nodes keep a record in the patch that gives them back, and report names them and the third", async () => {
    await cluster.api.ask("PATCH", "/api/v1/nodes/node-02", { spec: { unschedulable: true } });
    const mark = await cluster.audit.mark();
    const { code, stderr } = await run("node", "node-01", "node-02", "--settle=0s", "-y");
    expect([code, stderr]).toEqual([0, expect.not.stringContaining("error")]);
    const written = (await writes(cluster, mark)).filter((each) => each.startsWith("patch nodes/"));
    // Cordon and uncordon of the first, lease and its end on the second: no patch more.
    expect(written).toHaveLength(4);
    const { metadata } = await daemonSet(cluster);
    for (const name of ["node-01", "node-02"]) {
      expect(Buffer.byteLength((await textOn(name)) ?? "")).toBeLessThanOrEqual(300);
      expect(await recordOn(name)).toMatchObject({
        run: expect.stringMatching(new RegExp(`^${metadata.uid ?? ""}/\\d+$`)) as string,
        bound: "at most",
        by: expect.stringContaining("@") as string,
        command: { verb: "node" },
      });
    }
    expect(await recordOn("node-01")).not.toHaveProperty("kept");
    expect(await recordOn("node-02")).toHaveProperty("kept", "was-cordoned");
    expect(await recordOn("node-03")).toBeUndefined();

    const before = await cluster.audit.mark();
    const made = await report();
    expect(made.nodes.map(({ name, outcome }) => [name, outcome])).toEqual([
      ["node-01", "restarted"],
      ["node-02", "restarted"],
      ["node-03", "not begun"],
    ]);
    expect(made.run).toMatchObject({ state: "incomplete", daemonSet: "kube-system/calico-node" });
    expect(made.configuration.before?.revision).toBeLessThan(made.configuration.after?.revision ?? 0);
    expect(await report("--run", String(made.run.revision))).toMatchObject({ run: { id: made.run.id } });
    expect(await writes(cluster, before)).toEqual([]);

    const page = await run("report", "-o", "html");
    expect([page.code, page.stderr]).toEqual([0, ""]);
    expect(page.stdout).toMatch(/^<!doctype html>/);
    for (const name of ["node-01", "node-02", "node-03"]) expect(page.stdout).toContain(name);
    const text = await run("report");
    expect([text.code, text.stdout]).toEqual([0, expect.stringContaining("2 of 3 nodes restarted")]);
  });

  test("a run that was killed and continued elsewhere leaves a record as well, with the revision before", async () => {
    const first = startPlugin(cluster, ["node", "node-01", "--settle=20s", "-y"]);
    await first.says(/to settle/);
    first.signal("SIGKILL");
    await first.ended;
    expect(await recordOn("node-01")).toBeUndefined();
    const half = await report();
    expect(half.nodes.find(({ name }) => name === "node-01")).toMatchObject({ outcome: "at work" });
    const old = new Date(Date.now() - 61_000).toISOString().replace(/\.\d+Z$/, "Z");
    await patchDaemonSet(cluster, {
      metadata: {
        annotations: { "calico-upgrade/run": JSON.stringify({ ...(await runLease(cluster)), renewed: old }) },
      },
    });
    expect((await report()).run.state).toBe("unfinished");
    expect(await run("node", "node-01", "--settle=0s", "-y")).toMatchObject({ code: 0 });
    const record = await recordOn("node-01");
    expect(record).toMatchObject({ from: expect.any(Number) as number, bound: "at most" });
    expect(record).not.toHaveProperty("deleted");
    expect((await report()).nodes[0]).toMatchObject({ name: "node-01", outcome: "restarted" });
  });

  describe("a run's folder keeps the records of its nodes", () => {
    /** The files of this place, with who may look at them. */
    async function filesIn(
      state: string,
    ): Promise<readonly { readonly file: string; readonly records: RunRecords }[]> {
      const names = await readdir(state, { recursive: true });
      const files = names
        .filter((name) => basename(name) === "records.json")
        .map((name) => join(state, name));
      return await Promise.all(
        files.map(async (file) => {
          expect((await stat(file)).mode & 0o777).toBe(0o600);
          const text = await readFile(file, "utf8");
          expect(schemaErrorsOf("run-records", JSON.parse(text))).toEqual([]);
          return { file, records: parseRunRecords(text) as RunRecords };
        }),
      );
    }
    const namesIn = ({ nodes }: RunRecords): readonly string[] => nodes.map(({ name }) => name).toSorted();

    test("an earlier run is reported from there when a later one has replaced the records, and says from where", async () => {
      const env = await ownState();
      const all = ["node", "node-01", "node-02", "--settle=0s", "-y"];
      expect(await runPlugin(cluster, all, { env })).toMatchObject({ code: 0 });
      const first = await report();
      const [kept] = await filesIn(env.XDG_STATE_HOME);
      expect(namesIn(kept?.records as RunRecords)).toEqual(["node-01", "node-02"]);
      expect(kept?.records.run).toBe(first.run.id);
      expect((await runPlugin(cluster, ["undo", "--list"], { env })).stderr).toContain("no bundles in");

      await patchDaemonSet(cluster, {
        spec: { template: { metadata: { annotations: { "test/again": String(Date.now()) } } } },
      });
      expect(await runPlugin(cluster, ["node", "node-01", "--settle=0s", "-y"], { env })).toMatchObject({
        code: 0,
      });
      const { stdout, stderr } = await runPlugin(
        cluster,
        ["report", "-o", "json", "--run", String(first.run.revision)],
        { env },
      );
      expect(stderr).toBe("");
      const earlier = JSON.parse(stdout) as RunReport;
      expect(schemaErrorsOf("run-report", earlier)).toEqual([]);
      const rows = ({ nodes }: RunReport) => nodes.filter(({ outcome }) => outcome === "restarted");
      expect(rows(earlier)).toEqual(rows(first));
      expect(earlier.collected).toEqual([{ file: kept?.file, nodes: 1 }]);
      // The one that was last is the cluster's own.
      const latest = await runPlugin(cluster, ["report", "-o", "json"], { env });
      expect(JSON.parse(latest.stdout)).toMatchObject({ collected: [], run: { others: [first.run.id] } });
      // Without that folder nothing is known of the node whose record was replaced.
      const without = await report("--run", String(first.run.revision));
      expect(without.nodes.find(({ name }) => name === "node-01")).toMatchObject({ outcome: "unknown" });
    });

    test("a run that Ctrl-C ends keeps what it did; the one that continues it keeps all", async () => {
      const env = await ownState();
      const args = ["node", "--all", "--settle=0s", "--interval=20s", "-y"];
      const first = startPlugin(cluster, args, { env });
      await first.says(/uncordoned/);
      first.signal("SIGINT");
      expect((await first.ended).code).toBe(130);
      const [half] = await filesIn(env.XDG_STATE_HOME);
      expect(namesIn(half?.records as RunRecords)).toHaveLength(1);
      const rest = await runPlugin(cluster, ["node", "--all", "--settle=0s", "-y"], { env });
      expect(rest).toMatchObject({ code: 0 });
      const counts = (await filesIn(env.XDG_STATE_HOME)).map(({ records }) => namesIn(records).length);
      expect(counts.toSorted((a, b) => a - b)).toEqual([1, 3]);
    });

    test("a run that halts keeps the node that it had done", async () => {
      const env = await ownState();
      const image = "calico/node:";
      const remove = await cluster.faults.crashLoopBackOff({ node: "node-02", image });
      try {
        const args = ["node", "node-01", "node-02", "--settle=0s", "--prepull=never", "--timeout=10s", "-y"];
        const { code, stderr } = await runPlugin(cluster, args, { env });
        expect([code, stderr]).toEqual([1, expect.stringContaining("node-02")]);
      } finally {
        await remove();
      }
      const [kept] = await filesIn(env.XDG_STATE_HOME);
      expect(namesIn(kept?.records as RunRecords)).toEqual(["node-01"]);
    });

    test("a run that changes nothing on a node, and a dry run, keep nothing", async () => {
      const env = await ownState();
      expect(await runPlugin(cluster, ["node", "node-01", "--dry-run=server"], { env })).toMatchObject({
        code: 0,
      });
      expect(await filesIn(env.XDG_STATE_HOME)).toEqual([]);
    });

    test("where nothing can be saved the run does all the same, and says so in a line", async () => {
      const env = { HOME: "", XDG_STATE_HOME: "", USERPROFILE: "" };
      const { code, stderr } = await runPlugin(cluster, ["node", "node-01", "--settle=0s", "-y"], { env });
      expect(code).toBe(0);
      expect(stderr).toContain(
        "Warning: the records of this run are kept on its nodes only: there is no place",
      );
      expect(await recordOn("node-01")).toMatchObject({ command: { verb: "node" } });
    });
  });

  test("--no-cordon: the record is in the patch that takes the lease away", async () => {
    expect(await run("node", "node-01", "--no-cordon", "--settle=0s", "-y")).toMatchObject({ code: 0 });
    expect(await recordOn("node-01")).toMatchObject({ kept: "no-cordon" });
  });

  test.each([
    [["--run", "99"], /no node and no folder has a record of run "99"|no run has left a record/],
    [["-o", "table"], /-o must be one of markdown, html, json, yaml/],
    [["--run="], /--run must be the id of a run/],
    [["--daemonset", "kube-system/nope"], /no calico-node DaemonSet kube-system\/nope/],
  ])("%j is refused in one line", async (args, words) => {
    const { stdout, stderr, code } = await run("report", ...args);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(words);
  });
});
