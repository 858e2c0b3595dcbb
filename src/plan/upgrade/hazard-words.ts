/** Hazards that steps of a plan are shaped by, in words. */
export const stepHazardWords = {
  H01: {
    title: "what old pods need is there until the last node is done",
    why: "a new manifest takes rights and keys away; an older calico-node that restarts without them never becomes Ready",
  },
  H06: {
    title: "nodes follow a new Typha, or a pause of Calico, at once",
    why: "Typha v3.32 and newer refuses older nodes, and between start and completion of the v3 data conversion pods stay 1/2 Ready: both turn nodes NotReady that are not broken",
  },
  H29: {
    title: "Kubernetes is upgraded where no version takes both ends of the way",
    why: "an older Calico cannot be applied to a newer Kubernetes and the other way round; this program does not upgrade Kubernetes",
  },
} as const satisfies Record<string, { readonly title: string; readonly why: string }>;

/** Hazards that steps name: these, and guards of the node step. */
export type StepHazardId = keyof typeof stepHazardWords | "H05" | "H12" | "H16" | "H17" | "H18";
