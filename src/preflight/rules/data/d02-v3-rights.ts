import { issue } from "../../../releases/citations.ts";
import { covers } from "../../../manifest/covers.ts";
import { bindsTo, sameRole } from "../../../model/rbac.ts";
import { clusterRule } from "../../cluster-rule.ts";

/** What calico-node v3 reads of v2.6's data when it starts (startup.go, ensureKDDMigrated). */
const converted = ["globalfelixconfigs", "globalbgpconfigs", "ippools", "bgppeers", "globalnetworkpolicies"];

/** Calico-facts 3.2. */
export const v3Rights = clusterRule({
  id: "D02",
  severity: "warning",
  page: {
    title: "calico-node may read the data that it converts for v3",
    why: "With the Kubernetes datastore calico-node v3 converts the data of v2.6 when it starts. Without the right to read the old kinds it does not start.",
    detected: "the rules of the ClusterRoles that calico-node's ServiceAccount has",
    fix: "Apply the roles of the new manifest before the DaemonSet. calicoctl of v2 must not be used after it.",
    releases: "v2.6 → v3.0 and newer, Kubernetes datastore",
    sources: [
      "calico-node v3.1.0 (startup/startup.go, ensureKDDMigrated)",
      "https://github.com/aws/amazon-vpc-cni-k8s/issues/450",
      issue(2063),
    ],
  },
  when: { crosses: "v3.0.0", datastore: "kubernetes" },
  needs: ["daemonSet", "clusterRoles", "clusterRoleBindings"],
  check(facts, { manifest }) {
    const account = facts.daemonSet.template.serviceAccount ?? "default";
    const { namespace } = facts.daemonSet;
    const file = manifest?.facts;
    const roles = [
      ...facts.clusterRoles,
      ...(file?.clusterRoles.known === true ? file.clusterRoles.value : []),
    ];
    const bindings = [
      ...facts.clusterRoleBindings,
      ...(file?.clusterRoleBindings.known === true ? file.clusterRoleBindings.value : []),
    ];
    if (roles.length === 0)
      return { outcome: "n/a", because: "Calico has no ClusterRole here: the cluster is without RBAC" };
    const own = bindings.filter((each) => bindsTo(each, { namespace, name: account }));
    const rules = roles
      .filter((role) => own.some((each) => sameRole(each.role, role)))
      .flatMap((role) => role.rules);
    const missing = converted.filter(
      (resource) =>
        !covers(rules, [{ verbs: ["get"], apiGroups: ["crd.projectcalico.org"], resources: [resource] }]),
    );
    const who = `ServiceAccount ${namespace}/${account}`;
    if (missing.length === 0) return { outcome: "pass", because: `${who} may read all that is converted` };
    return {
      outcome: "fail",
      because: `${who} may not get ${missing.join(", ")} of crd.projectcalico.org: calico-node v3 would not start`,
      evidence: missing.map((value) => ({ object: who, field: "get", value })),
      fix: "apply the ClusterRole calico-node of the target's manifest before its DaemonSet",
    };
  },
});
