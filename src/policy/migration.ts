import type { NamespaceFacts } from "../model/namespace.ts";
import type { NetworkPolicyFacts } from "../model/network-policy.ts";
import { isolationOf, type NamespaceIsolation } from "./isolation.ts";

/** What the user decided, now; what was decided before stands on the objects. */
export interface Decisions {
  /** NAMESPACE/NAME of policies to keep where they are inert. */
  readonly keep: ReadonlySet<string>;
  /** What namespaces whose annotation is unclear are taken for. */
  readonly treatAs: ReadonlyMap<string, "isolated" | "open">;
  /** Only this namespace. */
  readonly only?: string;
}

/** What is to be done with the policies of one namespace so that the upgrade changes nothing. */
export interface NamespacePlan extends NamespaceIsolation {
  readonly namespace: string;
  /** The alpha annotation stands on it, which no Calico from v1.6 on reads. */
  readonly alpha: boolean;
  /** The name of the default-deny to create, and names that were taken by something else. */
  readonly create?: { readonly name: string; readonly taken: readonly string[] };
  /** A policy that selects every pod and allows nothing is there already. */
  readonly equal?: string;
  readonly delete: readonly NetworkPolicyFacts[];
  /** They stay and begin to be enforced, because somebody wanted it. */
  readonly keepByRequest: readonly NetworkPolicyFacts[];
  /** They stay, and mean the same afterwards. */
  readonly keepAsIs: readonly NetworkPolicyFacts[];
  /**
   * Why nothing is planned here: undecided (unclear, and nobody said what it is), terminating (it goes,
   * and nothing can be created in it), or another namespace than the one asked for.
   */
  readonly left?: "undecided" | "terminating" | "not asked for";
}

export interface MigrationPlan {
  /** Those where there is something to do or to say, in the order of the cluster. */
  readonly namespaces: readonly NamespacePlan[];
  /** Decisions that fit nothing, in words. */
  readonly misfits: readonly string[];
}

/**
 * The plan of the upgrade document's last section, with the edge cases of calico-facts 2.5: in a closed
 * namespace a default-deny takes the annotation's place and the policies stay; in an open one the
 * policies, which did nothing, go.
 */
export function migrationPlan(
  namespaces: readonly NamespaceFacts[],
  policies: readonly NetworkPolicyFacts[],
  decisions: Decisions,
): MigrationPlan {
  const byNamespace = Map.groupBy(policies, ({ namespace }) => namespace);
  return {
    namespaces: namespaces.map((each) => planFor(each, byNamespace.get(each.name) ?? [], decisions)),
    misfits: misfits(namespaces, policies, decisions),
  };
}

/** Creating and deleting are both no-ops under the old semantics: they may be done ahead of time. */
export function hasWork({ create, delete: going }: NamespacePlan): boolean {
  return create !== undefined || going.length > 0;
}

/**
 * A policy that selects every pod and lets nothing in, whatever it is called. `ingress` absent, null or
 * [] is the same; [{}] lets everything in. One that is being deleted will not be there.
 */
export function isDefaultDeny({
  podSelector,
  ingress,
  types,
  deleting,
  unreadable,
}: NetworkPolicyFacts): boolean {
  return (
    podSelector.length === 0 && ingress.length === 0 && types.ingress && !deleting && unreadable === undefined
  );
}

/** The default-deny as it will be, for the semantics. */
export function defaultDenyFacts(namespace: string, name: string): NetworkPolicyFacts {
  return {
    namespace,
    name,
    uid: "",
    resourceVersion: "",
    podSelector: [],
    ingress: [],
    egress: [],
    types: { ingress: true, egress: false },
    deleting: false,
    keep: false,
    madeBy: [],
  };
}

function planFor(
  facts: NamespaceFacts,
  policies: readonly NetworkPolicyFacts[],
  decisions: Decisions,
): NamespacePlan {
  const isolation = isolationOf(facts, decisions.treatAs);
  const base = {
    ...isolation,
    namespace: facts.name,
    alpha: facts.alphaAnnotation !== undefined,
    delete: [],
    keepByRequest: [],
    keepAsIs: policies,
  };
  if (decisions.only !== undefined && decisions.only !== facts.name)
    return { ...base, left: "not asked for" };
  if (facts.terminating) return { ...base, left: "terminating" };
  switch (isolation.isolation) {
    case "unclear":
      return { ...base, left: "undecided" };
    case "isolated": {
      const equal = policies.find(isDefaultDeny);
      return equal === undefined ? { ...base, create: freeName(policies) } : { ...base, equal: equal.name };
    }
    case "open": {
      const kept = policies.filter(
        ({ namespace, name, keep }) => keep || decisions.keep.has(`${namespace}/${name}`),
      );
      return {
        ...base,
        keepAsIs: [],
        keepByRequest: kept,
        delete: policies.filter((policy) => !kept.includes(policy)),
      };
    }
  }
}

const usualName = "default-deny";

/** The document's name, or another where that is taken: a policy is never overwritten. */
function freeName(policies: readonly NetworkPolicyFacts[]): {
  readonly name: string;
  readonly taken: readonly string[];
} {
  const names = new Set(policies.map(({ name }) => name));
  const taken: string[] = [];
  let name = usualName;
  for (let number = 2; names.has(name); number += 1) {
    taken.push(name);
    name = `${usualName}-${String(number)}`;
  }
  return { name, taken };
}

function misfits(
  namespaces: readonly NamespaceFacts[],
  policies: readonly NetworkPolicyFacts[],
  { keep, treatAs, only }: Decisions,
): readonly string[] {
  const byName = new Map(namespaces.map((each) => [each.name, each]));
  const names = new Set(policies.map(({ namespace, name }) => `${namespace}/${name}`));
  return [
    ...(only === undefined || byName.has(only) ? [] : [`namespaces "${only}" not found`]),
    ...[...keep]
      .filter((name) => !names.has(name))
      .map((name) => `--keep=${name}: networkpolicies "${name.slice(name.indexOf("/") + 1)}" not found`),
    ...[...treatAs.keys()].flatMap((name) => {
      const facts = byName.get(name);
      if (facts === undefined) return [`--treat-as=${name}: namespaces "${name}" not found`];
      const { isolation, why } = isolationOf(facts);
      return why === undefined
        ? [`namespace ${name} is ${isolation}; --treat-as is only for annotations that cannot be read`]
        : [];
    }),
  ];
}
