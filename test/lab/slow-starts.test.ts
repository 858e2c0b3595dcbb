/** What keeps a new calico-node away for long: registries, and a node that does not become Ready. They take minutes: with --all only. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { isCordoned } from "../e2e/support/calico-cluster.ts";
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
import { sessionGap } from "./watch/measures.ts";
import { watched } from "./watch/watch.ts";

// An image that no node has: the newer ones are other tests'.
const anyRelease = ["--force", "--ignore-preflight-errors=P11"];
const all = process.env["TEST_ALL"] !== undefined;

describe.skipIf(noLab)("a new calico-node that is long in coming", () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await theLab();
  });
  beforeEach(() => healthy(lab));
  afterAll(() => lab?.cluster.api.close());

  test.runIf(all)(
    "a slow registry: the pull is what the user is told of, and what is printed covers the sessions",
    async () => {
      lab.setRegistryFaults({ delaySeconds: 12 });
      const plugin = pluginOn(lab);
      const { result, observed } = await watched(lab, async () => {
        const running = plugin.start(
          "node",
          "node-01",
          "-f",
          manifestOf("v3.29.3"),
          ...anyRelease,
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
    },
  );

  test.runIf(all)(
    "a registry that refuses: its answer is told, and the same command goes on later",
    async () => {
      lab.setRegistryFaults({ refuse: 403 });
      const plugin = pluginOn(lab);
      const command = ["node", "node-02", "-f", manifestOf("v3.29.2"), ...anyRelease, "--settle=1s"];
      const { result, observed } = await watched(lab, async () => {
        const stopped = await plugin.run(...command, "--timeout=20s");
        expect(stopped).toMatchObject({ code: 1, stderr: expect.stringContaining("403 Forbidden") });
        expect(await isCordoned(lab.cluster, "node-02")).toBe(true);
        lab.setRegistryFaults({});
        return await plugin.run(...command);
      });
      tellRow("a registry that refuses, then does not", result, observed, "node-02");
      expect(result).toMatchObject({ code: 0 });
      expect(await isCordoned(lab.cluster, "node-02")).toBe(false);
      expectUndisturbed(observed);
      expectClaimHolds(result, observed, "node-02");
    },
  );

  test.runIf(all)(
    "never Ready: the run stops and touches no other node; the same command ends it once it is",
    async () => {
      lab.node("node-01").setFaults({ neverReady: true });
      const plugin = pluginOn(lab);
      const command = ["node", "node-01", "node-02", "--restart", "--force", "--settle=1s"];
      const { result, observed } = await watched(lab, async () => {
        const stopped = await plugin.run(...command, "--timeout=25s");
        expect(stopped.code).toBe(1);
        expect(stopped.stderr).toMatch(/not Ready|readiness/i);
        expect(await isCordoned(lab.cluster, "node-01")).toBe(true);
        expect(await isCordoned(lab.cluster, "node-02")).toBe(false);
        lab.node("node-01").setFaults({});
        return await plugin.run(...command);
      });
      tellRow("never Ready, then mended", result, observed, "node-01");
      expect(result).toMatchObject({ code: 0 });
      expect(await isCordoned(lab.cluster, "node-01")).toBe(false);
      expectUndisturbed(observed);
      expectClaimHolds(result, observed, "node-01");
      expectClaimHolds(result, observed, "node-02");
    },
  );
});
