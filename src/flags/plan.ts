import type { Flag } from "./flag.ts";

/** Flags about releases and the way between them. */

export const releasesFlag = {
  name: "releases",
  takes: "boolean",
  help: "List the Calico releases that this version knows: image tags, Kubernetes versions, known faults.",
  group: "Options",
} as const satisfies Flag;
