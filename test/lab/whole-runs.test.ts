/**
 * Whole runs over all nodes, and what happens to machines in the middle. They take minutes: with --all only.
 * Order matters: each run starts where the one before ended.
 */
import { describe, expect, test } from "vitest";
import { allReady } from "../cluster/wait.ts";
import {
  expectClaimHolds,
  expectUndisturbed,
  manifestOf,
  noLab,
  pluginOn,
  tellRow,
  withLab,
  withoutRuntime,
} from "./a-lab.ts";
import { replaceClient } from "./clients.ts";
import type { Lab } from "./lab.ts";
import { nodeNames } from "./layout.ts";
import { sessionGap } from "./watch/measures.ts";
import { watched } from "./watch/watch.ts";

const all = process.env["TEST_ALL"] !== undefined;
const again = ["--restart", "--force", "--settle=1s"];
const wholeRun = ["-y", "--ignore-preflight-errors=H17", "--settle=1s"];

// A second try would begin where the first ended.
const once = { retry: 0 };

describe.skipIf(noLab || !all)("runs over all real nodes, and nodes that fail in the middle", once, () => {
  let lab: Lab;
  withLab((given) => {
    lab = given;
  });

  test("apply, and undo of it: three restarts each, and no pod notices", async () => {
    const plugin = pluginOn(lab);
    let bundle = "";
    const claims: (() => void)[] = [];
    for (const command of ["apply", "undo"]) {
      const what = command === "apply" ? ["-f", manifestOf("v3.29.7")] : [bundle];
      const { result, observed } = await watched(lab, () => plugin.run(command, ...what, ...wholeRun));
      for (const node of nodeNames) tellRow(`${command}, ${node}`, result, observed, node);
      expect(result).toMatchObject({ code: 0 });
      bundle = /kubectl calico-upgrade undo (\S+)/.exec(result.stderr)?.[1] ?? "";
      for (const node of nodeNames) expect(sessionGap(observed, node)).toBeGreaterThan(0);
      expectUndisturbed(observed);
      claims.push(() => nodeNames.forEach((node) => expectClaimHolds(result, observed, node)));
    }
    // Last: the cluster is as it was then, whatever they show.
    for (const hold of claims) hold();
  });

  test("configmap: three restarts, and no pod notices", async () => {
    const plugin = pluginOn(lab);
    const { result, observed } = await watched(lab, () =>
      plugin.run("configmap", "--set", `veth_mtu=${1400 + (Date.now() % 50)}`, ...wholeRun),
    );
    for (const node of nodeNames) tellRow(`configmap, ${node}`, result, observed, node);
    expect(result).toMatchObject({ code: 0 });
    expectUndisturbed(observed);
    for (const node of nodeNames) expectClaimHolds(result, observed, node);
  });

  test("a stopped runtime: what is printed covers the time without a session", async () => {
    const { result, observed } = await watched(lab, () =>
      withoutRuntime(lab, "node-02", 30_000, ...again, "--timeout=180s"),
    );
    tellRow("containerd stopped for 30 s", result, observed, "node-02");
    expect(result).toMatchObject({ code: 0 });
    expectUndisturbed(observed);
    expectClaimHolds(result, observed, "node-02");
  });

  test("a power failure in the middle: the run waits for the node or stops, and the same command ends it", async () => {
    const node = lab.node("node-03");
    const plugin = pluginOn(lab);
    const { result, observed } = await watched(lab, async () => {
      const running = plugin.start("node", "node-03", ...again, "--timeout=120s");
      await running.says(/^pod "\S+" deleted$/m);
      await node.powerOff();
      await node.powerOn();
      const first = await running.ended;
      await allReady(lab.cluster.api, nodeNames);
      await replaceClient(lab.cluster, lab.nodes, "node-03");
      return first.code === 0 ? first : await plugin.run("node", "node-03", "--force", "--settle=1s");
    });
    tellRow("power failure and reboot", result, observed, "node-03");
    expect(result).toMatchObject({ code: 0 });
    expectClaimHolds(result, observed, "node-03");
  });
});
