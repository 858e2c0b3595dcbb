import { clusterRule } from "../cluster-rule.ts";
import { helmRelease } from "../helm.ts";

/** Calico-facts 4.3, B30. Helm keeps its values in a Secret, which is never read. */
export const kubeletVolumePath = clusterRule({
  id: "B30",
  severity: "warning",
  when: { crosses: "v3.31.0" },
  needs: ["operators"],
  check({ operators }) {
    const release = helmRelease(operators);
    if (release === undefined) return { outcome: "n/a", because: "the operator was not installed by Helm" };
    return {
      outcome: "unknown",
      because: `the values of Helm release ${release.name} are in a Secret, which is not read`,
      fix: `helm get values ${release.name} -n ${release.namespace}: kubeletVolumePath belongs under installation`,
    };
  },
});
