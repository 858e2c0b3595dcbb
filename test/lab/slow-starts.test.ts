/** What keeps a new calico-node away for long: registries, and a node that does not become Ready. They take minutes: with --all only. */
import { describe, expect, test } from "vitest";
import {
  anyRelease,
  expectClaimHolds,
  expectUndisturbed,
  manifestOf,
  noLab,
  pluginOn,
  restartTime,
  slack,
  tellRow,
  withLab,
  withoutRuntime,
} from "./a-lab.ts";
import type { Lab } from "./lab.ts";
import { stopAndMend } from "./stop-and-mend.ts";
import { sessionGap, withdrawnRoutes } from "./watch/measures.ts";
import { watched } from "./watch/watch.ts";

const again = ["--restart", "--force", "--settle=1s"];
const all = process.env["TEST_ALL"] !== undefined;

describe.skipIf(noLab || !all)("a new calico-node that is long in coming", () => {
  let lab: Lab;
  withLab((given) => {
    lab = given;
  });

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
        "--prepull=never",
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
      flags: ["-f", manifestOf("v3.29.2"), ...anyRelease, "--prepull=never"],
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

  test("BIRD that starts 55 s late is part of the time that is printed, and nobody loses a route", async () => {
    lab.node("node-03").setFaults({ startSeconds: 55 });
    const plugin = pluginOn(lab);
    const { result, observed } = await watched(lab, () => plugin.run("node", "node-03", ...again));
    tellRow("BIRD 55 s late", result, observed, "node-03");
    expect(result).toMatchObject({ code: 0 });
    expect(sessionGap(observed, "node-03")).toBeGreaterThan(55_000);
    expectUndisturbed(observed);
    expectClaimHolds(result, observed, "node-03");
  });

  test("a grace period of 10 s is no time without calico-node, and what is printed covers the sessions", async () => {
    const plugin = pluginOn(lab);
    const { result, observed } = await watched(lab, () =>
      plugin.run("node", "node-01", ...again, "--grace-period=10"),
    );
    tellRow("--grace-period=10", result, observed, "node-01");
    expect(result).toMatchObject({ code: 0 });
    expectUndisturbed(observed);
    expectClaimHolds(result, observed, "node-01");
  });

  test("a runtime that is away longer than peers wait: routes are withdrawn, and what is printed says so", async () => {
    const { result, observed } = await watched(lab, () =>
      withoutRuntime(lab, "node-02", 135_000, ...again, "--timeout=300s"),
    );
    tellRow("containerd stopped for 135 s", result, observed, "node-02");
    expect(result).toMatchObject({ code: 0 });
    expect(withdrawnRoutes(observed)).not.toEqual([]);
    expect(result.stderr).toMatch(/over (the )?[\w-]* ?budget/i);
    expectClaimHolds(result, observed, "node-02");
  });

  test("a crash loop longer than peers wait: the JSON result says that it was over the budget, as the line does", async () => {
    await restartTime(lab, "10s");
    try {
      lab.node("node-03").setFaults({ crashes: 2 });
      const plugin = pluginOn(lab);
      const { result, observed } = await watched(lab, () =>
        plugin.run("node", "node-03", ...again, "-o", "json"),
      );
      tellRow("crash loop, -o json", result, observed, "node-03");
      expect(result).toMatchObject({ code: 0 });
      expect(withdrawnRoutes(observed)).not.toEqual([]);
      const { nodes } = JSON.parse(result.stdout) as {
        readonly nodes: readonly { readonly readyAfterSeconds?: number; readonly overBudget?: boolean }[];
      };
      expect(nodes).toMatchObject([{ name: "node-03", overBudget: true }]);
      const told = (nodes[0]?.readyAfterSeconds ?? 0) * 1000;
      expect(told + slack).toBeGreaterThanOrEqual(sessionGap(observed, "node-03"));
    } finally {
      await restartTime(lab, undefined);
    }
  });
});
