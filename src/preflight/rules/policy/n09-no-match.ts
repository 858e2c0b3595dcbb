import { issue, notes } from "../../../releases/citations.ts";
import { span } from "../../../releases/version.ts";
import { clusterRule } from "../../cluster-rule.ts";

/** Calico-facts 2.5, case 8. */
export const noMatch = clusterRule({
  id: "N09",
  severity: "warning",
  page: {
    title: "the old catch-all policy is gone from etcd",
    why: "v2.6.0 – v2.6.5 left the policy k8s-policy-no-match of older controllers in etcd, where it bypasses every default-deny. v2.6.6 and newer remove it.",
    detected: "the release that runs; the policy itself is in etcd, not in the API",
    fix: "calicoctl get policy k8s-policy-no-match: where it is still there after the upgrade, calicoctl delete policy k8s-policy-no-match.",
    releases: "v2.6.0 – v2.6.5, etcd",
    sources: [notes("v2.6.6"), issue(1484)],
  },
  when: { from: span("v2.6.0", "v2.6.6"), datastore: "etcd" },
  needs: [],
  check() {
    return {
      outcome: "unknown",
      because:
        "whether the policy k8s-policy-no-match of a controller before v2.4 is left in etcd is not in the API",
      fix: "calicoctl get policy k8s-policy-no-match; where it is there, v2.6.6 and newer remove it, or calicoctl delete policy k8s-policy-no-match",
    };
  },
});
