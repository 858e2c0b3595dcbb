import type { EndpointFacts } from "../../model/endpoint.ts";
import { fingerprint } from "../../model/fingerprint.ts";
import type { KubeObject } from "../../model/kube.ts";
import type { NamespaceFacts } from "../../model/namespace.ts";
import type { NetworkPolicyFacts } from "../../model/network-policy.ts";

/** What the proof of a migration rests on. */
export interface PolicyWorld extends PolicyFacts {
  readonly pods: readonly EndpointFacts[];
  /** Every namespace and policy as it came, by `keyOf`. */
  readonly raw: ReadonlyMap<string, KubeObject>;
  /** Carries the lease of the run that this is a part of. */
  readonly daemonSet?: KubeObject;
  /** Why it is not kept up to date any more. */
  readonly lost?: string;
}

/** The part of it that the migration writes to. */
export interface PolicyFacts {
  readonly namespaces: readonly NamespaceFacts[];
  readonly policies: readonly NetworkPolicyFacts[];
}

/** Whether two looks show the same to a proof, which no resourceVersion and no UID is part of. */
export function sameFacts(one: PolicyFacts, other: PolicyFacts): boolean {
  return (
    sameAll(one.namespaces, other.namespaces, ({ name }) => name) &&
    sameAll(one.policies, other.policies, ({ namespace, name }) => `${namespace}/${name}`)
  );
}

function sameAll<T extends object>(
  some: readonly T[],
  others: readonly T[],
  keyOf: (facts: T) => string,
): boolean {
  if (some.length !== others.length) return false;
  const known = new Map(some.map((facts) => [keyOf(facts), facts]));
  return others.every((facts) => {
    const before = known.get(keyOf(facts));
    return before === facts || (before !== undefined && meaning(before) === meaning(facts));
  });
}

/** What of an object counts, as text. */
export function meaning(facts: object): string {
  const {
    uid: _uid,
    resourceVersion: _version,
    madeBy: _madeBy,
    ...counts
  } = facts as Record<string, unknown>;
  // Addresses are big integers, which JSON does not have.
  return fingerprint(
    JSON.parse(
      JSON.stringify(counts, (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value)),
    ),
  );
}
