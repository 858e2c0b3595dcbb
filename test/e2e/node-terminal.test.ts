/** `node` as a person at a terminal sees it. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Cluster } from "../cluster/cluster.ts";
import { eras, isCordoned, markOf, outdatedCalico, podOf, writes } from "./support/calico-cluster.ts";
import { lines } from "./support/plugin.ts";
import { ctrlC, ctrlZ, hasTerminal, onTerminal } from "./support/terminal.ts";
import { testCluster } from "./test-cluster.ts";

if (!hasTerminal) process.stderr.write("util-linux's script is not here: node on a terminal is left out\n");

const node = "kubectl calico-upgrade node";

describe.skipIf(!hasTerminal).each(eras)(
  "Kubernetes $kubeVersion, Calico $calico.version",
  ({ kubeVersion, calico }) => {
    let cluster: Cluster;
    let folder = "";

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "terminal-"));
      cluster = await testCluster({ kubeVersion, audit: "Request" });
    });
    afterAll(async () => {
      await cluster?.stop();
      await rm(folder, { recursive: true, force: true });
    });
    beforeEach(() => outdatedCalico(cluster, calico));

    test("a task list that ends with every mutation line once, and each node's figures", async () => {
      const pod = (await podOf(cluster, "node-01")).metadata.name;
      const terminal = onTerminal(cluster, `${node} node-01 --settle=0s`);
      expect(await terminal.ended).toBe(0);
      const screen = terminal.screen();
      const done = screen.findIndex((line) =>
        // Only from v3.2 on Ready says that BIRD is up, too.
        /^✔ node\/node-01 done: down (≤ )?[\d.]+s, Ready after [\d.]+s( of 90s|, BGP session not verified \(budget 90s\)), pod networking not verified$/.test(
          line,
        ),
      );
      expect(screen.slice(done - 1, done)).toEqual(["✔ take the run's lease"]);
      expect(screen.slice(done + 1).filter((line) => !line.includes("termination grace period"))).toEqual([
        "  ✔ node/node-01 cordoned",
        `  ✔ pod "${pod}" deleted`,
        "  ✔ wait for its replacement to be Ready",
        "  ✔ watch that it stays Ready",
        "  ✔ node/node-01 uncordoned",
        "✔ end the run",
        "next: kubectl calico-upgrade node node-02",
      ]);
    });

    test("with stdout elsewhere the list stays on the terminal, and exactly the mutation lines go there", async () => {
      const out = join(folder, "out");
      const pod = (await podOf(cluster, "node-01")).metadata.name;
      const terminal = onTerminal(cluster, `${node} node-01 --settle=0s > ${out}`);
      expect(await terminal.ended).toBe(0);
      expect(lines(await readFile(out, "utf8"))).toEqual([
        "node/node-01 cordoned",
        `pod "${pod}" deleted`,
        "node/node-01 uncordoned",
      ]);
      expect(terminal.screen()).toContain("  ✔ delete the calico-node pod");
      expect(terminal.screen().join("\n")).not.toContain("node/node-01 cordoned");
    });

    test("while it waits the time since the delete runs, with the reason why it takes so long; Ctrl-C is answered", async () => {
      await cluster.faults.imagePullBackOff({ node: "node-01", container: "calico-node" });
      const terminal = onTerminal(cluster, `${node} node-01 node-02`);
      await terminal.shows(/› \d[\d.]*s since the delete: waiting for pod calico-node-\w+ to become Ready/);
      await terminal.shows(/^ +ImagePullBackOff \S*calico\/node/);
      terminal.types(ctrlC);
      await terminal.shows(/30s at most \(interrupted;/);
      terminal.types(ctrlC);
      expect(await terminal.ended).toBe(130);
      const screen = terminal.screen();
      expect(screen).toContain("  ✖ wait for its replacement to be Ready");
      expect(screen).toContain("↓ node/node-02: not reached");
      expect(screen.at(-1)).toBe("to continue: kubectl calico-upgrade node node-01 node-02 --take-over");
      expect(await isCordoned(cluster, "node-01")).toBe(true);
    });

    test.runIf(kubeVersion === "1.36")(
      "Ctrl-Z gives the shell its terminal with a cursor, and after fg the list goes on below what the shell wrote",
      async () => {
        await cluster.faults.imagePullBackOff({ node: "node-01", container: "calico-node" });
        const terminal = onTerminal(cluster, "PS1=: bash --norc --noediting -i");
        terminal.types(`${node} node-01\r`);
        const waiting = /since the delete: waiting for pod calico-node-\w+ to become Ready/;
        await terminal.shows(waiting);
        expect(terminal.showsCursor()).toBe(false);
        terminal.types(ctrlZ);
        await terminal.shows(/Stopped +kubectl/);
        terminal.types("echo the shell\r");
        await terminal.shows(/^the shell$/);
        expect(terminal.showsCursor()).toBe(true);
        terminal.types("fg\r");
        await expect
          .poll(
            () => {
              const screen = terminal.screen();
              return screen.slice(screen.indexOf("the shell")).join("\n");
            },
            { timeout: 60_000 },
          )
          .toMatch(/^the shell\n[^]*✔ node\/node-01 cordoned[^]*since the delete: waiting for pod/);
        terminal.types(ctrlC);
        await terminal.shows(/30s at most \(interrupted;/);
        terminal.types(ctrlC);
        await terminal.shows(/^to continue: /);
        terminal.types('echo "code $?"; exit\r');
        await terminal.ended;
        expect(terminal.screen().join("\n")).toMatch(/code 130$/m);
        expect(terminal.showsCursor()).toBe(true);
      },
    );

    test.runIf(kubeVersion === "1.15")("H09: a cordon that load balancers feel is asked for", async () => {
      await cluster.apply([
        {
          apiVersion: "v1",
          kind: "Service",
          metadata: { name: "shop", namespace: "default" },
          spec: { type: "LoadBalancer", selector: { app: "shop" }, ports: [{ port: 80 }] },
        },
      ]);
      const mark = await cluster.audit.mark();
      const no = onTerminal(cluster, `${node} node-01 --settle=0s`);
      // Before there is a question nothing answers it.
      no.types("y\r");
      await no.shows(/default\/shop.*Cordon it anyway on context \S+ \(https:\/\/\S+\)\? \[y\/N\]:/);
      no.types("\r");
      expect(await no.ended).toBe(1);
      expect(no.screen().at(-1)).toBe("nothing was changed");
      expect(await writes(cluster, mark)).toEqual([]);
      const cut = onTerminal(cluster, `${node} node-01 --settle=0s`);
      await cut.shows(/\[y\/N\]:/);
      cut.types(ctrlC);
      expect(await cut.ended).toBe(130);
      expect(await writes(cluster, mark)).toEqual([]);
      const end = onTerminal(cluster, `${node} node-01 --settle=0s`);
      await end.shows(/\[y\/N\]:/);
      end.types("\u0004");
      expect(await end.ended).toBe(1);
      expect(await writes(cluster, mark)).toEqual([]);
      // The manifest came through standard input: the terminal itself is asked.
      const get = "kubectl get -n kube-system daemonset/calico-node -o yaml";
      const yes = onTerminal(cluster, `${get} | ${node} node-01 --settle=0s -f -`);
      await yes.shows(/\[y\/N\]:/);
      yes.types("y\r");
      expect(await yes.ended).toBe(0);
      expect(await markOf(cluster, "node-01")).toBe("new");
      await cluster.api.request("DELETE", "/api/v1/namespaces/default/services/shop");
    });
  },
);
