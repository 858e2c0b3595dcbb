import { clusterRule } from "../../cluster-rule.ts";
import { kernelAtLeast } from "../../../model/kernel.ts";
import { some } from "../../some.ts";

/** Calico-facts 4.3, B39. */
export const ebpfKernel = clusterRule({
  id: "B39",
  severity: "error",
  page: {
    title: "the kernels run the eBPF programs of v3.33",
    why: "The eBPF programs of v3.33 need a kernel with BPF CO-RE, and refuse to start on an older one.",
    detected: "bpfEnabled of FelixConfiguration, and the nodes' kernels",
    fix: "Upgrade the kernels of the nodes that are named, or turn eBPF off before the upgrade.",
    releases: "up to v3.32 → v3.33 and newer, eBPF",
    sources: ["commit 5b9af458f5 of projectcalico/calico"],
  },
  when: { crosses: "v3.33.0", ebpf: true },
  needs: ["nodes"],
  steps: ["node", "apply"],
  check({ nodes }) {
    const kernels = nodes.map(({ name, kernel }) => ({ name, kernel, enough: kernelAtLeast(kernel, 5, 10) }));
    const old = kernels.filter(({ enough }) => enough === false);
    if (old.length > 0) {
      return {
        outcome: "fail",
        because: `the eBPF dataplane of v3.33 needs kernel 5.10, and these have an older one: ${some(old.map(({ name }) => name))}`,
        evidence: old.map(({ name, kernel = "" }) => ({
          object: `Node ${name}`,
          field: "status.nodeInfo.kernelVersion",
          value: kernel,
        })),
        fix: "upgrade their kernels, or turn eBPF off (bpfEnabled: false in FelixConfiguration), first",
      };
    }
    const silent = kernels.filter(({ enough }) => enough === "unknown");
    return silent.length === 0
      ? { outcome: "pass", because: "every node has kernel 5.10 or newer" }
      : { outcome: "unknown", because: `the kernel is not known of ${some(silent.map(({ name }) => name))}` };
  },
});
