import type { Words } from "./shape.ts";

/** Whether the cluster is healthy enough to touch. */
export const healthWords = {
  S01: {
    title: "every node is Ready",
    why: "A node that is not Ready does not take its new calico-node, and up to v3.5 one unreachable peer keeps the others from becoming Ready.",
    detected: "the Ready condition of the nodes",
    fix: "Repair the nodes, or remove them from the cluster, before the upgrade.",
    sources: [
      "https://github.com/projectcalico/calico/issues/2211",
      "https://github.com/projectcalico/calico/issues/2561",
    ],
  },
  S05: {
    title: "you may do what the coming steps do",
    why: "A right that is missing stops an upgrade in the middle; that roles may be given is refused only when it is tried.",
    detected: "access reviews for exactly the requests of the coming steps",
    fix: "Let somebody apply the ClusterRole and Role that preflight prints, and bind them to you.",
    sources: [
      "https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access",
      "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping",
    ],
  },
} as const satisfies Readonly<Record<string, Words>>;
