/** `undo` of each kind of run, one after the other, on one server; and what Ctrl-C does to it. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { hostedCalico, toYaml } from "../calico/hosted-calico.ts";
import { workloadsReady } from "../calico/install.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { at } from "../cluster/kube-object.ts";
import { cordonLease, isCordoned, nodes, podOf, runLease, writes } from "./support/calico-cluster.ts";
import { controllerPods, imageOf, mostAtOnce, workload } from "./support/controllers.ts";
import { installed } from "./support/installed.ts";
import { interpose, refusing } from "./support/interposer.ts";
import { lines, runPlugin, type Running, startPlugin } from "./support/plugin.ts";
import { secondsPass } from "./support/seconds-pass.ts";
import { typhaDeployment } from "./support/typha.ts";
import { testCluster } from "./test-cluster.ts";

// v3.26 takes a right of calico-node away, so that going back begins with giving it again (H01).
const old = { version: "v3.25.2" };
const next = { version: "v3.26.5" };
const config = "/api/v1/namespaces/kube-system/configmaps/calico-config";

let cluster: Cluster;
let folder: string;
const files = { old: "", next: "" };

beforeAll(async () => {
  cluster = await testCluster({ audit: "Metadata" });
  folder = await mkdtemp(join(tmpdir(), "undo-runs-"));
  for (const [name, calico] of Object.entries({ old, next }) as ["old" | "next", typeof old][]) {
    files[name] = join(folder, `${name}.yaml`);
    await writeFile(files[name], toYaml([...hostedCalico(calico), typhaDeployment(calico.version)]));
  }
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await cluster?.stop();
});
beforeEach(async () => {
  await cluster.resetCalico();
  const { code, stderr } = await cluster.kubectl(["apply", "-f", files.old]);
  if (code !== 0) throw new Error(stderr);
  await workloadsReady(cluster);
});

const placed = (args: readonly string[]) => [...args, "--bundle-dir", join(folder, "bundles")];
const run = (...args: readonly string[]) => runPlugin(cluster, placed(args));
/** Releases that old are not for this server, and BGP peers are no part of the test (H17). */
const quick = ["--settle=0s", "--ignore-preflight-errors=all"];
const undoing = (bundle: string) => placed(["undo", bundle, "-y", ...quick]);
const undo = (bundle: string) => runPlugin(cluster, undoing(bundle));

/** The directory that a run has saved what was there in. */
async function bundleOf(...args: readonly string[]): Promise<string> {
  const { code, stderr } = await run(...args);
  // As it was run, so it is taken back.
  const typed = /saved in (\S+); to undo: kubectl calico-upgrade undo \1 --bundle-dir=\S+bundles$/m;
  expect([code, stderr]).toEqual([0, expect.stringMatching(typed)]);
  return /saved in ([^;\s]+)/.exec(stderr)?.[1] ?? "";
}

const imageOnNode = async (node: string) => at(await podOf(cluster, node), "spec", "containers", 0, "image");

