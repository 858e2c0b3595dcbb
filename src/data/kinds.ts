/** The kinds of Calico's data that v2.5 moved, both sides (tpr-to-crd.md: libcalico-go v1.5.0 and v1.6.0). */
export interface MovedKind {
  /** As ThirdPartyResource, namespaced; some releases had the second group. */
  readonly old: {
    readonly kind: string;
    readonly resource: string;
    readonly groups: readonly string[];
    /** Name of the ThirdPartyResource that defines it. */
    readonly definition: string;
  };
  /** As CustomResourceDefinition, cluster-scoped. */
  readonly new: { readonly kind: string; readonly resource: string };
}

export const oldVersion = "v1";
export const newGroup = "crd.projectcalico.org";
export const newVersion = "v1";

/** Calico's old objects are all here; what lies elsewhere it never read. */
export const oldNamespace = "kube-system";

export const movedKinds = [
  {
    old: {
      kind: "GlobalConfig",
      resource: "globalconfigs",
      groups: ["projectcalico.org"],
      definition: "global-config.projectcalico.org",
    },
    new: { kind: "GlobalFelixConfig", resource: "globalfelixconfigs" },
  },
  {
    old: {
      kind: "GlobalBgpConfig",
      resource: "globalbgpconfigs",
      groups: ["projectcalico.org"],
      definition: "global-bgp-config.projectcalico.org",
    },
    new: { kind: "GlobalBGPConfig", resource: "globalbgpconfigs" },
  },
  {
    old: {
      kind: "IpPool",
      resource: "ippools",
      groups: ["projectcalico.org"],
      definition: "ip-pool.projectcalico.org",
    },
    new: { kind: "IPPool", resource: "ippools" },
  },
  {
    old: {
      kind: "GlobalBgpPeer",
      resource: "globalbgppeers",
      groups: ["projectcalico.org"],
      definition: "global-bgp-peer.projectcalico.org",
    },
    new: { kind: "BGPPeer", resource: "bgppeers" },
  },
  {
    old: {
      kind: "SystemNetworkPolicy",
      resource: "systemnetworkpolicies",
      // libcalico-go v1.3.0 (Calico v2.2) had it without alpha.
      groups: ["alpha.projectcalico.org", "projectcalico.org"],
      definition: "system-network-policy.alpha.projectcalico.org",
    },
    new: { kind: "GlobalNetworkPolicy", resource: "globalnetworkpolicies" },
  },
] as const satisfies readonly MovedKind[];

export type OldKind = (typeof movedKinds)[number]["old"]["kind"];
