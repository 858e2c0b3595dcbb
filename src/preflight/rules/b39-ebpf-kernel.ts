import { clusterRule } from "../cluster-rule.ts";
import { kernelAtLeast } from "../kernel.ts";
import { some } from "../some.ts";

/** Calico-facts 4.3, B39. */
export const ebpfKernel = clusterRule({
  id: "B39",
  severity: "error",
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
