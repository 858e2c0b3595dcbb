/** Calico's own kinds, as CustomResourceDefinitions that accept any content. */
import type { KubeObject } from "../cluster/kube-object.ts";
import { type Era, inEra, type Ranged } from "./era.ts";

type Kind = {
  readonly kind: string;
  readonly group?: string;
  readonly version?: string;
  readonly namespaced?: true;
};

const policyApi = "policy.networking.k8s.io";

const kinds: readonly Ranged<Kind>[] = [
  { kind: "GlobalFelixConfig", since: "2.5", until: "3.0" },
  { kind: "GlobalBGPConfig", since: "2.5", until: "3.0" },
  { kind: "BGPConfiguration", since: "3.0" },
  { kind: "BGPFilter", since: "3.26" },
  { kind: "BGPPeer", since: "2.5" },
  { kind: "BlockAffinity", since: "3.6" },
  { kind: "CalicoNodeStatus", since: "3.21" },
  { kind: "ClusterInformation", since: "3.0" },
  { kind: "FelixConfiguration", since: "3.0" },
  { kind: "GlobalNetworkPolicy", since: "2.5" },
  { kind: "GlobalNetworkSet", since: "3.1" },
  { kind: "HostEndpoint", since: "3.1" },
  { kind: "IPAMBlock", since: "3.6" },
  { kind: "IPAMConfig", since: "3.6" },
  { kind: "IPAMHandle", since: "3.6" },
  { kind: "IPPool", since: "2.5" },
  { kind: "IPReservation", since: "3.21" },
  { kind: "KubeControllersConfiguration", since: "3.14" },
  { kind: "NetworkPolicy", namespaced: true, since: "3.0" },
  { kind: "NetworkSet", namespaced: true, since: "3.7" },
  { kind: "StagedGlobalNetworkPolicy", since: "3.30" },
  { kind: "StagedKubernetesNetworkPolicy", namespaced: true, since: "3.30" },
  { kind: "StagedNetworkPolicy", namespaced: true, since: "3.30" },
  { kind: "Tier", since: "3.29" },
  { kind: "AdminNetworkPolicy", group: policyApi, version: "v1alpha1", since: "3.29", until: "3.32" },
  { kind: "BaselineAdminNetworkPolicy", group: policyApi, version: "v1alpha1", since: "3.30", until: "3.32" },
  { kind: "ClusterNetworkPolicy", group: policyApi, version: "v1alpha2", since: "3.32" },
];

export function crds(era: Era): KubeObject[] {
  if (era.datastore === "etcd") return [];
  return inEra(era, kinds).map((kind) => crd(era, kind));
}

function crd(
  { from }: Era,
  { kind, group = "crd.projectcalico.org", version = "v1", namespaced }: Kind,
): KubeObject {
  const singular = kind.toLowerCase();
  const plural = pluralOf(singular);
  const scope = namespaced === true ? "Namespaced" : "Cluster";
  if (!from("3.15")) {
    return {
      apiVersion: "apiextensions.k8s.io/v1beta1",
      kind: "CustomResourceDefinition",
      metadata: { name: `${plural}.${group}` },
      spec: { scope, group, version, names: { kind, plural, singular } },
    };
  }
  const content = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: {
      name: `${plural}.${group}`,
      // Groups of kubernetes.io ask for it.
      ...(group === policyApi
        ? { annotations: { "api-approved.kubernetes.io": "unapproved, for tests" } }
        : {}),
    },
    spec: {
      group,
      names: { kind, listKind: `${kind}List`, plural, singular },
      scope,
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: "object", properties: { spec: content, status: content } } },
        },
      ],
    },
  };
}

function pluralOf(singular: string): string {
  if (singular.endsWith("status")) return `${singular}es`;
  return singular.endsWith("y") ? `${singular.slice(0, -1)}ies` : `${singular}s`;
}
