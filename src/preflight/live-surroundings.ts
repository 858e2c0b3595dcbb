import type { LiveSurroundings } from "../manifest/missing.ts";
import { configMapsOf } from "../model/configmap.ts";
import type { DaemonSetFacts } from "../model/daemonset.ts";
import type { KubeObject } from "../model/kube.ts";
import { isReadRole, type Binding, type RoleFacts, type RoleRef } from "../model/rbac.ts";
import { known, type Reading } from "../model/reading.ts";
import { servesKind } from "../model/served.ts";
import type { PreflightFacts } from "./facts.ts";
import { unknownBecause } from "./rule.ts";

const rbac = "rbac.authorization.k8s.io";

/** The readings that `liveSurroundings` is made of. */
export const surroundingReadings = [
  "served",
  "crds",
  "serviceAccounts",
  "clusterRoles",
  "roles",
  "clusterRoleBindings",
  "roleBindings",
  "configMaps",
] as const satisfies readonly (keyof PreflightFacts)[];

type PrerequisiteReadings = Pick<PreflightFacts, (typeof surroundingReadings)[number]>;

/** What the readings say of the surroundings of calico-node; what was not read is unknown, not missing. */
export function liveSurroundings(
  facts: PrerequisiteReadings,
  { namespace, template }: DaemonSetFacts,
): LiveSurroundings {
  const { served, crds, serviceAccounts, configMaps } = facts;
  // What the DaemonSet names is read; of another ConfigMap nothing is known.
  const read = new Set(configMapsOf(template));
  return {
    served: ({ name, group, kind, versions }) => {
      if (!served.known) return "unknown";
      const answers = versions.map((version) => servesKind(served.value, `${group}/${version}`, kind));
      if (answers.includes(true)) return true;
      if (!answers.includes("unknown")) return false;
      return crds.known ? crds.value.some((crd) => crd.name === name) : "unknown";
    },
    account: (account) =>
      // Every namespace has the account that is called default.
      account.name === "default"
        ? known(objectOf("ServiceAccount", account))
        : from("serviceAccounts", serviceAccounts, (all) =>
            all.some((each) => each.name === account.name && each.namespace === account.namespace)
              ? objectOf("ServiceAccount", account)
              : undefined,
          ),
    bindings: bindingsOf(facts),
    role: (role) => roleOf(role, facts),
    config: ({ kind, name, namespace: place }) => {
      if (kind === "Secret") return { known: false, why: "not asked", message: "Secrets are not read" };
      if (place !== namespace || !read.has(name))
        return { known: false, why: "not asked", message: `ConfigMap ${name} was not read` };
      return from("configMaps", configMaps, (all) => {
        const map = all.find((each) => each.name === name && each.namespace === place);
        return map === undefined ? undefined : { keys: Object.keys(map.data) };
      });
    },
  };
}

function bindingsOf({
  served,
  clusterRoleBindings,
  roleBindings,
}: PrerequisiteReadings): LiveSurroundings["bindings"] {
  if (!served.known) return { ...served, message: unknownBecause("served", served) };
  if (!served.value.groupVersions.some((each) => each.startsWith(`${rbac}/`))) return "none";
  const wide = from("clusterRoleBindings", clusterRoleBindings, (all) => all.map(bindingObject));
  const narrow = from("roleBindings", roleBindings, (all) => all.map(bindingObject));
  if (!wide.known) return wide;
  return narrow.known ? known([...wide.value, ...narrow.value]) : narrow;
}

/** Of roles only Calico's and cluster-admin are read: another one that is bound allows what is not known. */
function roleOf(
  role: RoleRef,
  { clusterRoles, roles }: PrerequisiteReadings,
): Reading<KubeObject | undefined> {
  const isSame = (each: RoleRef): boolean =>
    each.kind === role.kind && each.name === role.name && each.namespace === role.namespace;
  const found =
    role.kind === "ClusterRole"
      ? from("clusterRoles", clusterRoles, (all) => all.find(isSame))
      : from("roles", roles, (all) => all.find(isSame));
  if (!found.known) return found;
  if (found.value !== undefined) return known(roleObject(found.value));
  return isReadRole(role.name)
    ? known(undefined)
    : { known: false, why: "not asked", message: `${role.kind} ${role.name} was not read` };
}

/** A reading by its name in the reason why it is not known. */
function from<A, B>(
  name: keyof PrerequisiteReadings,
  reading: Reading<A>,
  make: (value: A) => B,
): Reading<B> {
  return reading.known ? known(make(reading.value)) : { ...reading, message: unknownBecause(name, reading) };
}

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

function roleObject(role: RoleFacts): KubeObject {
  return { ...objectOf(role.kind, role), rules: role.rules };
}

function bindingObject(binding: Binding): KubeObject {
  const { kind, role, subjects } = binding;
  return { ...objectOf(kind, binding), roleRef: { kind: role.kind, name: role.name }, subjects };
}
