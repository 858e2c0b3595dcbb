import { notes } from "../../../releases/citations.ts";
import { clusterRule } from "../../cluster-rule.ts";

/** Calico-facts 4.3, B15. */
export const ebpfConnections = clusterRule({
  id: "B15",
  severity: "warning",
  page: {
    title: "open eBPF connections survive the upgrade",
    why: "v3.14 has another format of the conntrack map. Connections that are open when a node is upgraded may break without a word.",
    detected: "bpfEnabled of FelixConfiguration, or FELIX_BPFENABLED",
    fix: "Upgrade when broken connections hurt least, or move the pods of each node away before its turn.",
    commands: ["kubectl drain NODE"],
    releases: "up to v3.13 → v3.14 and newer, eBPF",
    sources: [notes("v3.14.0")],
  },
  when: { crosses: "v3.14.0", ebpf: true },
  needs: [],
  check() {
    return {
      outcome: "fail",
      because:
        "the eBPF dataplane is in use: connections that are open on a node may break when it is upgraded",
      fix: "upgrade when that hurts least, or drain each node before its turn, which moves the pods away first",
      commands: ["kubectl drain NODE"],
    };
  },
});
