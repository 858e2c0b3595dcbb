import { describe, expect, test } from "vitest";
import { runCli } from "../../../src/cli.ts";
import { factsText } from "../../../src/model/facts-file.ts";
import { testContext } from "../flags/test-context.ts";
import { aCalicoObject, clusterFacts, forbidden, type PreflightSpec } from "../preflight/cluster.ts";

/** plan on a facts file of that cluster, by the whole command line. */
async function plan(
  spec: PreflightSpec,
  to: string,
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const file = factsText(clusterFacts(spec), "v0.0.0");
  const { context, stdout, stderr } = testContext({ readFile: () => Promise.resolve(file) });
  const exitCode = await runCli(["plan", "--facts", "facts.json", "--to", to], context);
  return { exitCode, stdout: stdout(), stderr: stderr() };
}

const bpf = aCalicoObject("FelixConfiguration", "default", { bpfEnabled: true });
const vxlan = aCalicoObject("IPPool", "pods", { vxlanMode: "Always" });

describe("what depends on the dataplane is told by the cluster", () => {
  test("eBPF with VXLAN before v3.30.7: the plan refuses v3.31, which would drop packets (R17)", async () => {
    const { exitCode, stderr } = await plan(
      { release: "v3.30.3", objects: [bpf, vxlan], kubernetes: "v1.33.1" },
      "v3.31.7",
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain("R17");
    expect(stderr).toContain("v3.30.7");
  });

  test("without eBPF it says nothing about it: no note that nobody can act on", async () => {
    const { exitCode, stdout } = await plan(
      { release: "v3.30.3", objects: [vxlan], kubernetes: "v1.33.1" },
      "v3.31.7",
    );
    expect(exitCode).toBe(0);
    expect(stdout).not.toContain("R17");
  });

  test("where the FelixConfigurations may not be read it is told as not known, never as no", async () => {
    const readings = { felixConfigurations: forbidden };
    const { exitCode, stdout } = await plan(
      { release: "v3.30.3", objects: [vxlan], kubernetes: "v1.33.1", readings },
      "v3.31.7",
    );
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/R17/);
  });
});
