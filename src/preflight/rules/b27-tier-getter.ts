import { span } from "../../releases/version.ts";
import { isOrAre } from "../some.ts";
import { clusterRule } from "../cluster-rule.ts";

const name = "calico-tier-getter";

/** Calico-facts 4.3, B27. */
export const tierGetter = clusterRule({
  id: "B27",
  severity: "error",
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
