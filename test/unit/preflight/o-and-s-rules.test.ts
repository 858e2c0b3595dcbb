import { describe, expect, test } from "vitest";
import { midMigration } from "../../../src/preflight/rules/ownership/o01-mid-migration.ts";
import { nodesReady } from "../../../src/preflight/rules/health/s01-nodes-ready.ts";
import { aNode } from "../build/a-cluster.ts";
import { findingOf, forbidden } from "./cluster.ts";

describe("O01: nothing is touched while the operator takes a manifest install over", () => {
  test("a node with the operator's label stands against it", () => {
    const marked = aNode("node-01", { labels: { "projectcalico.org/operator-node-migration": "migrated" } });
    expect(findingOf(midMigration, { nodes: [marked] })).toMatchObject({
      outcome: "fail",
      severity: "error",
    });
  });

  test("passes on a plain install, unknown where nodes cannot be read", () => {
    expect(findingOf(midMigration).outcome).toBe("pass");
    expect(findingOf(midMigration, { readings: { nodes: forbidden } }).outcome).toBe("unknown");
  });
});

describe("S01: nodes that are not Ready", () => {
  test("each is named, a silent one too", () => {
    const nodes = [
      aNode("node-01"),
      aNode("node-02", { ready: "False" }),
      aNode("node-03", { ready: "Unknown" }),
    ];
    expect(findingOf(nodesReady, { nodes })).toMatchObject({
      outcome: "fail",
      because: "2 of 3 nodes are not Ready: node-02, node-03",
    });
  });

  test("passes when all are, unknown where they cannot be read", () => {
    expect(findingOf(nodesReady).outcome).toBe("pass");
    expect(findingOf(nodesReady, { readings: { nodes: forbidden } }).outcome).toBe("unknown");
  });
});
