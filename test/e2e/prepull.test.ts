/** New images are pulled on all nodes of a run before the first of them is touched. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { hostedCalico, toYaml } from "../calico/hosted-calico.ts";
import { kubectlInstall } from "../calico/install.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { RemoveFault } from "../cluster/faults.ts";
import { at, type KubeObject, listAt } from "../cluster/kube-object.ts";
import { purposeLabel, recordAnnotation } from "../../src/model/names.ts";
import { parseNodeRecord, type NodeRecord } from "../../src/model/node-record.ts";
import { offered } from "../faults/continuation.ts";
import { schemaErrorsOf } from "../unit/render/schema.ts";
import {
  everything,
  isCordoned,
  node,
  nodes,
  pluginRequests,
  podOf,
  runLease,
  writes,
} from "./support/calico-cluster.ts";
import { patchEras } from "./support/patch-eras.ts";
import { lines, runPlugin, startPlugin } from "./support/plugin.ts";
import { testCluster } from "./test-cluster.ts";

const quick = "--settle=0s";
const pods = "/api/v1/namespaces/kube-system/pods";
const ours = `${pods}?labelSelector=${encodeURIComponent(purposeLabel)}`;

describe.each(patchEras)("Kubernetes $kubeVersion, Calico $old.version → $new.version", (era) => {
  let cluster: Cluster;
  let folder = "";
  let file = "";
  let removeFault: RemoveFault | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "prepull-"));
    file = join(folder, "calico.yaml");
    await writeFile(file, toYaml(hostedCalico(era.new)));
    cluster = await testCluster({ kubeVersion: era.kubeVersion, audit: "Request" });
  });
  afterAll(async () => {
    await cluster?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    await cluster.resetCalico();
    await kubectlInstall(cluster, era.old);
  });
  afterEach(async () => {
    await removeFault?.();
    removeFault = undefined;
  });

  const run = (...args: readonly string[]) => runPlugin(cluster, ["node", ...args]);

  async function ourPods(): Promise<readonly string[]> {
    const found = listAt(await cluster.api.ask("GET", ours), "items") as KubeObject[];
    return found.map(({ metadata }) => metadata.name);
  }

  async function versionsOnNodes(): Promise<readonly string[]> {
    return await Promise.all(
      nodes.map(async (node) => {
        const image = String(at(await podOf(cluster, node), "spec", "containers", 0, "image"));
        return image.slice(image.lastIndexOf(":") + 1);
      }),
    );
  }

  // Procedure: Note: pre-fetch the image
  test("every image of the new template is on every node before the first pod is deleted", async () => {
    const mark = await cluster.audit.mark();
    const { code, stdout, stderr } = await run(...nodes, "-f", file, quick, "--ignore-preflight-errors=H17");
    expect([code, stderr]).toEqual([0, expect.stringContaining("images: 3 of 3 nodes (")]);
    expect(stdout).not.toContain("prepull");
    const sent = await pluginRequests(cluster, mark);
    const created = sent.filter(
      ({ verb, objectRef, uri }) =>
        verb === "create" && objectRef?.["resource"] === "pods" && !uri.includes("dryRun=All"),
    );
    const templateImages = imagesOf(await podOf(cluster, "node-01"));
    expect(created.map(({ requestObject }) => at(requestObject, "spec", "nodeName"))).toEqual([...nodes]);
    for (const { requestObject } of created) {
      expect(imagesOf(requestObject)).toEqual(templateImages);
      expect(at(requestObject, "spec", "hostNetwork")).toBe(true);
    }
    const order = await writes(cluster, mark);
    const lastOfOurs = order.findLastIndex((each) => each.includes("calico-upgrade-prepull-"));
    const firstTouch = order.findIndex((each) => /^(patch nodes|delete pods\/calico-node)/.test(each));
    expect(lastOfOurs).toBeLessThan(firstTouch);
    expect(await ourPods()).toEqual([]);
    expect(await runLease(cluster)).toBeUndefined();
    expect(await versionsOnNodes()).toEqual(nodes.map(() => era.new.version));
    // The node says so itself, for report.
    for (const name of nodes) {
      const text = (await node(cluster, name)).metadata.annotations?.[recordAnnotation];
      const { pulled, began } = parseNodeRecord(text) as NodeRecord;
      expect(pulled?.began).toBeLessThanOrEqual(began);
      expect(pulled?.took).toBeGreaterThanOrEqual(0);
    }
  });

  test("an image that the registry lacks stops before anything is touched, names nodes and reason, and the same command continues", async () => {
    removeFault = await cluster.faults.errImagePull({
      node: "node-02",
      image: `calico/node:${era.new.version}`,
    });
    const before = await everything(cluster);
    const { code, stdout, stderr } = await run(...nodes, "-f", file, quick, "--ignore-preflight-errors=H17");
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(
      /H21.*images cannot be pulled on 1 of 3 nodes: node-02: ErrImagePull \S*calico\/node:/,
    );
    expect(stderr).toContain("nothing was changed");
    expect(withoutVersions(await everything(cluster))).toEqual(withoutVersions(before));
    expect(await ourPods()).toEqual([]);
    expect(await runLease(cluster)).toBeUndefined();
    await removeFault();
    removeFault = undefined;
    const again = await run(...(offered(stderr)[0]?.slice(1) ?? []), quick);
    expect([again.code, again.stderr]).toEqual([0, expect.stringContaining("images: 3 of 3 nodes")]);
  });

  test("--until-step prepull: pulls, cleans up, touches no node, and says what to run next", async () => {
    const before = await everything(cluster);
    const { code, stdout, stderr } = await run("node-01", "node-03", "-f", file, "--until-step=prepull");
    expect([code, stdout]).toEqual([0, ""]);
    expect(stderr).toContain("images: 2 of 2 nodes");
    expect(stderr).toContain(`next: kubectl calico-upgrade node node-01 node-03 -f ${file}`);
    expect(stderr).not.toMatch(/next: .*until-step/);
    expect(withoutVersions(await everything(cluster))).toEqual(withoutVersions(before));
    expect(await ourPods()).toEqual([]);
  });

  test("-o json and --events tell what was pulled, and keep to their schemas", async () => {
    const events = join(folder, "events.jsonl");
    await rm(events, { force: true });
    const { stdout } = await run("node-01", "-f", file, quick, "-o", "json", `--events=${events}`);
    const result: unknown = JSON.parse(stdout);
    expect(schemaErrorsOf("node-upgrade", result)).toEqual([]);
    expect(result).toMatchObject({
      succeeded: true,
      prepull: {
        nodesToUpgrade: 1,
        nodes: [
          { name: "node-01", result: "pulled", seconds: expect.any(Number), images: expect.any(Array) },
        ],
      },
    });
    const told = lines(await readFile(events, "utf8")).map((line): unknown => JSON.parse(line));
    for (const event of told) expect(schemaErrorsOf("event", event)).toEqual([]);
    expect(told).toContainEqual(
      expect.objectContaining({ procedure: "prepull", step: "pull", type: "performed", node: "node-01" }),
    );
    expect(told).toContainEqual(
      expect.objectContaining({ procedure: "prepull", step: "clean", nodesWithImages: 1, nodesToUpgrade: 1 }),
    );
  });

  test.each(era.kubeVersion === "1.15" ? (["client"] as const) : (["client", "server"] as const))(
    "--dry-run=%s tells the pulls and makes no pod",
    async (how) => {
      const before = await everything(cluster);
      const { code, stderr } = await run("node-01", "-f", file, `--dry-run=${how}`);
      expect([code, stderr]).toEqual([0, expect.stringMatching(/^pulling \d images on 1 node \(node-01\)/m)]);
      expect(withoutVersions(await everything(cluster))).toEqual(withoutVersions(before));
    },
  );

  test("--prepull=never makes no pod", async () => {
    const mark = await cluster.audit.mark();
    const { code } = await run("node-01", "-f", file, quick, "--prepull=never");
    expect(code).toBe(0);
    expect((await writes(cluster, mark)).filter((each) => each.includes("prepull"))).toEqual([]);
  });

  test("nodes whose images are known need none; --prepull=always pulls there as well", async () => {
    const mark = await cluster.audit.mark();
    expect((await run("node-01", "--restart", quick, "--force")).code).toBe(0);
    expect((await writes(cluster, mark)).filter((each) => each.includes("prepull"))).toEqual([]);
    const { code, stderr } = await run("node-01", "--restart", quick, "--force", "--prepull=always");
    expect([code, stderr]).toEqual([0, expect.stringContaining("images: 1 of 1 node")]);
  });

  test("killed while it pulls: nothing was touched, and the same command removes what it left and goes on", async () => {
    removeFault = await cluster.faults.slowPull({ image: `calico/node:${era.new.version}` }, 3_600_000);
    const command = [...nodes, "-f", file, quick, "--ignore-preflight-errors=H17", "--prepull-ahead=2"];
    const first = startPlugin(cluster, ["node", ...command]);
    await first.says(/^pulling \d images/m);
    await cluster.waitFor(ours, (found) => found.length === 2, { what: "two pods that pull" });
    first.signal("SIGKILL");
    await first.ended;
    for (const node of nodes) expect(await isCordoned(cluster, node)).toBe(false);
    await removeFault();
    removeFault = undefined;
    const { code, stderr } = await run(...command, "--take-over");
    expect([code, stderr]).toEqual([0, expect.stringContaining("images: 3 of 3 nodes")]);
    expect(await ourPods()).toEqual([]);
    expect(await runLease(cluster)).toBeUndefined();
  });

  test("Ctrl-C while it pulls: its pods and its lease go, no node was touched, and the command that continues is told", async () => {
    removeFault = await cluster.faults.slowPull({ image: `calico/node:${era.new.version}` }, 3_600_000);
    const running = startPlugin(cluster, ["node", "node-01", "-f", file, quick]);
    await cluster.waitFor(ours, (found) => found.length === 1, { what: "a pod that pulls" });
    running.signal("SIGINT");
    const { code, stderr } = await running.ended;
    expect([code, offered(stderr)[0]?.[0]]).toEqual([130, "node"]);
    expect(await ourPods()).toEqual([]);
    expect(await runLease(cluster)).toBeUndefined();
    expect(await isCordoned(cluster, "node-01")).toBe(false);
  });

  test("apply pulls before it changes anything; --until-step prepull does only that", async () => {
    const mark = await cluster.audit.mark();
    const only = await runPlugin(cluster, ["apply", "-f", file, "-y", "--until-step=prepull", "-o", "json"]);
    expect([only.code, only.stderr]).toEqual([
      0,
      expect.stringMatching(/next: kubectl calico-upgrade apply -f \S+$/m),
    ]);
    expect(schemaErrorsOf("apply-result", JSON.parse(only.stdout))).toEqual([]);
    expect(JSON.parse(only.stdout)).toMatchObject({
      steps: expect.arrayContaining([{ id: "prepull", state: "done", because: "images pulled on 3 nodes" }]),
      prepull: { nodesToUpgrade: 3 },
    });
    const sent = await writes(cluster, mark);
    expect(sent.filter((each) => !/daemonsets\/calico-node$|prepull/.test(each))).toEqual([]);
    const whole = await runPlugin(cluster, [
      "apply",
      "-f",
      file,
      "-y",
      quick,
      "--ignore-preflight-errors=H17",
    ]);
    expect([whole.code, whole.stderr]).toEqual([
      0,
      expect.stringContaining("prepull: images pulled on 3 nodes"),
    ]);
    expect(whole.stderr.match(/^pulling \d/gm)).toHaveLength(1);
    expect(await versionsOnNodes()).toEqual(nodes.map(() => era.new.version));
    expect(await ourPods()).toEqual([]);
  });
});

function imagesOf(pod: unknown): readonly string[] {
  const all = [...listAt(pod, "spec", "initContainers"), ...listAt(pod, "spec", "containers")];
  return [...new Set(all.map((container) => String(at(container, "image"))))].toSorted();
}

/** A lease that came and went has left another resourceVersion, and nothing else. */
function withoutVersions(found: unknown): unknown {
  return JSON.parse(
    JSON.stringify(found, (key, value: unknown) => (key === "resourceVersion" ? undefined : value)),
  );
}
