import { sameRole, type Binding } from "../../../model/rbac.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { some } from "../../some.ts";
import { sh } from "../../../model/shell.ts";

/** Calico-facts 6, row 18. */
export const roleRefs = clusterRule({
  id: "M15",
  severity: "error",
  page: {
    title: "bindings keep their roles",
    why: "The roleRef of a binding cannot be changed: the server refuses it, and the account stays without the new rights.",
    detected: "roleRef of RoleBindings and ClusterRoleBindings of the same name, live and in the file",
    fix: "Delete the binding and apply the file's at once; replace --force does both.",
    commands: ["kubectl replace --force -f FILE"],
    sources: [
      "https://github.com/rancher-archives/rke/issues/2527",
      "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#clusterrolebinding-example",
    ],
  },
  when: { manifest: true },
  needs: ["clusterRoleBindings", "roleBindings"],
  steps: ["apply"],
  check({ clusterRoleBindings, roleBindings }, { manifest }) {
    const facts = manifest?.facts;
    const inFile: readonly Binding[] = [
      ...(facts?.clusterRoleBindings.known === true ? facts.clusterRoleBindings.value : []),
      ...(facts?.roleBindings.known === true ? facts.roleBindings.value : []),
    ];
    const live: readonly Binding[] = [...clusterRoleBindings, ...roleBindings];
    const changed = inFile.flatMap((file) => {
      const there = live.find((each) => isSame(each, file));
      return there === undefined || sameRole(there.role, placed(file, there)) ? [] : [{ file, there }];
    });
    if (changed.length === 0) return { outcome: "pass", because: "no binding of the file changes its role" };
    const names = changed.map(({ file }) => `${file.kind} ${file.name}`);
    return {
      outcome: "fail",
      because: `the role of a binding cannot be changed: ${some(changed.map(({ file, there }) => `${file.kind} ${file.name} gives ${there.role.name}, in the file ${file.role.name}`))}`,
      evidence: changed.map(({ file, there }, index) => ({
        object: names[index] ?? "",
        field: "roleRef",
        value: `${there.role.kind}/${there.role.name} → ${file.role.kind}/${file.role.name}`,
      })),
      fix: "delete what is bound otherwise, then apply the file's at once",
      commands: changed.map(({ there }) => deletion(there)),
    };
  },
});

function isSame(live: Binding, file: Binding): boolean {
  return (
    live.kind === file.kind &&
    live.name === file.name &&
    (file.namespace === undefined || file.namespace === "" || file.namespace === live.namespace)
  );
}

/** A Role of the file is in the namespace of its binding. */
function placed({ role }: Binding, { namespace }: Binding): Binding["role"] {
  return role.kind === "Role" && namespace !== undefined ? { ...role, namespace } : role;
}

function deletion({ kind, name, namespace }: Binding): string {
  const where = namespace === undefined ? [] : ["-n", namespace];
  return sh`kubectl delete ${kind.toLowerCase()} ${[name, ...where]}`;
}
