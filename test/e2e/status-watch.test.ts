/** `status -w` beside a run: on a terminal, and in a pipe beside `kubectl get -w`. */
import { spawn } from "node:child_process";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { Cluster } from "../cluster/cluster.ts";
import { poll } from "../cluster/wait.ts";
import { eras, nodes, outdatedCalico } from "./support/calico-cluster.ts";
import { lines, pluginEnv, runPlugin, startPlugin } from "./support/plugin.ts";
import { ctrlC, hasTerminal, onTerminal } from "./support/terminal.ts";
import { testCluster } from "./test-cluster.ts";

const upgrade = ["node", "--all", "-y", "--settle=2s", "--canary-settle=2s"];

describe.each(eras)(
  "status -w on Kubernetes $kubeVersion, Calico $calico.version",
  ({ kubeVersion, calico }) => {
    let cluster: Cluster;

    beforeAll(async () => {
      cluster = await testCluster({ kubeVersion });
    }, 120_000);
    afterAll(async () => {
      await cluster?.stop();
    });
    beforeEach(() => outdatedCalico(cluster, calico));

    test.skipIf(!hasTerminal)(
      "from another terminal a run is followed to its end on one screen that never scrolls; Ctrl-C leaves it there",
      async () => {
        const size = { columns: 80, rows: 24 };
        const terminal = onTerminal(cluster, "kubectl calico-upgrade status -w", size);
        await terminal.shows(/^Upgrade: +\[ {20}\] 0\/3 nodes$/);
        const run = startPlugin(cluster, upgrade);
        await terminal.shows(/^Run: +\S+ \(seen \d+s ago\) runs$/);
        await terminal.shows(/^ +kubectl calico-upgrade node --all /);
        await terminal.shows(/^node-0\d +Ready,SchedulingDisabled /);
        await terminal.shows(/^ +calico-node down for \d+s/);
        expect((await run.ended).code).toBe(0);
        await terminal.shows(/^Upgrade: +\[={20}\] 3\/3 nodes$/);
        await poll(async () => !/SchedulingDisabled|^Run:/m.test(terminal.screen().join("\n")), {
          what: "the run's end on the screen",
        });
        const screen = terminal.screen();
        expect(screen.length).toBeLessThan(size.rows);
        expect(screen.filter((line) => line.startsWith("node-0"))).toHaveLength(nodes.length);
        terminal.types(ctrlC);
        expect(await terminal.ended).toBe(130);
        expect(terminal.screen().slice(0, screen.length)).toEqual(screen);
      },
    );

    test("in a pipe a line follows each change of a node, as with kubectl get -w, and nothing else", async () => {
      const watching = startPlugin(cluster, ["status", "-w"]);
      await watching.says(/^node-03 /m);
      const first = watching.stdout();
      const kubectl = spawn("kubectl", ["get", "nodes", "-w", "--no-headers"], { env: pluginEnv(cluster) });
      onTestFinished(() => void kubectl.kill("SIGKILL"));
      let seen = "";
      kubectl.stdout.setEncoding("utf8").on("data", (text: string) => {
        seen += text;
      });
      await poll(async () => lines(seen).length >= nodes.length, { what: "kubectl's first list" });
      expect((await runPlugin(cluster, upgrade)).code).toBe(0);
      const rows = (): readonly string[] => lines(watching.stdout().slice(first.length));
      const last = (name: string): string => rows().findLast((line) => line.startsWith(`${name} `)) ?? "";
      await poll(async () => nodes.every((name) => / Ready +\S+ +\S+ +yes +(\d)\/\1 /.test(last(name))), {
        what: "the last rows",
      });
      for (const name of nodes) {
        const states = (text: readonly string[]): readonly string[] =>
          text.filter((line) => line.startsWith(`${name} `)).map((line) => line.split(/ +/)[1] ?? "");
        // Each state that kubectl shows of a node is shown here, in its order.
        expect(changesOf(states(rows()))).toEqual(changesOf(states(lines(seen).slice(nodes.length))));
      }
      expect(rows().every((line) => line.startsWith("node-0"))).toBe(true);
      expect(new Set(rows()).size).toBe(rows().length);
      expect(watching.stdout()).not.toContain("\u001B");
      watching.signal("SIGINT");
      await watching.ended;
    });
  },
);

/** Without what is said twice in a row. */
function changesOf(states: readonly string[]): readonly string[] {
  return states.filter((state, at) => state !== states[at - 1]);
}
