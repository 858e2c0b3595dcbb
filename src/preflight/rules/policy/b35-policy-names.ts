import { notes, pull } from "../../../releases/citations.ts";
import { clusterRule } from "../../cluster-rule.ts";

/** Calico-facts 4.3, B35. */
export const policyNames = clusterRule({
  id: "B35",
  severity: "info",
  page: {
    title: "policies may be renamed",
    why: "v3.32 renames the policies that are stored by itself. There is no way back from it.",
    detected: "policies of Calico; with etcd they are not in the API",
    fix: "Nothing to do; save the policies if a way back is wanted.",
    releases: "up to v3.31 → v3.32 and newer",
    sources: [notes("v3.32.0"), pull(11232)],
  },
  when: { crosses: "v3.32.0" },
  needs: ["globalNetworkPolicies", "calicoNetworkPolicies"],
  check({ globalNetworkPolicies, calicoNetworkPolicies }) {
    const count = globalNetworkPolicies.length + calicoNetworkPolicies.length;
    if (count === 0) return { outcome: "pass", because: "there is no policy of Calico" };
    return {
      outcome: "fail",
      because: `${count} ${count === 1 ? "policy" : "policies"} of Calico will be stored under other names; there is no way back from it`,
      fix: "save the policies before the upgrade",
      commands: [
        "kubectl get globalnetworkpolicies.crd.projectcalico.org,networkpolicies.crd.projectcalico.org -A -o yaml > policies-before.yaml",
      ],
    };
  },
});
