import { notes } from "../../../releases/citations.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { kernelAtLeast } from "../../../model/kernel.ts";
import { some } from "../../some.ts";

/** Calico-facts 4.3, B25: kernels newer than 5.7. */
export const checksumOffload = clusterRule({
  id: "B25",
  severity: "warning",
  page: {
    title: "VXLAN works with checksum offload",
    why: "v3.28 turns checksum offload for VXLAN on where the kernel is newer than 5.7. Network cards and hypervisors with a broken offload then lose packets.",
    detected: "IP pools with VXLAN, the nodes' kernels, and featureDetectOverride of FelixConfiguration",
    fix: "Try one node first. featureDetectOverride: ChecksumOffloadBroken=true in FelixConfiguration default turns it off.",
    releases: "up to v3.27 → v3.28 and newer, VXLAN",
    sources: [notes("v3.28.0")],
  },
  when: { crosses: "v3.28.0", vxlan: true },
  needs: ["nodes", "felixConfigurations"],
  check({ nodes, felixConfigurations }) {
    const off = felixConfigurations.find(({ spec }) =>
      /ChecksumOffloadBroken\s*=\s*true/i.test(textOf(spec["featureDetectOverride"])),
    );
    if (off !== undefined)
      return { outcome: "pass", because: `FelixConfiguration ${off.name} has ChecksumOffloadBroken=true` };
    const kernels = nodes.map(({ name, kernel }) => ({ name, kernel, newer: kernelAtLeast(kernel, 5, 8) }));
    const newer = kernels.filter((each) => each.newer === true);
    if (newer.length > 0) {
      return {
        outcome: "fail",
        because: `VXLAN is in use, and its checksums are offloaded again on kernels newer than 5.7: ${some(newer.map(({ name }) => name))}`,
        evidence: newer.map(({ name, kernel = "" }) => ({
          object: `Node ${name}`,
          field: "status.nodeInfo.kernelVersion",
          value: kernel,
        })),
        fix: "upgrade one node first and test connections between nodes; featureDetectOverride: ChecksumOffloadBroken=true in FelixConfiguration default turns it off",
      };
    }
    const silent = kernels.filter((each) => each.newer === "unknown");
    return silent.length === 0
      ? { outcome: "pass", because: "no node has a kernel newer than 5.7" }
      : { outcome: "unknown", because: `the kernel is not known of ${some(silent.map(({ name }) => name))}` };
  },
});

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
