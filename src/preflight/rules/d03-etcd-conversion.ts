import { span } from "../../releases/version.ts";
import { clusterRule } from "../cluster-rule.ts";

/** Calico-facts 3.3; P09 is what stops. */
export const etcdConversion = clusterRule({
  id: "D03",
  severity: "warning",
  when: { from: span(undefined, "v3.0.0"), to: span("v3.0.0"), datastore: "etcd" },
  needs: [],
  check() {
    return {
      outcome: "unknown",
      because: "the data is in etcd: whether it can be, or has been, converted is not in the API",
      fix: "calico-upgrade needed answers 0 while it is still to be converted; calico-upgrade dry-run right before calico-upgrade start",
    };
  },
});
