import { clusterRule } from "../cluster-rule.ts";

/** Calico-facts 4.3, B11: what files a pipeline applies is known only where one is given. */
export const rolesMerged = clusterRule({
  id: "B11",
  severity: "warning",
  when: { crosses: "v3.4.0" },
  needs: [],
  check(_facts, { manifest }) {
    const fix = "apply calico.yaml as a whole, and take the separate rbac.yaml out of pipelines";
    if (manifest === undefined)
      return { outcome: "unknown", because: "which files will be applied is not known without -f", fix };
    const { clusterRoles } = manifest.facts;
    return clusterRoles.known && clusterRoles.value.length > 0
      ? { outcome: "pass", because: `the file holds ClusterRole ${clusterRoles.value[0]?.name ?? ""}` }
      : {
          outcome: "fail",
          because: "the file holds no ClusterRole, and no separate one exists from v3.4 on",
          fix,
        };
  },
});
