import { issue, calicoUpgrade } from "../../../releases/citations.ts";
import { span } from "../../../releases/version.ts";
import { clusterRule } from "../../cluster-rule.ts";

/** Calico-facts 3.3; P09 is what stops. */
export const etcdConversion = clusterRule({
  id: "D03",
  severity: "warning",
  page: {
    title: "the data in etcd is converted for v3 by calico-upgrade",
    why: "With etcd the data of v2.6.5 and newer is converted by a program of its own: dry-run, start, then the new nodes, then complete. From start to complete new pods get no network, and upgraded calico-node pods stay 1/2 Ready.",
    detected: "nothing: the data is in etcd, not in the API",
    fix: "Back etcd up and run upstream's calico-upgrade: dry-run right before start, upgrade the controller and the nodes, then complete. Keep its reports. Upgrading the etcd server is another thing: `etcdctl migrate` leaves the v2 data as they are, and an etcd v3 server that still serves the v2 API has no impact on Calico.",
    releases: "v2.6.5 – v2.6.12 → v3.0 – v3.5, etcd",
    sources: [calicoUpgrade, "upgrade pages of v3.0 – v3.5", issue(2216)],
  },
  when: { from: span(undefined, "v3.0.0"), to: span("v3.0.0"), datastore: "etcd" },
  needs: [],
  check() {
    return {
      outcome: "unknown",
      because: "the data is in etcd: whether it can be, or has been, converted is not in the API",
      fix: "use upstream's calico-upgrade: needed exits with 0 while there is data to convert; run dry-run right before start",
      commands: ["calico-upgrade needed", "calico-upgrade dry-run", "calico-upgrade start"],
    };
  },
});
