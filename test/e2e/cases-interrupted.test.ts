/** The cases killed-while-settling and interrupted-in-controller, with upstream's files: what was begun comes to its end. */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { workloadsReady } from "../calico/install.ts";
import { recordAnnotation } from "../../src/model/names.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { at, type KubeObject, listAt } from "../cluster/kube-object.ts";
import { calicoPods, daemonSet, runLease, writes } from "./support/calico-cluster.ts";
import { runPlugin, startPlugin } from "./support/plugin.ts";
import { hasCase, kubectl, upstream } from "./support/shared-cases.ts";
import { ctrlC, hasTerminal, onTerminal } from "./support/terminal.ts";
import { testCluster } from "./test-cluster.ts";

const files = ["v3.29", "v3.30", "v3.32"].map((minor) => upstream(minor));
const [from = "", next = "", last = ""] = files;

describe.skipIf(!hasCase("killed-while-settling, interrupted-in-controller", ...files))(
  "cut off",
  { timeout: 360_000 },
  () => {
    let cluster: Cluster;
    let bundles: string;

    beforeAll(async () => {
      cluster = await testCluster({ kubeVersion: "1.36", nodes: 5, audit: "Request" });
      bundles = await mkdtemp(join(tmpdir(), "cut-off-"));
    });
    afterAll(() => cluster?.stop());
    beforeEach(async () => {
      await cluster.resetCalico();
      await kubectl(cluster, "apply", "-f", from);
      await workloadsReady(cluster);
    });

    const ours = ({ metadata }: KubeObject) =>
      Object.keys(metadata.annotations ?? {}).filter(
        (key) => key.startsWith("calico-upgrade") && key !== recordAnnotation,
      );

    /** Cordons, leases and pins of ours, not the record that `report` reads, and nodes that anybody has cordoned. */
    async function left(): Promise<readonly string[]> {
      const nodes = listAt(await cluster.api.ask("GET", "/api/v1/nodes"), "items") as KubeObject[];
      const set = await daemonSet(cluster);
      return [
        ...nodes.flatMap((node) => [
          ...ours(node).map((key) => `${node.metadata.name} ${key}`),
          ...(at(node["spec"], "unschedulable") === true ? [`${node.metadata.name} is cordoned`] : []),
        ]),
        ...ours(set),
      ];
    }

    test("killed-while-settling: the same command ends it a minute later, with no node cordoned, no lease, and the contraction done", async () => {
      const command = ["apply", "-f", next, "-y", "--settle=5s", "--bundle-dir", bundles];
      const running = startPlugin(cluster, command);
      await running.says(/node-02.*to settle|node-02.*settl/);
      running.signal("SIGKILL");
      await running.ended;
      expect(await left()).toContain("node-02 is cordoned");

      // The lease of a process that was killed counts for a minute by the server's clock (H13).
      const again = async (): Promise<Awaited<ReturnType<typeof runPlugin>>> => {
        const result = await runPlugin(cluster, [...command, "--settle=0s"]);
        return result.code !== 0 && result.stderr.includes("H13") ? await again() : result;
      };
      const { code, stderr } = await again();
      expect([code, stderr]).toEqual([0, expect.stringContaining("contract: ")]);
      expect(await left()).toEqual([]);
      const pods = [...(await calicoPods(cluster)).values()].flat();
      expect(pods.map((pod) => String(at(pod["spec"], "containers", 0, "image")))).toEqual(
        Array.from({ length: 5 }, () => expect.stringContaining("node:v3.30.") as string),
      );
      const plan = await runPlugin(cluster, ["plan", "-f", next]);
      expect([plan.code, plan.stdout]).toEqual([0, expect.stringContaining("there is nothing to do")]);
    });

    test.skipIf(!hasTerminal)(
      "interrupted-in-controller: Ctrl-C while the controller settles is exit 130 at once, touches no node, and names the one command that continues",
      async () => {
        const flags = `-y --settle=10m --bundle-dir=${bundles}`;
        const command = `kubectl calico-upgrade apply -f ${last} ${flags}`;
        const mark = await cluster.audit.mark();
        const terminal = onTerminal(cluster, command);
        await terminal.shows(/calico-kube-controllers.*settle/);
        terminal.types(ctrlC);
        expect(await terminal.ended).toBe(130);
        const written = await writes(cluster, mark);
        expect(written.filter((each) => /nodes\/|^delete pods\/calico-node-/.test(each))).toEqual([]);
        const screen = terminal.screen();
        const continuing = screen.filter((line) => line.includes("kubectl calico-upgrade apply"));
        expect(continuing, screen.join("\n")).toHaveLength(1);
        expect(continuing[0]).toContain(`-f ${last}`);
        // What continues the run is kept, and nobody holds it (H13, H33).
        expect(await left()).toEqual(["calico-upgrade/run"]);
        expect((await runLease(cluster))?.["holder"]).toBeUndefined();
      },
    );
  },
);
