import { findDaemonSet } from "../../../manifest/find-daemonset.ts";
import { missing, type LiveSurroundings, type Missing } from "../../../manifest/missing.ts";
import { templateNeeds } from "../../../manifest/needs.ts";
import type { KubeObject } from "../../../model/kube.ts";
import { known } from "../../../model/reading.ts";
import type { Binding, RoleFacts } from "../../../model/rbac.ts";
import { servesKind } from "../../../model/served.ts";
import { some } from "../../some.ts";
import { templateRule } from "../../template-rule.ts";

const rbac = "rbac.authorization.k8s.io";

/**
 * Hazard H05 before anything is applied: what comes first. No error here, because an upgrade that adds it
 * is what is asked about; node -f, which adds nothing, refuses.
 */
export const surroundings = templateRule({
  id: "H05",
  severity: "info",
  page: {
    title: "the cluster has what the file's template needs",
    why: "a new calico-node whose CRDs, rights, ServiceAccount or ConfigMap keys are missing never becomes Ready",
    override: "--template-only",
    detected: "the objects of the file, and the CRDs, roles, ServiceAccounts and ConfigMaps of the cluster",
    fix: "Apply what is missing first: the refusal prints the command.",
    sources: [
      "https://github.com/projectcalico/calico/issues/4911",
      "seen on a real server: the Felix of v3.30 under the ClusterRole of v3.29 gets 403 and never becomes Ready",
    ],
  },
  needs: ["served", "serviceAccounts", "clusterRoles", "roles", "clusterRoleBindings", "roleBindings"],
  check({ live: { daemonSet }, manifest }, facts) {
    const { served, serviceAccounts, configMaps } = facts;
    const roles: readonly RoleFacts[] = [...facts.clusterRoles, ...facts.roles];
    const bindings: readonly Binding[] = [...facts.clusterRoleBindings, ...facts.roleBindings];
    const hasRbac = served.groupVersions.some((each) => each.startsWith(`${rbac}/`));
    const live: LiveSurroundings = {
      served: ({ group, kind, versions }) => {
        const answers = versions.map((version) => servesKind(served, `${group}/${version}`, kind));
        return answers.includes(true) ? true : answers.includes("unknown") ? "unknown" : false;
      },
      // Every namespace has the account that is called default.
      account: ({ namespace, name }) =>
        known(
          name === "default" ||
            serviceAccounts.some((each) => each.name === name && each.namespace === namespace)
            ? objectOf("ServiceAccount", { name, namespace })
            : undefined,
        ),
      bindings: hasRbac ? known(bindings.map(bindingObject)) : "none",
      role: ({ kind, name, namespace }) => {
        const found = roles.find(
          (each) => each.kind === kind && each.name === name && each.namespace === namespace,
        );
        return known(
          found === undefined ? undefined : { ...objectOf(kind, found), rules: found.rules as never },
        );
      },
      config: ({ kind, namespace, name }) => {
        const map = configMaps.find((each) => each.name === name && each.namespace === namespace);
        return kind === "Secret"
          ? { known: false, why: "not asked", message: "Secrets are not read" }
          : known(map === undefined ? undefined : { keys: Object.keys(map.data) });
      },
    };
    const file = findDaemonSet(manifest.objects, daemonSet, daemonSet.namespace);
    const needs = templateNeeds(manifest.objects, file, daemonSet.namespace);
    const found = missing({ ...needs, configs: needs.configs.filter(({ kind }) => kind !== "Secret") }, live);
    const lacking = found.filter(({ unknown }) => unknown !== true);
    const evidence = found.map((each) => ({ object: nameOf(each), field: "the cluster", value: each.what }));
    if (lacking.length > 0) {
      return {
        outcome: "fail",
        because: `the file's template needs what the cluster lacks: ${some(lacking.map((each) => `${nameOf(each)} ${each.what}`))}`,
        evidence,
        fix: "it comes before the template: kubectl calico-upgrade node -f FILE --print-missing | kubectl apply -f -",
      };
    }
    return found.length > 0
      ? { outcome: "unknown", because: some(found.map((each) => `${nameOf(each)} ${each.what}`)), evidence }
      : { outcome: "pass", because: "the cluster has what the file's template needs" };
  },
});

function objectOf(
  kind: string,
  { name, namespace }: { readonly name: string; readonly namespace?: string },
): KubeObject {
  return {
    apiVersion: kind === "ServiceAccount" ? "v1" : `${rbac}/v1`,
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  };
}

function bindingObject(binding: Binding): KubeObject {
  const { kind, role, subjects } = binding;
  return {
    ...objectOf(kind, binding),
    roleRef: { kind: role.kind, name: role.name },
    subjects,
  };
}

function nameOf({ kind, name }: Missing): string {
  return `${kind} ${name}`;
}
