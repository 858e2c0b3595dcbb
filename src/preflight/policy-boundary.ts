import { migrationPlan, type NamespacePlan } from "../policy/migration.ts";
import type { NamespaceFacts } from "../model/namespace.ts";
import type { NetworkPolicyFacts } from "../model/network-policy.ts";
import { unknownBecause } from "./rule.ts";
import type { StepMet } from "./step-met.ts";
import { some } from "./some.ts";

/** For the pages of the rules that are about it. */
export const boundaryReleases = "before v2.3.0 (Kubernetes datastore) or v2.4.0 (etcd) → those and newer";

/** What migrate-policy would have to do, with the decisions that stand on the objects. */
export interface Pending {
  readonly unclear: readonly NamespacePlan[];
  readonly toClose: readonly NamespacePlan[];
  readonly toDelete: readonly NetworkPolicyFacts[];
  /** Deleted already, and in force until a finalizer lets them go. */
  readonly held: readonly NetworkPolicyFacts[];
}

export function pendingPolicies(
  namespaces: readonly NamespaceFacts[],
  policies: readonly NetworkPolicyFacts[],
): Pending {
  const plan = migrationPlan(namespaces, policies, { keep: new Set(), treatAs: new Map() });
  const going = plan.namespaces.flatMap((each) => each.delete);
  return {
    unclear: plan.namespaces.filter(({ left }) => left === "undecided"),
    toClose: plan.namespaces.filter(({ create }) => create !== undefined),
    toDelete: going.filter(({ deleting }) => !deleting),
    held: going.filter(({ deleting }) => deleting),
  };
}

/** P02 holds when migrate-policy has nothing left to do. */
export const policiesMet: StepMet = {
  when: { changesPolicies: true },
  begins: "enforcing",
  looks: ["namespaces", "networkPolicies"],
  answer({ namespaces, networkPolicies }, because) {
    if (!namespaces.known) return { outcome: "unknown", because: unknownBecause("namespaces", namespaces) };
    if (!networkPolicies.known)
      return { outcome: "unknown", because: unknownBecause("networkPolicies", networkPolicies) };
    const { unclear, toClose, toDelete, held } = pendingPolicies(namespaces.value, networkPolicies.value);
    const left = [
      ...(unclear.length === 0
        ? []
        : [`undecided: ${some(unclear.map(({ namespace }) => namespace))} (N01)`]),
      ...(toClose.length === 0 ? [] : [`to close: ${some(toClose.map(({ namespace }) => namespace))} (N02)`]),
      ...(toDelete.length === 0
        ? []
        : [`to delete: ${some(toDelete.map(({ namespace, name }) => `${namespace}/${name}`))} (N03)`]),
      ...(held.length === 0
        ? []
        : [
            `deleted, and held by a finalizer: ${some(held.map(({ namespace, name }) => `${namespace}/${name}`))}`,
          ]),
    ];
    if (left.length === 0) return { outcome: "pass", because: `${because}; the policies are ready for it` };
    return {
      outcome: "fail",
      because: `${because}; ${left.join("; ")}`,
      fix: "migrate the policies first",
      commands: ["kubectl calico-upgrade migrate-policy"],
    };
  },
};
