import { notes } from "../../../releases/citations.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { some } from "../../some.ts";

/** Calico-facts 4.3, B21. */
export const podSecurity = clusterRule({
  id: "B21",
  severity: "info",
  page: {
    title: "nothing counts on PodSecurityPolicies of Calico",
    why: "From v3.24 on Calico brings none. A cluster that admits pods by PodSecurityPolicy has to keep its own for Calico's pods.",
    detected: "PodSecurityPolicies, where the server serves them",
    fix: "Keep a PodSecurityPolicy that admits calico-node (privileged, host network) until the cluster no longer uses them.",
    releases: "up to v3.23 → v3.24 and newer",
    sources: [notes("v3.24.0")],
  },
  when: { crosses: "v3.24.0" },
  needs: ["podSecurityPolicies"],
  check({ podSecurityPolicies: policies }) {
    if (policies.length === 0) return { outcome: "pass", because: "there is no PodSecurityPolicy" };
    return {
      outcome: "fail",
      because: `the cluster has PodSecurityPolicies (${some(policies.map(({ name }) => name))}), and Calico's manifest no longer brings its own`,
      evidence: policies.map(({ name }) => ({
        object: `PodSecurityPolicy ${name}`,
        field: "metadata.name",
        value: name,
      })),
      fix: "keep one that admits calico-node (privileged, host network) as long as they are enforced",
    };
  },
});