describe("a whole apply, Typha in it", () => {
  test("Ctrl-C lets the write under way end and no other begin, exit 130; the same command goes on to the end", async () => {
    const before = await installed(cluster);
    const image = await imageOnNode("node-01");
    const bundle = await bundleOf("apply", "-f", files.next, "-y", ...quick);
    const typha = imageOf(await workload(cluster, "deployments/calico-typha"));
    expect(typha).toContain(next.version);

    // In the middle of the first write, while rights are added.
    const under: { way?: Running } = {};
    const mark = await cluster.audit.mark();
    const slow = await interpose(cluster, async ({ method, path, forward }) => {
      if (path.includes("watch=")) return "stream";
      if (method !== "PATCH" || path.includes("dryRun")) return await forward();
      under.way?.signal("SIGINT");
      return await forward();
    });
    under.way = startPlugin(cluster, undoing(bundle), slow);
    const early = await under.way.ended;
    expect([early.code, early.stderr]).toEqual([
      130,
      expect.stringMatching(/^error: interrupted.*\nto continue: kubectl calico-upgrade undo /m),
    ]);
    // Who works is noted on the DaemonSet, and given back.
    const wrote = await writes(cluster, mark);
    expect(wrote.filter((write) => write !== "patch daemonsets/calico-node")).toEqual([]);
    expect(early.stderr).toMatch(/^Warning: P11: from v3\.26\.5 back to v3\.25\.2 is a downgrade/m);

    // On a node: it is given back or brought to its end.
    const onNode = startPlugin(cluster, undoing(bundle));
    await onNode.says(/node\/node-01 cordoned/);
    onNode.signal("SIGINT");
    const middle = await onNode.ended;
    expect([middle.code, middle.stderr]).toEqual([
      130,
      expect.stringMatching(/^error: interrupted.*\nto continue: kubectl calico-upgrade undo /m),
    ]);
    expect(await isCordoned(cluster, "node-01")).toBe(false);
    expect(await cordonLease(cluster, "node-01")).toBeUndefined();
    expect(await runLease(cluster)).not.toHaveProperty("holder");
    expect(await imageOnNode("node-03")).not.toBe(image);

    const { result, most } = await mostAtOnce(cluster, () => undo(bundle));
    expect([result.code, result.stderr]).toEqual([0, expect.any(String)]);
    expect(result.stdout).toContain("deployment.apps/calico-typha configured in kube-system namespace\n");
    expect(most).toBeLessThanOrEqual(1);
    expect(await installed(cluster)).toEqual(before);
    for (const node of nodes) expect(await imageOnNode(node)).toBe(image);
  });

  test("the server refuses one object in the middle: what was done and what not is listed, and the same command ends it", async () => {
    const before = await installed(cluster);
    const bundle = await bundleOf("apply", "-f", files.next, "-y", ...quick);
    const forbidding = await refusing(
      cluster,
      ({ method, path }) => method === "PATCH" && path.includes("/deployments/calico-typha"),
      'deployments.apps "calico-typha" is forbidden: by the test',
    );
    const { code, stdout, stderr } = await runPlugin(cluster, undoing(bundle), forbidding);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^error: .*calico-typha.* is forbidden: by the test$/m),
    ]);
    expect(stdout).toMatch(/^node\/node-03 uncordoned$/m);
    expect(stdout).not.toContain("calico-typha configured");
    expect(stderr).toMatch(/^saved in \S+-undo-\w+; to undo: /m);
    expect(stderr).toMatch(
      new RegExp(
        String.raw`^\d+ done, \d+ left \(.*deployment\.apps/calico-typha.*\)\n[^]*kubectl calico-upgrade undo ${bundle} `,
        "m",
      ),
    );
    const { code: ended, stderr: told } = await undo(bundle);
    expect([ended, told]).toEqual([0, expect.any(String)]);
    expect(await installed(cluster)).toEqual(before);
  });

  test("P11: that it is a downgrade is said before anything is asked or written", async () => {
    const bundle = await bundleOf("apply", "-f", files.next, "-y", ...quick);
    const mark = await cluster.audit.mark();
    const { code, stderr } = await run("undo", bundle, "--ignore-preflight-errors=all");
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(
        /^Warning: P11: [\s\S]*Undo \d+ objects of apply from [\s\S]*No terminal to ask on: add -y/m,
      ),
    ]);
    expect(await writes(cluster, mark)).toEqual([]);
  });
});

describe("a controller run", () => {
  test("the old controller comes back, never two; a signal leaves the line of the write that was under way", async () => {
    const before = await installed(cluster);
    const bundle = await bundleOf(
      "controller",
      "-f",
      files.next,
      "--settle=0s",
      "--ignore-preflight-errors=H05",
    );
    const mark = await cluster.audit.mark();
    const under: { way?: Running } = {};
    const slow = await interpose(cluster, async ({ method, path, forward }) => {
      if (path.includes("watch=")) return "stream";
      if (method !== "PATCH" || path.includes("dryRun")) return await forward();
      under.way?.signal("SIGTERM");
      await under.way?.says(/^interrupted: waiting for the write under way/m).catch(() => 0);
      return await forward();
    });
    under.way = startPlugin(cluster, undoing(bundle), slow);
    expect(await under.way.ended).toMatchObject({
      code: 143,
      stdout: "deployment.apps/calico-kube-controllers configured in kube-system namespace\n",
    });
    expect(await writes(cluster, mark)).toEqual(["patch deployments/calico-kube-controllers"]);
    const { result, most } = await mostAtOnce(cluster, () => undo(bundle));
    expect([result.code, result.stderr]).toEqual([0, expect.stringContaining("nothing to undo")]);
    await workloadsReady(cluster);
    expect(most).toBeLessThanOrEqual(1);
    expect(await installed(cluster)).toEqual(before);
    const [pod, second] = await controllerPods(cluster);
    expect([at(pod, "spec", "containers", 0, "image"), second]).toEqual([
      imageOf(await workload(cluster, "deployments/calico-kube-controllers")),
      undefined,
    ]);
  });
});

