import { clusterRule } from "../cluster-rule.ts";

/** Calico-facts 4.3, B06: files outside the cluster. */
export const calicoctlFiles = clusterRule({
  id: "B06",
  severity: "info",
  when: { crosses: "v3.0.0" },
  needs: [],
  check() {
    return {
      outcome: "unknown",
      because: "files for calicoctl are outside the cluster",
      fix: "calicoctl convert -f FILE for each of them, with calicoctl of the new release",
    };
  },
});
