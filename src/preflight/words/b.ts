import type { Words } from "./shape.ts";

/** What changes between releases (calico-facts 4.3). */
export const boundaryWords = {
  B14: {
    title: "host endpoints of all interfaces are prepared for v3.14",
    why: "Up to v3.13 a HostEndpoint with interfaceName * lets traffic through where no policy applies; from v3.14 on it drops it.",
    detected: "HostEndpoints whose interfaceName is *",
    fix: "Label those HostEndpoints and apply a policy that allows what they need before the upgrade.",
    releases: "from v3.13 or older to v3.14 or newer",
    sources: [
      "documentation of v3.14 (maintenance/kubernetes-upgrade, host endpoints)",
      "https://github.com/projectcalico/calico/tree/release-v3.14",
    ],
  },
  B33: {
    title: "no AdminNetworkPolicy counts on being enforced by v3.32",
    why: "v3.32 no longer enforces AdminNetworkPolicy and BaselineAdminNetworkPolicy: what they deny becomes allowed.",
    detected: "AdminNetworkPolicies and BaselineAdminNetworkPolicies",
    fix: "Write them anew as ClusterNetworkPolicies, or delete those that are not needed, before the upgrade.",
    releases: "from v3.31 or older to v3.32 or newer",
    sources: ["release notes of v3.32.0"],
  },
} as const satisfies Readonly<Record<string, Words>>;
