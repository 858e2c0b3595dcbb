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
} as const satisfies Readonly<Record<string, Words>>;
