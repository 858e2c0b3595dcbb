/** What `node` refuses before it writes anything, and what it must not refuse because it is the repair. */
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { installCalico } from "../calico/install.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { at, type KubeObject } from "../cluster/kube-object.ts";
import {
  calicoPods,
  daemonSet,
  daemonSetIsOld,
  eras,
  freshCalico,
  isCordoned,
  markOf,
  newTemplate,
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

  const run = (...args: readonly string[]) => runPlugin(cluster, ["node", ...args]);

  /** Runs it, and answers with its result and what it changed. */
  async function change(...args: readonly string[]) {
    const mark = await cluster.audit.mark();
    const result = await run(...args);
    return { ...result, written: await writes(cluster, mark) };
  }

  const refusal = (words: RegExp) => ({
    code: 1,
    stdout: "",
    stderr: expect.stringMatching(words) as string,
    written: [],
  });

  async function unready(name: string): Promise<() => Promise<void>> {
    const remove = await cluster.faults.runningNeverReady({
      node: name,
      running: true,
      container: "calico-node",
    });
    await podReady(name, false);
    return remove;
  }

  async function podReady(name: string, wanted: boolean): Promise<void> {
    await cluster.waitFor("/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dcalico-node", (pods) =>
      pods.some(
        (pod) =>
          at(pod, "spec", "nodeName") === name &&
          (at(pod, "status", "containerStatuses") as { name: string; ready: boolean }[] | undefined)?.find(
            (one) => one.name === "calico-node",
          )?.ready === wanted,
      ),
    );
  }

  describe("H09: load balancers", () => {
    beforeEach(async () => {
      await outdatedCalico(cluster, calico);
      await cluster.apply([
        {
          apiVersion: "v1",
          kind: "Service",
          metadata: { name: "shop", namespace: "default" },
          spec: { type: "LoadBalancer", selector: { app: "shop" }, ports: [{ port: 80 }] },
        },
      ]);
      return async () => {
        await cluster.api.request("DELETE", "/api/v1/namespaces/default/services/shop");
      };
    });

    test.runIf(kubeVersion === "1.15")(
      "a cordon that takes the node out of a load balancer is not done without being asked for",
      async () => {
        expect(await change("node-01", quick)).toMatchObject(refusal(/default\/shop.*-y/));
      },
    );

    test.runIf(kubeVersion === "1.15")("-y answers yes", async () => {
      expect(await change("node-01", quick, "-y")).toMatchObject({
        code: 0,
        stdout: expect.stringContaining("node/node-01 cordoned") as string,
      });
    });

    test("--no-cordon restarts and leaves the node schedulable all the time", async () => {
      const { code, stdout, written } = await change("node-01", quick, "--no-cordon");
      expect(code).toBe(0);
      expect(lines(stdout)).toEqual([expect.stringMatching(/^pod "calico-node-\w+" deleted$/)]);
      // The lease and its end: neither touches spec.
      expect(written.filter((each) => each === "patch nodes/node-01")).toHaveLength(2);
      expect(await markOf(cluster, "node-01")).toBe("new");
      expect(await isCordoned(cluster, "node-01")).toBe(false);
    });

    test.runIf(kubeVersion === "1.36")("from 1.19 on there is nothing to ask", async () => {
      expect(await change("node-01", quick)).toMatchObject({ code: 0 });
    });
  });

  test("H16: a silent node is refused whatever is forced, and its pod is still there", async () => {
    await outdatedCalico(cluster, calico);
    await cluster.faults.silentNode("node-02");
    const before = await podOf(cluster, "node-02");
    const forced = ["--force", "--ignore-preflight-errors=all", "-y", quick];
    expect(await change("node-02", ...forced)).toMatchObject(refusal(/^error: H16: .*node-02 is silent/));
    expect((await podOf(cluster, "node-02")).metadata.uid).toBe(before.metadata.uid);
    // The others go on, and it does not hold the end of the run.
    expect(await change("node-01", "node-03", quick)).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("node-02 is silent and still on an older revision") as string,
    });
  });

  // Nothing in it depends on the server's version, and it takes half a minute.
  describe.runIf(kubeVersion === "1.36")("H17: restart storm", () => {
    const restartTime = 25_000;
    const configurations = "/apis/crd.projectcalico.org/v1/bgpconfigurations";

    /** What BGP peers are told, so that a test need not wait for two minutes. */
    async function tellPeers(): Promise<void> {
      await installCalico(cluster, calico, ["crds"]);
      await cluster.waitFor("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", (found) =>
        found.some(({ metadata, status }) => isEstablished(metadata.name, status)),
      );
      await cluster.api.ask("POST", configurations, {
        apiVersion: "crd.projectcalico.org/v1",
        kind: "BGPConfiguration",
        metadata: { name: "default" },
        spec: { nodeMeshMaxRestartTime: `${restartTime / 1000}s` },
      });
      onTestFinished(async () => {
        await cluster.api.ask("DELETE", `${configurations}/default`);
      });
    }

    test("a node that has just restarted waits for its peers, and another one is restarted first", async () => {
      await outdatedCalico(cluster, calico);
      await tellPeers();
      // Pods that are made in a DaemonSet's first half minute are first ones, and no restart.
      await daemonSetIsOld(cluster, 31_000);
      expect(await change("node-01", quick)).toMatchObject({ code: 0 });
      const started = Date.parse(String(startOf(await podOf(cluster, "node-01"))));

      const both = ["node-01", "node-02", "--restart", quick];
      for (const dryRun of ["client", "server"]) {
        const before = Date.now();
        const dry = await run(...both, `--dry-run=${dryRun}`);
        expect([dry.code, lines(dry.stdout).length]).toEqual([0, 6]);
        expect(dry.stderr).toMatch(/waiting for BGP peers .* \((server )?dry run\)$/m);
        expect(Date.now() - before).toBeLessThan(10_000);
      }
      expect(await markOf(cluster, "node-02")).toBeUndefined();

      const { code, stdout, stderr } = await change(...both);
      expect([code, stderr]).toEqual([0, expect.stringMatching(/waiting for BGP peers/)]);
      const told = lines(stderr).filter((line) => line.includes("H17"));
      expect(told).toEqual([
        expect.stringMatching(
          /^node\/node-01: waiting for BGP peers to finish the last graceful restart of calico-node: \d+s \(H17; /,
        ),
      ]);
      const order = lines(stdout).filter((line) => line.endsWith(" uncordoned"));
      expect(order).toEqual(["node/node-02 uncordoned", "node/node-01 uncordoned"]);
      const again = Date.parse(String((await podOf(cluster, "node-01")).metadata.creationTimestamp));
      // API times are whole seconds.
      expect(again - started).toBeGreaterThanOrEqual(restartTime - 1_000);
    });

    test("Ctrl-C ends the wait at once, and nothing is left of the run", async () => {
      await outdatedCalico(cluster, calico);
      await daemonSetIsOld(cluster, 31_000);
      expect(await change("node-01", quick)).toMatchObject({ code: 0 });
      const before = await podOf(cluster, "node-01");
      const waiting = startPlugin(cluster, ["node", "node-01", "--restart", quick]);
      await waiting.says(/waiting for BGP peers .*: \d+s \(H17;/);
      waiting.signal("SIGINT");
      expect(await waiting.ended).toMatchObject({ code: 130 });
      expect((await podOf(cluster, "node-01")).metadata.uid).toBe(before.metadata.uid);
      expect(await isCordoned(cluster, "node-01")).toBe(false);
      expect(await runLease(cluster)).not.toHaveProperty("holder");
    });

    test("--force waits for nobody; what is not Ready is replaced at once, as that is the cure", async () => {
      await outdatedCalico(cluster, calico);
      await daemonSetIsOld(cluster, 31_000);
      expect(await change("node-01", quick)).toMatchObject({ code: 0 });
      const forced = await change("node-01", "--restart", "--force", quick);
      expect(forced).toMatchObject({
        code: 0,
        stderr: expect.stringContaining("Warning: H17") as string,
      });
      // What is not Ready has no routes to lose: replacing it is the cure.
      const repair = await unready("node-01");
      await newTemplate(cluster, "newer");
      await cluster.faults.runningNeverReady("node-01");
      await repair();
      const cured = await change("node-01", "--timeout=2s", quick);
      expect(cured.stderr).not.toContain("H17");
      expect(cured.written).toContainEqual(expect.stringMatching(/^delete pods\/calico-node-/));
    });

    test("without BGP there are no peers to wait for", async () => {
      await outdatedCalico(cluster, calico);
      await cluster.api.ask("PATCH", "/api/v1/namespaces/kube-system/configmaps/calico-config", {
        data: { calico_backend: "vxlan" },
      });
      await run("node-01", quick);
      const { code, stderr } = await change("node-01", "--restart", quick);
      expect([code, stderr]).toEqual([0, expect.stringContaining("no BGP: no budget")]);
    });
  });

  describe("H18: one at a time, and one who restarts", () => {
    test("another node whose calico-node is not Ready: refused before any write", async () => {
      await outdatedCalico(cluster, calico);
      await unready("node-03");
      expect(await change("node-01", quick)).toMatchObject(refusal(/^error: H18: .*node-03/));
      expect(await change("node-01", quick, "--ignore-preflight-errors=H18")).toMatchObject({
        code: 0,
        stderr: expect.stringContaining("Warning: H18") as string,
      });
    });

    test("the node whose own calico-node is not Ready may be repaired", async () => {
      await outdatedCalico(cluster, calico);
      await unready("node-02");
      await unready("node-03");
      const { written, stderr } = await change("node-03", "--timeout=2s", quick);
      expect(written).toContainEqual(expect.stringMatching(/^delete pods\/calico-node-/));
      expect(stderr).not.toContain("H18");
    });

    test("a rollout of somebody else is left to them; --take-over stops it and goes on node by node", async () => {
      await freshCalico(cluster, calico);
      await patchDaemonSet(cluster, { spec: { updateStrategy: { type: "RollingUpdate" } } });
      const remove = await cluster.faults.runningNeverReady({ image: "calico/node" });
      await newTemplate(cluster);
      const first = await restartedFirst();
      const rest = ["node-01", "node-02", "node-03"].filter((name) => name !== first);
      const [second = "", third = ""] = rest;
      expect(await change(second, quick)).toMatchObject(refusal(/^error: H18: a rollout .*--take-over/));

      // It works on what the rollout has broken, and on no other node.
      const taken = await change(first, "--take-over", "--timeout=2s", quick);
      expect(at(await daemonSet(cluster), "spec", "updateStrategy", "type")).toBe("OnDelete");
      expect(taken.code).toBe(1);
      await remove();
      await podReady(first, true);
      expect(await markOf(cluster, second)).toBeUndefined();
      expect(await markOf(cluster, third)).toBeUndefined();

      expect(await change(first, second, quick)).toMatchObject({
        code: 0,
        stderr: expect.stringMatching(
          /is held at updateStrategy OnDelete; RollingUpdate is restored when/,
        ) as string,
      });
      expect(await markOf(cluster, third)).toBeUndefined();
      expect(await change(third, quick)).toMatchObject({ code: 0 });
      const after = await daemonSet(cluster);
      expect(at(after, "spec", "updateStrategy", "type")).toBe("RollingUpdate");
      expect(
        Object.keys(after.metadata.annotations ?? {}).filter((key) => key.startsWith("calico-upgrade")),
      ).toEqual([]);
    });

    /** The node on which the DaemonSet controller begins. */
    function restartedFirst(): Promise<string> {
      return cluster.waitFor(
        "/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dcalico-node",
        (pods) => {
          const found = pods.find(
            ({ metadata, ...pod }: KubeObject) =>
              metadata.annotations?.["mark"] === "new" &&
              at(pod, "status", "containerStatuses", 0, "state", "running") !== undefined,
          );
          return found && String(at(found, "spec", "nodeName"));
        },
      );
    }
  });

  describe("H19: the last node", () => {
    test("the only schedulable node is upgraded, with a warning", async () => {
      await outdatedCalico(cluster, calico);
      await cluster.kubectl(["cordon", "node-02", "node-03"]);
      expect(await change("node-01", quick)).toMatchObject({
        code: 0,
        stderr: expect.stringMatching(/^Warning: H19: no other node is schedulable/) as string,
      });
      expect(await isCordoned(cluster, "node-01")).toBe(false);
      expect(await isCordoned(cluster, "node-02")).toBe(true);
    });

    test("so is the only control-plane node", async () => {
      await outdatedCalico(cluster, calico);
      await cluster.kubectl(["label", "node", "node-01", "node-role.kubernetes.io/master="]);
      const { code, stderr } = await change("node-01", quick);
      await cluster.kubectl(["label", "node", "node-01", "node-role.kubernetes.io/master-"]);
      expect([code, stderr]).toEqual([
        0,
        expect.stringContaining("Warning: H19: no other control-plane node"),
      ]);
    });
  });

  test("H20: of two calico-node DaemonSets one has to be chosen", async () => {
    await outdatedCalico(cluster, calico);
    const { metadata, spec } = (await daemonSet(cluster)) as KubeObject & { spec: Record<string, unknown> };
    const labels = { "k8s-app": "calico-node-arm" };
    const template = structuredClone(spec["template"]) as { metadata: object; spec: object };
    await cluster.apply([
      {
        apiVersion: "apps/v1",
        kind: "DaemonSet",
        metadata: { name: "calico-node-arm", namespace: "kube-system", labels },
        spec: {
          selector: { matchLabels: labels },
          updateStrategy: { type: "OnDelete" },
          template: {
            metadata: { labels },
            spec: { ...template.spec, nodeSelector: { "kubernetes.io/arch": "arm64" } },
          },
        },
      },
    ]);
    expect(await change("node-01", quick)).toMatchObject(
      refusal(
        /there are 2 calico-node DaemonSets: kube-system\/calico-node, kube-system\/calico-node-arm; choose one with --daemonset/,
      ),
    );
    expect(await change("node-01", quick, "--daemonset=kube-system/nope")).toMatchObject(
      refusal(
        /no calico-node DaemonSet kube-system\/nope; there is kube-system\/calico-node, kube-system\/calico-node-arm/,
      ),
    );
    // Its nodeSelector keeps it off this node.
    expect(await change("node-01", quick, "--daemonset=kube-system/calico-node-arm")).toMatchObject(
      refusal(/H10: .*wants no pod on node node-01/),
    );
    const { code, stderr } = await change("node-01", quick, `--daemonset=kube-system/${metadata.name}`);
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining(
        "next: kubectl calico-upgrade node node-02 --daemonset=kube-system/calico-node\n",
      ),
    ]);
    expect([...(await calicoPods(cluster)).keys()].sort()).toEqual(["node-01", "node-02", "node-03"]);
  });
});

function startOf(pod: KubeObject): unknown {
  const statuses = at(pod, "status", "containerStatuses") as readonly KubeObject[];
  const own = statuses.find((one) => (one as { readonly name?: unknown }).name === "calico-node");
  return at(own, "state", "running", "startedAt");
}

function isEstablished(name: string, status: unknown): boolean {
  const conditions = (at(status, "conditions") ?? []) as readonly { type: string; status: string }[];
  return (
    name === "bgpconfigurations.crd.projectcalico.org" &&
    conditions.some((one) => one.type === "Established" && one.status === "True")
  );
}
