import { envValue, type ConfigMapFacts } from "../model/configmap.ts";
import type { DaemonSetFacts } from "../model/daemonset.ts";
import { ownersOf, type Owner } from "../model/owner.ts";
import { calicoNodeContainer } from "../model/template.ts";

/**
 * Distributions that mark their Calico only by what they call the cluster. EKS' own file says `k8s,ecs` as well,
 * and is applied by users themselves: that is no owner.
 */
const clusterTypes: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\bkubespray\b/, "kubespray"],
  [/\bkops\b/, "kOps"],
];

/** An owner of a Calico. */
export interface CalicoOwner extends Owner {
  /** Only the name that the cluster goes by says so: it is told, and a rule that can be overridden forbids (O03). */
  readonly byName?: true;
}

/** Everybody who marks a calico-node as theirs, on the object or by the name of the cluster; the last word first. */
export function calicoOwners(
  daemonSet: DaemonSetFacts,
  maps: readonly ConfigMapFacts[],
): readonly CalicoOwner[] {
  const owners = ownersOf(daemonSet);
  const called = owners.some(({ kind }) => kind === "distribution") ? undefined : calledBy(daemonSet, maps);
  if (called === undefined) return owners;
  const operator = owners.filter(({ kind }) => kind === "operator");
  return [...operator, called, ...owners.filter(({ kind }) => kind !== "operator")];
}

/** CLUSTER_TYPE of calico-node, or `cluster_type` of its ConfigMap, where kubespray writes it. */
function calledBy(
  { namespace, template }: DaemonSetFacts,
  maps: readonly ConfigMapFacts[],
): CalicoOwner | undefined {
  const own = maps.filter((map) => map.namespace === namespace);
  const container = calicoNodeContainer(template);
  const env = container === undefined ? undefined : envValue(container, "CLUSTER_TYPE", own);
  const named = [
    ...(env === undefined || env === "unknown" ? [] : [["CLUSTER_TYPE", env.value] as const]),
    ...own.flatMap(({ name, data }) =>
      data["cluster_type"] === undefined
        ? []
        : [[`cluster_type of ConfigMap ${name}`, data["cluster_type"]] as const],
    ),
  ];
  for (const [where, value] of named) {
    const name = clusterTypes.find(([pattern]) => pattern.test(value))?.[1];
    if (name !== undefined)
      return { kind: "distribution", name, evidence: `${where} ${value}`, reverts: false, byName: true };
  }
  return undefined;
}
