import { sh } from "../../model/shell.ts";
import type { NetworkPolicyFacts } from "../../model/network-policy.ts";
import { usesNames } from "../../policy/ports.ts";
import type { WhatIf } from "../../policy/what-if.ts";
import type { WhatIfSetting } from "./setting.ts";

/** What a reader has to know beside the lists; `rulesReported`: what the rules of the step say is not said again. */
export function notesOf(
  { plan, universe }: WhatIf,
  { side, only, driver, target }: WhatIfSetting,
  { rulesReported = false }: { readonly rulesReported?: boolean } = {},
): readonly string[] {
  const { namespaces } = plan;
  const going = namespaces.flatMap((each) => each.delete);
  const named = (some: readonly NetworkPolicyFacts[]): string =>
    some.map(({ namespace, name }) => `${namespace}/${name}`).join(", ");
  const alpha = namespaces.filter((each) => each.alpha).map(({ namespace }) => namespace);
  const combined = universe.policies.filter(usesBothSelectors);
  const obscure = universe.policies.filter(({ unreadable }) => unreadable !== undefined);
  const byName = universe.policies.filter(namesPorts);
  const again = going.filter(({ madeBy }) => madeBy.length > 0);
  const leaving = namespaces.filter(
    ({ left, isolation, keepAsIs }) =>
      left === "terminating" && (isolation === "isolated" || keepAsIs.length > 0),
  );
  const closing = namespaces.flatMap(({ create }) => (create === undefined ? [] : [create]));
  const notes: readonly (readonly [boolean, string])[] = [
    [
      side === "past",
      `policies have v1 semantics here already; annotations that are left over have no effect and may be removed`,
    ],
    [
      side === "mixed",
      "nodes of both semantics run side by side; the plan changes nothing on the old ones, so carry it out at once",
    ],
    [
      side === "unknown",
      `which Calico runs is not known for every part; shown is what holds if it is older than the boundary`,
    ],
    [
      only !== undefined,
      `only namespace ${only ?? ""} was looked at: the cluster is not finished before all are`,
    ],
    [
      again.length > 0 && !rulesReported,
      `somebody may make these again after they are deleted (H15): ${again.map((each) => `${named([each])} by ${each.madeBy.join(" and ")}`).join(", ")}`,
    ],
    [
      going.some(({ deleting }) => deleting),
      `being deleted already, held by a finalizer; they must be gone before the upgrade: ${named(going.filter(({ deleting }) => deleting))}`,
    ],
    [
      leaving.length > 0,
      `left alone, because it is being deleted: ${leaving.map(({ namespace }) => `namespace ${namespace} (what holds it: ${sh`kubectl get pods -n ${namespace}`})`).join(", ")}`,
    ],
    [
      alpha.length > 0,
      `net.alpha.kubernetes.io/network-isolation has no effect in any release from v1.6 on; it stands on ${alpha.join(", ")}`,
    ],
    [
      combined.length > 0,
      `judged as the API defines it, but no Calico of v2 reads podSelector and namespaceSelector of one peer together: ${named(combined)}`,
    ],
    [
      obscure.length > 0,
      `not understood, so what it lets through is not known: ${obscure.map((each) => `${named([each])} (${each.unreadable ?? ""})`).join(", ")}`,
    ],
    // projectcalico/kube-controllers#93, projectcalico/felix#1685, projectcalico/libcalico-go#770
    [
      byName.length > 0 && side !== "past",
      `judged as the API defines it, but no Calico before v3.0 knows ports by name, and its ${driver === "etcd" ? "policy controller" : "calico-node"} stops at such a policy; give numbers: ${named(byName)}`,
    ],
    [
      closing.length > 0 && side !== "past",
      "under the old drivers every NetworkPolicy also allows all egress at order 1000: where Calico's own policies with a higher order restrict egress, a new default-deny lifts that for its pods until the upgrade",
    ],
    [
      true,
      `not seen: Calico's own policies and profiles${driver === "etcd" ? " in etcd" : ""}, host endpoints, pods on the host network, and traffic from a pod's own node, which is always let through (target ${target})`,
    ],
  ];
  return notes.filter(([holds]) => holds).map(([, text]) => text);
}

function usesBothSelectors({ ingress, egress }: NetworkPolicyFacts): boolean {
  return [...ingress, ...egress].some(({ peers }) =>
    peers.some((peer) => peer.kind === "pods" && peer.namespaces !== undefined && peer.pods.length > 0),
  );
}

function namesPorts({ ingress, egress }: NetworkPolicyFacts): boolean {
  return [...ingress, ...egress].some(({ ports }) => usesNames(ports));
}
