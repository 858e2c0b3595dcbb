import { issue, notes } from "../../../releases/citations.ts";
import { span } from "../../../releases/version.ts";
import { isOrAre } from "../../some.ts";
import { clusterRule } from "../../cluster-rule.ts";

const name = "calico-tier-getter";

/** Calico-facts 4.3, B27. */
export const tierGetter = clusterRule({
  id: "B27",
  severity: "error",
  page: {
    title: "tiers may be read by kube-controller-manager",
    why: "v3.29 checks the right to a tier on every request about policies. Without the ClusterRole calico-tier-getter, which is in the manifests from v3.29.4 on, garbage collection and the deletion of namespaces stop, possibly days later.",
    detected: "ClusterRole and ClusterRoleBinding calico-tier-getter, in the cluster or in the file",
    fix: "Take v3.29.4 or newer, or apply ClusterRole and ClusterRoleBinding calico-tier-getter of its manifest.",
    releases: "up to v3.28 → v3.29.0 – v3.29.3",
    sources: ["manifests of v3.29.0 – v3.29.4", notes("v3.29.0", "v3.29.4"), issue(9527)],
  },
  when: { to: span("v3.29.0", "v3.29.4") },
  needs: ["clusterRoles", "clusterRoleBindings"],
  steps: ["node", "apply"],
  check({ clusterRoles, clusterRoleBindings }, { manifest }) {
    const file = manifest?.facts;
    const roles = file?.clusterRoles.known === true ? file.clusterRoles.value : [];
    const bindings = file?.clusterRoleBindings.known === true ? file.clusterRoleBindings.value : [];
    const missing = [
      ...([...clusterRoles, ...roles].some((role) => role.name === name) ? [] : [`ClusterRole ${name}`]),
      ...([...clusterRoleBindings, ...bindings].some(({ role }) => role.name === name)
        ? []
        : [`a ClusterRoleBinding to ${name}`]),
    ];
    if (missing.length === 0) return { outcome: "pass", because: `ClusterRole ${name} is there and bound` };
    return {
      outcome: "fail",
      because: `${missing.join(" and ")} ${isOrAre(missing)} missing: garbage collection and the deletion of namespaces would stop`,
      evidence: missing.map((object) => ({ object, field: "metadata.name", value: "missing" })),
      fix: "take v3.29.4 or newer, whose manifest has both",
    };
  },
});
