import type { Words } from "./shape.ts";

/** Who owns the install (calico-facts 5). */
export const ownershipWords = {
  O01: {
    title: "the install is not between a manifest and the operator",
    why: "While the operator takes over a manifest install both keep a calico-node; whatever is changed meanwhile breaks the move.",
    detected:
      "the node label projectcalico.org/operator-node-migration, the operator's Installation and the calico-node DaemonSets",
    fix: "Let the migration to the operator finish first: kubectl get tigerastatus calico.",
    sources: [
      "documentation of the operator migration (operations/operator-migration)",
      "https://github.com/tigera/operator",
    ],
  },
} as const satisfies Readonly<Record<string, Words>>;
