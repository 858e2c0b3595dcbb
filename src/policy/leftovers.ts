import { isolationAnnotation, type NamespaceFacts } from "../model/namespace.ts";
import { keepAnnotation, treatAsAnnotation } from "../model/names.ts";
import type { NetworkPolicyFacts } from "../model/network-policy.ts";
import { isolationOf } from "./isolation.ts";
import { isDefaultDeny } from "./migration.ts";
import type { MigrationStep } from "./steps.ts";

/** What the old semantics and the migration leave behind once the boundary is crossed. */
export interface Leftovers {
  /** Annotations that have no effect any more. */
  readonly annotations: readonly (MigrationStep & { readonly kind: "clean" })[];
  /** Namespaces whose annotation says closed, and no policy closes them: they are open. */
  readonly opened: readonly string[];
}

/**
 * An annotation is left over where its namespace is closed by a policy, or was open all the time. Where
 * nothing closes the namespace any more, it is the only sign that somebody wanted it closed, and stays.
 */
export function leftovers(
  namespaces: readonly NamespaceFacts[],
  policies: readonly NetworkPolicyFacts[],
  only?: string,
): Leftovers {
  const asked = namespaces.filter(({ name, terminating }) => !terminating && (only ?? name) === name);
  const closed = new Set(policies.filter(isDefaultDeny).map(({ namespace }) => namespace));
  const opened = asked.filter((facts) => isolationOf(facts).isolation !== "open" && !closed.has(facts.name));
  const done = asked.filter((facts) => !opened.includes(facts));
  const names = new Set(asked.map(({ name }) => name));
  return {
    annotations: [
      ...done.flatMap(({ name, annotation, treatAs }) => {
        const annotations = [
          ...(annotation === undefined ? [] : [isolationAnnotation]),
          ...(treatAs === undefined ? [] : [treatAsAnnotation]),
        ];
        return annotations.length === 0 ? [] : [{ kind: "clean" as const, namespace: name, annotations }];
      }),
      ...policies
        .filter(({ namespace, keep, deleting }) => keep && !deleting && names.has(namespace))
        .map(({ namespace, name }) => ({
          kind: "clean" as const,
          namespace,
          name,
          annotations: [keepAnnotation],
        })),
    ],
    opened: opened.map(({ name }) => name),
  };
}
