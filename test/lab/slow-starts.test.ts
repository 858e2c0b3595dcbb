/** What keeps a new calico-node away for long: registries, and a node that does not become Ready. They take minutes: with --all only. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  expectClaimHolds,
  expectUndisturbed,
  healthy,
  manifestOf,
  noLab,
  pluginOn,
  tellRow,
  theLab,
} from "./a-lab.ts";
import type { Lab } from "./lab.ts";
import { stopAndMend } from "./stop-and-mend.ts";
import { sessionGap } from "./watch/measures.ts";
import { watched } from "./watch/watch.ts";

// An image that no node has: the newer ones are other tests'.
const anyRelease = ["--ignore-preflight-errors=P11"];
const all = process.env["TEST_ALL"] !== undefined;

describe.skipIf(noLab || !all)("a new calico-node that is long in coming", () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await theLab();
  });
  beforeEach(() => healthy(lab));
  afterAll(() => lab?.cluster.api.close());

  test("a slow registry: the pull is what the user is told of, and what is printed covers the sessions", async () => {
    lab.setRegistryFaults({ delaySeconds: 12 });
    const plugin = pluginOn(lab);
    const { result, observed } = await watched(lab, async () => {
      const running = plugin.start(
        "node",
        "node-01",
        "-f",
        manifestOf("v3.29.3"),
        ...anyRelease,
        "--force",
        "--settle=1s",
      );
      await running.says(/^pod "\S+" deleted$/m);
      await running.says(/pulling/i);
      return await running.ended;
    });
    tellRow("a registry that takes 12 s a blob", result, observed, "node-01");
    expect(result).toMatchObject({ code: 0 });
    expect(sessionGap(observed, "node-01")).toBeGreaterThan(12_000);
    expectUndisturbed(observed);
    expectClaimHolds(result, observed, "node-01");
  });

  test("a registry that refuses: its answer is told, and the same command goes on later", async () => {
    lab.setRegistryFaults({ refuse: 403 });
    await stopAndMend(lab, {
      what: "a registry that refuses, then does not",
      nodes: ["node-02"],
      flags: ["-f", manifestOf("v3.29.2"), ...anyRelease],
      timeout: "20s",
      says: /403 Forbidden/,
      mend: () => lab.setRegistryFaults({}),
    });
  });

  test("never Ready: the run stops and touches no other node; the same command ends it once it is", async () => {
    lab.node("node-01").setFaults({ neverReady: true });
    await stopAndMend(lab, {
      what: "never Ready, then mended",
      nodes: ["node-01", "node-02"],
      flags: ["--restart"],
      timeout: "25s",
      says: /not Ready|readiness/i,
      mend: () => lab.node("node-01").setFaults({}),
    });
  });
});
