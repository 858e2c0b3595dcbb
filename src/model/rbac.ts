import type { KubeObject } from "./kube.ts";

/** rbac.authorization.k8s.io PolicyRule, the same in all its versions. */
export interface PolicyRule {
  readonly verbs?: readonly string[] | null;
  readonly apiGroups?: readonly string[] | null;
  readonly resources?: readonly string[] | null;
  readonly resourceNames?: readonly string[] | null;
  readonly nonResourceURLs?: readonly string[] | null;
}

/** A ClusterRole (no namespace) or Role. */
export interface RoleRef {
  readonly kind: "ClusterRole" | "Role";
  readonly name: string;
  readonly namespace?: string;
}

export interface Account {
  readonly namespace: string;
  readonly name: string;
}

interface RbacSubject {
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
}

/** A ClusterRoleBinding (no namespace: its role holds everywhere) or RoleBinding. */
export interface Binding {
  readonly kind: "ClusterRoleBinding" | "RoleBinding";
  readonly name: string;
  readonly namespace?: string;
  readonly role: RoleRef;
  readonly subjects: readonly RbacSubject[];
}

export function isBinding({ kind }: KubeObject): boolean {
  return kind === "ClusterRoleBinding" || kind === "RoleBinding";
}

/** `namespace` is that of a RoleBinding that names none itself. */
export function bindingOf(raw: KubeObject, namespace: string): Binding {
  const { roleRef, subjects } = raw as KubeObject & {
    readonly roleRef?: { readonly kind?: string; readonly name?: string };
    readonly subjects?: readonly RbacSubject[] | null;
  };
  const name = roleRef?.name ?? "";
  const common = { name: raw.metadata.name, subjects: subjects ?? [] };
  if (raw.kind === "ClusterRoleBinding") {
    return { ...common, kind: "ClusterRoleBinding", role: { kind: "ClusterRole", name } };
  }
  const own = raw.metadata.namespace ?? namespace;
  const role: RoleRef =
    roleRef?.kind === "Role" ? { kind: "Role", name, namespace: own } : { kind: "ClusterRole", name };
  return { ...common, kind: "RoleBinding", namespace: own, role };
}

/** Whether a binding gives its role to the account: by its name, as a user, or by one of its groups. */
export function bindsTo({ subjects }: Binding, { namespace, name }: Account): boolean {
  const groups = ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"];
  return subjects.some((subject) => {
    if (subject.kind === "ServiceAccount") return subject.namespace === namespace && subject.name === name;
    if (subject.kind === "User") return subject.name === `system:serviceaccount:${namespace}:${name}`;
    return subject.kind === "Group" && groups.includes(subject.name ?? "");
  });
}

export function rulesOf(raw: KubeObject): readonly PolicyRule[] {
  return (raw as KubeObject & { readonly rules?: readonly PolicyRule[] | null }).rules ?? [];
}

export function sameRole(one: RoleRef, other: RoleRef): boolean {
  return one.kind === other.kind && one.name === other.name && one.namespace === other.namespace;
}

/** What we read of a role: all that it allows. */
export interface RoleFacts extends RoleRef {
  readonly labels: Readonly<Record<string, string>>;
  readonly rules: readonly PolicyRule[];
}

export function roleFacts(raw: KubeObject): RoleFacts {
  const { name, namespace, labels = {} } = raw.metadata;
  const common = { name, labels, rules: rulesOf(raw) };
  return raw.kind === "Role"
    ? { ...common, kind: "Role", namespace: namespace ?? "" }
    : { ...common, kind: "ClusterRole" };
}

const calicos = /calico|canal|typha|tigera|flannel/;

/**
 * Of roles Calico's own are read, the one that allows everything, and the one that Kubernetes from v1.20 on binds to every
 * ServiceAccount.
 */
export function isReadRole(name: string): boolean {
  return calicos.test(name) || /^(cluster-admin|system:service-account-issuer-discovery)$/.test(name);
}

/** Of bindings those that are Calico's, or give something to an account that it may run as. */
export function isReadBinding({ name, role, subjects }: Binding): boolean {
  const named = [name, role.name, ...subjects.map((subject) => subject.name ?? "")];
  return named.some((each) => calicos.test(each) || /^(default|system:serviceaccounts(:.*)?)$/.test(each));
}