describe("a configmap run", () => {
  const mtu = async () => at(await cluster.api.ask("GET", config), "data", "veth_mtu");
  const uids = () => Promise.all(nodes.map(async (node) => (await podOf(cluster, node)).metadata.uid));

  test("the values are as they were, last-applied included, and what had read the others is restarted, node by node", async () => {
    await secondsPass(cluster);
    const before = await installed(cluster);
    const [first] = await uids();
    const bundle = await bundleOf("configmap", "--set", "veth_mtu=1400", "-y", ...quick);
    const [second] = await uids();
    expect(second).not.toBe(first);
    await secondsPass(cluster);
    const { code, stdout, stderr } = await undo(bundle);
    expect([code, stderr]).toEqual([0, expect.any(String)]);
    expect(await installed(cluster)).toEqual(before);
    expect(await uids()).not.toContain(second);
    const order = lines(stdout).filter((line) => !line.startsWith("pod "));
    expect(order).toEqual([
      "configmap/calico-config configured in kube-system namespace",
      ...nodes.flatMap((node) => [`node/${node} cordoned`, `node/${node} uncordoned`]),
    ]);
    const again = await undo(bundle);
    expect([again.code, again.stdout, again.stderr]).toEqual([
      0,
      "",
      expect.stringContaining("nothing to undo"),
    ]);
  });

  test("what was never restarted for the run's values is left alone; --no-restart leaves the others, and names them", async () => {
    await secondsPass(cluster);
    const before = await uids();
    const bundle = await bundleOf("configmap", "--set", "veth_mtu=1400", "--no-restart");
    const { code } = await runPlugin(cluster, ["node", "node-02", "--restart", ...quick]);
    expect(code).toBe(0);
    await secondsPass(cluster);
    const left = await run("undo", bundle, "-y", ...quick, "--no-restart");
    expect([left.code, left.stdout]).toEqual([
      0,
      "configmap/calico-config configured in kube-system namespace\n",
    ]);
    expect(left.stderr).toMatch(/^not restarted: calico-node on node-02; /m);
    expect(await mtu()).toBe("0");
    const again = await undo(bundle);
    expect([again.code, lines(again.stdout).filter((line) => line.endsWith(" cordoned"))]).toEqual([
      0,
      ["node/node-02 cordoned"],
    ]);
    const after = await uids();
    expect([after[0], after[2]]).toEqual([before[0], before[2]]);
  });

  test("killed once the values were back: the same command restarts what had read the others", async () => {
    await secondsPass(cluster);
    const bundle = await bundleOf("configmap", "--set", "veth_mtu=1400", "-y", ...quick);
    const between = await uids();
    await secondsPass(cluster);
    const under: { way?: Running } = {};
    const proxy = await interpose(cluster, async ({ method, path, forward }) => {
      if (path.includes("watch=")) return "stream";
      const values = method === "PATCH" && path.includes("/configmaps/") && !path.includes("dryRun");
      if (!values) return await forward();
      await forward();
      under.way?.signal("SIGKILL");
      return undefined;
    });
    under.way = startPlugin(cluster, undoing(bundle), proxy);
    await under.way.ended.catch(() => undefined);
    expect([await mtu(), await uids()]).toEqual(["0", between]);
    const { code, stderr } = await undo(bundle);
    expect([code, stderr]).toEqual([0, expect.any(String)]);
    for (const uid of await uids()) expect(between).not.toContain(uid);
  });
});

describe("a node run with a file", () => {
  const upgrade = (...nodesToDo: readonly string[]) =>
    run("node", ...nodesToDo, "-f", files.next, "-y", ...quick);

  test("template and nodes go back, also when a later run upgraded the others and put the strategy back", async () => {
    const before = await installed(cluster);
    const image = await imageOnNode("node-01");
    const { code, stderr } = await upgrade("node-01");
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^saved in \S+-node-\w+; to undo: .* undo /m)]);
    const bundle = /saved in ([^;\s]+)/.exec(stderr)?.[1] ?? "";
    // The template is as in the file by then: there is nothing to save.
    const rest = await upgrade("node-02", "node-03");
    expect([rest.code, rest.stderr]).toEqual([0, expect.not.stringContaining("saved in")]);
    expect(await imageOnNode("node-03")).not.toBe(image);

    const { code: undone, stderr: told } = await undo(bundle);
    expect([undone, told]).toEqual([0, expect.any(String)]);
    expect(await installed(cluster)).toEqual(before);
    for (const node of nodes) expect(await imageOnNode(node)).toBe(image);
  });

  test("no place for what is saved: nothing is written; a run that only restarts needs none", async () => {
    const nowhere = ["--bundle-dir", "/dev/null/bundles"];
    const mark = await cluster.audit.mark();
    const node = (...args: readonly string[]) =>
      runPlugin(cluster, [
        "node",
        "node-01",
        "--settle=0s",
        "--ignore-preflight-errors=all",
        "-y",
        ...args,
        ...nowhere,
      ]);
    const { code, stderr } = await node("-f", files.next);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^error: .*\/dev\/null/m)]);
    expect(await writes(cluster, mark)).toEqual([]);
    expect(await node("--restart")).toMatchObject({ code: 0 });
  });
});
