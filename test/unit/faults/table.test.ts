/** The table that is committed shows what broke, and never a cell that was not tried as tried. */
import { expect, test } from "vitest";
import { renderTable } from "../../faults/render-table.ts";
import type { Outcome } from "../../faults/table.ts";

function outcome(requestClass: string, fault: string, broken: readonly string[] = []): Outcome {
  return { story: "node, v1 → v2", kubeVersion: "1.36", requestClass, fault, broken };
}

function linesOf(...outcomes: readonly Outcome[]): readonly string[] {
  return renderTable(outcomes).split("\n");
}

test("writes stand by their resource, reads by their verb and when they came", () => {
  const lines = linesOf(
    outcome("patch nodes", "403"),
    outcome("list pods, before any write", "reset"),
    outcome("list nodes, before any write", "reset"),
    outcome("patch daemonsets, dry run, between writes", "500"),
  );
  expect(lines).toContain("| patch nodes |  |  |  |  | 1 |  |  |  |  |  |  |");
  expect(lines).toContain("| list, before any write | 2 |  |  |  |  |  |  |  |  |  |  |");
  expect(lines).toContain("| dry run, between writes |  |  |  |  |  |  |  |  | 1 |  |  |");
  expect(lines).toContain("Nothing.");
});

test("a cell that broke is marked, and what broke is said once", () => {
  const lines = linesOf(
    outcome("patch nodes", "reset", ["node-01 is left cordoned", "node-01 is left cordoned"]),
    outcome("patch nodes", "reset"),
    outcome("any request", "cordons a node", ["the change is lost"]),
  );
  expect(lines).toContain("| patch nodes | **1 of 2** |  |  |  |  |  |  |  |  |  |  |");
  expect(lines).toContain("| cordons a node | **1 of 1** |");
  expect(lines.filter((line) => line.includes("node-01 is left cordoned"))).toHaveLength(1);
});

test("what broke names no folder of the machine that it was made on", () => {
  const said = "apply -f /tmp/faults-story-nKmt1f/next.yaml does not go on";
  const lines = linesOf(outcome("patch nodes", "reset", [said]));
  expect(lines).toContain("  - apply -f FOLDER/next.yaml does not go on");
});
