import { expect, test } from "vitest";
import type { PreflightReport } from "../../../src/render/preflight/kind.ts";
import { printablePreflight } from "../../../src/render/preflight/print.ts";

const command = "kubectl logs -n kube-system calico-node-abcde -c calico-node --previous";
const report: PreflightReport = {
  apiVersion: "calico-upgrade/v1alpha1",
  kind: "Preflight",
  cluster: { kubernetes: "v1.36.4", observed: "2026-11-30T00:00:00Z" },
  ready: false,
  findings: [
    {
      id: "S03",
      category: "S",
      title: "calico-node does not restart again and again",
      severity: "error",
      outcome: "fail",
      because: "calico-node on node-01 restarted 7 times within the last hour, most recently 2 minutes ago",
      evidence: [],
      fix: "find out why from the log of the container before",
      commands: [command],
      blocks: true,
      ignored: false,
    },
  ],
};

test.each([60, 80, 120, 200, undefined])(
  "a command of a finding can be pasted whole at %s columns, below its sentence",
  (columns) => {
    const lines = printablePreflight(report).table(false, columns).split("\n");
    const fix = lines.findIndex((line) => line.includes("fix: find out why"));
    expect(fix).toBeGreaterThan(0);
    expect(lines.findIndex((line) => line.trim() === command)).toBeGreaterThan(fix);
    for (const line of lines.filter((each) => !each.includes("kubectl ") && columns !== undefined))
      expect(line.length).toBeLessThanOrEqual(columns ?? 0);
  },
);
