/** `node` where nothing goes wrong: what it does, in which order, and what it prints. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { Cluster } from "../cluster/cluster.ts";
import {
  calicoPods,
  cordonLease,
  daemonSet,
  eras,
  everything,
  freshCalico,
  isCordoned,
  markOf,
  nodes,
  outdatedCalico,
  pluginRequests,
  podOf,
  runLease,
  writes,
} from "./support/calico-cluster.ts";
import { lines, runPlugin, startPlugin } from "./support/plugin.ts";
import { schemaErrorsOf } from "../unit/render/schema.ts";
import { testCluster } from "./test-cluster.ts";
import { at } from "../cluster/kube-object.ts";
import { poll } from "../cluster/wait.ts";

const quick = "--settle=0s";

describe.each(eras)(
  "Kubernetes $kubeVersion, Calico $calico.version",
  ({ kubeVersion, calico, strategy }) => {
    let cluster: Cluster;

    beforeAll(async () => {
      cluster = await testCluster({ kubeVersion, audit: "Request" });
    });
    afterAll(() => cluster?.stop());

    const run = (...args: readonly string[]) => runPlugin(cluster, ["node", ...args]);

    // Procedure: DaemonSet, 2. Upgrade each node
    test("one node gets the new template, takes pods again, and nothing of ours stays behind", async () => {
      await outdatedCalico(cluster, calico);
      const before = await podOf(cluster, "node-01");
      const { stdout, stderr, code } = await run("node-01", quick);
      expect(code).toBe(0);
      expect(lines(stdout)).toEqual([
        "node/node-01 cordoned",
        `pod "${before.metadata.name}" deleted`,
        "node/node-01 uncordoned",
      ]);
      expect(stderr).toMatch(
        /^node\/node-01 done: down (≤ )?[\d.]+s, Ready after [\d.]+s( of 90s|, BGP session not verified \(budget 90s\)), pod networking not verified$/m,
      );
      expect(stderr).toContain("next: kubectl calico-upgrade node node-02\n");
      expect(await markOf(cluster, "node-01")).toBe("new");
      expect(await markOf(cluster, "node-02")).toBeUndefined();
      expect(await isCordoned(cluster, "node-01")).toBe(false);
      expect(await cordonLease(cluster, "node-01")).toBeUndefined();
      expect(await runLease(cluster)).not.toHaveProperty("holder");
    });

    // Procedure: One node at a time, cordoned and uncordoned
    test("three nodes one after the other; each write follows the one before, and the lease goes in the end", async () => {
      await outdatedCalico(cluster, calico);
      const names = await Promise.all(nodes.map(async (node) => (await podOf(cluster, node)).metadata.name));
      const mark = await cluster.audit.mark();
      const { code, stderr } = await run(...nodes, quick);
      expect([code, stderr]).toEqual([0, expect.not.stringContaining("next:")]);
      expect(await writes(cluster, mark)).toEqual([
        "patch daemonsets/calico-node",
        ...nodes.flatMap((node, index) => [
          `patch nodes/${node}`,
          `delete pods/${names[index] ?? ""}`,
          `patch nodes/${node}`,
        ]),
        "patch daemonsets/calico-node",
      ]);
      expect(await runLease(cluster)).toBeUndefined();
      expect((await daemonSet(cluster)).metadata.annotations).not.toHaveProperty("calico-upgrade/run");
    });

    test("every delete names the UID, every patch the resourceVersion it was decided on", async () => {
      await outdatedCalico(cluster, calico);
      const before = await podOf(cluster, "node-01");
      const mark = await cluster.audit.mark();
      await run("node-01", quick);
      const sent = await pluginRequests(cluster, mark);
      const deleted = sent.find(({ verb }) => verb === "delete");
      expect(at(deleted?.requestObject, "preconditions", "uid")).toBe(before.metadata.uid);
      const patches = sent.filter(({ verb }) => verb === "patch");
      expect(patches.length).toBeGreaterThan(2);
      for (const { requestObject } of patches) {
        expect(at(requestObject, "metadata", "resourceVersion")).toMatch(/^\d+$/);
      }
    });

    test("two calico-node pods are never down at once", async () => {
      await outdatedCalico(cluster, calico);
      const down = new Set<string>();
      let most = 0;
      const running = startPlugin(cluster, ["node", ...nodes, quick]);
      let over = false;
      const ended = running.ended.finally(() => {
        over = true;
      });
      await poll(async () => {
        const there = await calicoPods(cluster);
        const missing = nodes.filter(
          (node) =>
            !(there.get(node) ?? []).some(
              ({ metadata, ...pod }) =>
                metadata.deletionTimestamp === undefined &&
                at(pod, "status", "containerStatuses", 0, "ready") === true,
            ),
        );
        for (const node of missing) down.add(node);
        most = Math.max(most, missing.length);
        return over;
      });
      expect((await ended).code).toBe(0);
      expect(most).toBeLessThanOrEqual(1);
      expect(down.size).toBeGreaterThan(0);
    });

    test("a node that runs the newest revision is skipped with one line and not touched", async () => {
      await freshCalico(cluster, calico);
      const before = await everything(cluster);
      const pod = await podOf(cluster, "node-01");
      expect(await run("node-01")).toEqual({
        stdout: "",
        stderr: `node/node-01 skipped: runs the newest revision already (pod ${pod.metadata.name})\n`,
        code: 0,
      });
      expect(await everything(cluster)).toEqual(before);
    });

    test("--restart restarts a node that runs the newest revision, and leaves the strategy as it is", async () => {
      await freshCalico(cluster, calico);
      const before = await podOf(cluster, "node-01");
      const { code } = await run("node/node-01", "--restart", quick);
      expect(code).toBe(0);
      expect((await podOf(cluster, "node-01")).metadata.uid).not.toBe(before.metadata.uid);
      expect(at(await daemonSet(cluster), "spec", "updateStrategy", "type")).toBe(strategy);
      expect(await runLease(cluster)).toBeUndefined();
    });

    test("-o json is the only thing on stdout, and keeps to its published schema", async () => {
      await outdatedCalico(cluster, calico);
      await run("node-02", quick);
      const { stdout, code } = await run("node-01", "node-02", quick, "-o", "json");
      expect(code).toBe(0);
      const result: unknown = JSON.parse(stdout);
      expect(schemaErrorsOf("node-upgrade", result)).toEqual([]);
      const pod = (await podOf(cluster, "node-01")).metadata;
      expect(result).toMatchObject({
        kind: "NodeUpgrade",
        dryRun: "none",
        succeeded: true,
        daemonSet: {
          namespace: "kube-system",
          name: "calico-node",
          updateStrategy: "OnDelete",
          pinned: false,
        },
        budgetSeconds: 90,
        nodes: [
          {
            name: "node-01",
            result: "restarted",
            pod: { name: pod.name, uid: pod.uid, ready: true },
            unschedulable: false,
            // Before v3 Ready says nothing of BGP.
            // oxlint-disable-next-line unicorn/no-null -- what cannot be told is null in JSON
            overBudget: kubeVersion === "1.36" ? false : null,
            networkingVerified: false,
          },
          {
            name: "node-02",
            result: "skipped",
            reason: expect.stringContaining("newest revision") as string,
          },
        ],
        remaining: [{ name: "node-03", silent: false }],
      });
    });

    test("-o yaml is the same object, -o name the nodes that were restarted", async () => {
      await outdatedCalico(cluster, calico);
      const { stdout } = await run("node-01", quick, "-o", "yaml");
      const result: unknown = parse(stdout);
      expect(schemaErrorsOf("node-upgrade", result)).toEqual([]);
      expect(result).toMatchObject({
        kind: "NodeUpgrade",
        nodes: [{ name: "node-01", result: "restarted" }],
      });
      expect(await run("node-01", "node-02", quick, "-o", "name")).toMatchObject({
        stdout: "node/node-02\n",
        code: 0,
      });
    });

    test("a failed run says so in its JSON, and exits 1", async () => {
      await outdatedCalico(cluster, calico);
      await cluster.faults.runningNeverReady("node-01");
      const { stdout, code } = await run("node-01", "node-02", "--timeout=2s", "-o", "json");
      expect(code).toBe(1);
      const result: unknown = JSON.parse(stdout);
      expect(schemaErrorsOf("node-upgrade", result)).toEqual([]);
      expect(result).toMatchObject({
        succeeded: false,
        nodes: [
          { name: "node-01", result: "failed", unschedulable: true, pod: { ready: false } },
          { name: "node-02", result: "not reached" },
        ],
        stopped: { node: "node-01", interrupted: false },
      });
    });

    test.each([
      ["client", " (dry run)"],
      ["server", " (server dry run)"],
    ])(
      "H07: --dry-run=%s prints the same lines with its suffix and changes nothing",
      async (mode, suffix) => {
        await outdatedCalico(cluster, calico);
        const names = await Promise.all(
          nodes.map(async (node) => (await podOf(cluster, node)).metadata.name),
        );
        const before = await everything(cluster);
        const { stdout, code } = await run(...nodes, `--dry-run=${mode}`);
        expect(code).toBe(0);
        expect(lines(stdout)).toEqual(
          nodes.flatMap((node, index) => [
            `node/${node} cordoned${suffix}`,
            `pod "${names[index] ?? ""}" deleted${suffix}`,
            `node/${node} uncordoned${suffix}`,
          ]),
        );
        expect(await everything(cluster)).toEqual(before);
      },
    );

    test("H22: what a grace period costs is said before the delete, and --grace-period shortens it", async () => {
      await outdatedCalico(cluster, calico);
      const { stderr } = await run("node-01", quick);
      const warned = /has a 30s termination grace period/.test(stderr);
      // Manifests from v2.6 on have none.
      expect(warned).toBe(kubeVersion === "1.15");
      if (kubeVersion === "1.36") {
        const longer = await run("node-03", quick, "--grace-period=10");
        expect(longer.stderr).not.toContain("install-cni");
      }
      const mark = await cluster.audit.mark();
      const shorter = await run("node-02", quick, "--grace-period=0");
      expect(shorter.stderr).not.toContain("termination grace period");
      const sent = (await pluginRequests(cluster, mark)).find(({ verb }) => verb === "delete");
      expect(at(sent?.requestObject, "gracePeriodSeconds")).toBe(0);
    });

    test("H23: a node is not uncordoned before its new pod has been Ready for --settle without a restart", async () => {
      await outdatedCalico(cluster, calico);
      const running = startPlugin(cluster, ["node", "node-01", "--settle=3s"]);
      await running.says(/to settle/);
      const began = Date.now();
      await cluster.faults.crashLoopBackOff({ node: "node-01", running: true, container: "calico-node" });
      await running.says(/CrashLoopBackOff/);
      expect(await isCordoned(cluster, "node-01")).toBe(true);
      expect(running.stdout()).not.toContain("uncordoned");
      expect(Date.now() - began).toBeLessThan(10_000);
    });

    test("H26: with --probe-image the node takes pods again only after one got an address there", async () => {
      await outdatedCalico(cluster, calico);
      const { stdout, stderr, code } = await run("node-01", quick, "--probe-image=pause:3.9");
      expect(code).toBe(0);
      expect(lines(stdout)).toEqual([
        "node/node-01 cordoned",
        expect.stringMatching(/^pod "calico-node-\w+" deleted$/),
        "pod/calico-upgrade-probe-node-01 created",
        'pod "calico-upgrade-probe-node-01" deleted',
        "node/node-01 uncordoned",
      ]);
      expect(stderr).toContain("a pod got an address");
      const { stdout: left } = await cluster.kubectl([
        "get",
        "pods",
        "-A",
        "-l",
        "calico-upgrade/purpose",
        "-o",
        "name",
      ]);
      expect(left).toBe("");
    });
  },
);
