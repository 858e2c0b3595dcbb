import { clusterRule } from "../cluster-rule.ts";

/** Calico-facts 4.3, B15. */
export const ebpfConnections = clusterRule({
  id: "B15",
  severity: "warning",
  when: { crosses: "v3.14.0", ebpf: true },
  needs: [],
  check() {
    return {
      outcome: "fail",
      because:
        "the eBPF dataplane is in use: connections that are open on a node may break when it is upgraded",
      fix: "upgrade when that hurts least, or node --drain, which moves the pods away first",
    };
  },
});
