/** Hazard H05 by what is on record of a release: new tags on the old manifest, on a real server. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hostedCalico, toYaml } from "../calico/hosted-calico.ts";
import { workloadsReady } from "../calico/install.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { findingsIn } from "./support/preflight-findings.ts";
import { everything, writes } from "./support/calico-cluster.ts";
import { runPlugin, type RunOptions } from "./support/plugin.ts";
import { testCluster } from "./test-cluster.ts";

const staged = "stagednetworkpolicies.crd.projectcalico.org";

describe("Kubernetes 1.36, v3.29.7 → v3.30.7 by tags", () => {
  let cluster: Cluster;
  let folder = "";
  const old = hostedCalico({ version: "v3.29.7" });
  const path = (name: string): string => join(folder, name);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "tags-"));
    const tags = toYaml(old).replaceAll("v3.29.7", "v3.30.7");
    const set = toYaml(old.filter(({ kind }) => kind === "DaemonSet")).replaceAll("v3.29.7", "v3.30.7");
    await writeFile(path("old.yaml"), toYaml(old));
    await writeFile(path("tags.yaml"), tags);
    await writeFile(path("daemonset.yaml"), set);
    await writeFile(path("next.yaml"), toYaml(hostedCalico({ version: "v3.30.7" })));
    cluster = await testCluster({ audit: "Metadata" });
    await installOld();
  });
  afterAll(async () => {
    await cluster?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function installOld(): Promise<void> {
    await cluster.resetCalico();
    const { code, stderr } = await cluster.kubectl(["apply", "-f", path("old.yaml")]);
    if (code !== 0) throw new Error(stderr);
    await workloadsReady(cluster);
  }

  async function run(args: readonly string[], options: RunOptions = {}) {
    const mark = await cluster.audit.mark();
    const result = await runPlugin(cluster, args, options);
    return { ...result, written: await writes(cluster, mark) };
  }

  test.each(["tags.yaml", "daemonset.yaml"])(
    "H05: preflight -f %s is not ready: its Felix would get 403 on every node, one after the other",
    async (name) => {
      const { code, stdout } = await run(["preflight", "-f", path(name), "-o", "json"]);
      const h05 = findingsIn(stdout).find(({ id }) => id === "H05");
      expect([code, h05?.outcome, h05?.severity]).toEqual([1, "fail", "error"]);
      expect(h05?.because).toContain("v3.30.7 needs what neither the file nor the cluster has:");
      expect(h05?.because).toMatch(
        /ClusterRole calico-node does not allow ServiceAccount kube-system\/calico-node to get, list, watch stagedglobalnetworkpolicies\.crd\.projectcalico\.org/,
      );
    },
  );

  test("H05: apply and node refuse the same files before their first write, and name what is missing", async () => {
    const before = await everything(cluster);
    const apply = await run(["apply", "-f", path("tags.yaml"), "-y"]);
    expect([apply.code, apply.written]).toEqual([1, []]);
    expect(apply.stdout + apply.stderr).toContain(staged);
    for (const name of ["tags.yaml", "daemonset.yaml"]) {
      const node = await run(["node", "node-01", "-f", path(name)]);
      expect([node.code, node.written]).toEqual([1, []]);
      expect(node.stderr).toContain(`  CustomResourceDefinition ${staged} is not there`);
      expect(node.stderr).toMatch(/^ {2}ClusterRole calico-node does not allow .*stagednetworkpolicies/m);
      expect(node.stderr).toContain(`${path(name)} does not bring all of it`);
    }
    expect(await everything(cluster)).toEqual(before);
  });

  test("H05: node --print-missing says that the file does not have it", async () => {
    const { code, stderr } = await run(["node", "-f", path("daemonset.yaml"), "--print-missing"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^error: H05: ClusterRole calico-node does not allow .*; the file does not bring it either: use the release's own manifest$/m,
    );
  });

  test("H05: --to alone names no file: a warning says what it has to bring", async () => {
    const { stdout } = await run(["preflight", "--to", "v3.30.7", "-o", "json"]);
    const h05 = findingsIn(stdout).find(({ id }) => id === "H05");
    expect([h05?.outcome, h05?.severity, h05?.because]).toEqual([
      "fail",
      "warning",
      expect.stringContaining("its manifest brings that, new images alone do not"),
    ]);
  });

  test("H05: for somebody who may not read roles it is unknown, and said why", async () => {
    const read = { verbs: ["get", "list", "watch"] };
    const kubeconfig = await cluster.userKubeconfig({
      rules: [
        { apiGroups: ["", "apps", "batch", "policy", "crd.projectcalico.org"], resources: ["*"], ...read },
        { apiGroups: ["apiextensions.k8s.io"], resources: ["customresourcedefinitions"], ...read },
      ],
    });
    const crds = path("crds.yaml");
    const file = [
      toYaml(old.filter(({ kind }) => kind === "DaemonSet")).replaceAll("v3.29.7", "v3.30.7"),
      toYaml(hostedCalico({ version: "v3.30.7" }).filter(({ kind }) => kind === "CustomResourceDefinition")),
    ];
    await writeFile(crds, file.join("---\n"));
    const { stdout } = await run(["preflight", "-f", crds, "-o", "json"], { kubeconfig });
    const h05 = findingsIn(stdout).find(({ id }) => id === "H05");
    expect([h05?.outcome, h05?.severity]).toEqual(["unknown", "warning"]);
    expect(h05?.because).toMatch(/clusterRole(Binding)?s forbidden/);
  });

  test("H05: after apply of the release's own manifest it is ready, with the tags alone as well", async () => {
    const next = path("next.yaml");
    const first = await run(["preflight", "-f", next, "-o", "json"]);
    const h05 = findingsIn(first.stdout).find(({ id }) => id === "H05");
    expect([first.code, h05?.severity]).toEqual([0, "info"]);
    const { code, stderr } = await run(["apply", "-f", next, "-y", "--settle=0s"]);
    expect([code, stderr]).toEqual([0, stderr]);
    for (const name of ["next.yaml", "daemonset.yaml"]) {
      const after = await run(["preflight", "-f", path(name), "-o", "json"]);
      expect(findingsIn(after.stdout).find(({ id }) => id === "H05")).toMatchObject({ outcome: "pass" });
      expect([name, after.code]).toEqual([name, 0]);
    }
  });

  test("H05: kubectl set image, then node: refused before a node is restarted", async () => {
    await installOld();
    const patch = { spec: { updateStrategy: { type: "OnDelete", rollingUpdate: null } } };
    const set = ["-n", "kube-system", "daemonset/calico-node"];
    await cluster.kubectl(["patch", ...set, "--type=merge", "-p", JSON.stringify(patch)]);
    await cluster.kubectl(["set", "image", ...set, "*=docker.io/calico/node:v3.30.7"]);
    const { code, stderr, written } = await run(["node", "node-01"]);
    expect([code, written]).toEqual([1, []]);
    expect(stderr).toMatch(
      /H05: v3\.30\.7 needs what the cluster lacks: ClusterRole calico-node does not allow/,
    );
  });
});
