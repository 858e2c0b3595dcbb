import { notes } from "../../../releases/citations.ts";
import { clusterRule } from "../../cluster-rule.ts";

/** Calico-facts 4.3, B11: what files a pipeline applies is known only where one is given. */
export const rolesMerged = clusterRule({
  id: "B11",
  severity: "warning",
  page: {
    title: "the roles come with the manifest of calico-node",
    why: "Up to v3.3 roles were a manifest of their own. From v3.4 on they stand in calico.yaml, and install-cni is an init container: a pod is 1/1 and not 2/2 when it is done.",
    detected: "whether the file holds the roles; without a file, nothing",
    fix: "Apply calico.yaml as a whole, drop rbac.yaml from pipelines, and expect 1/1.",
    releases: "up to v3.3 → v3.4 and newer",
    sources: [notes("v3.4.0")],
  },
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
