import type { Flag } from "./flag.ts";

/** Flags of every command that only reads. */

export const saveFactsFlag = {
  name: "save-facts",
  takes: "value",
  help: "Also save what was read of the cluster to this file, without Secrets; --facts reads it.",
  group: "Options",
  valueName: "FILE",
} as const satisfies Flag;

export const factsFlag = {
  name: "facts",
  takes: "value",
  help: "Look at the facts in this file, which --save-facts has written, and at no cluster; - reads standard input.",
  group: "Options",
  valueName: "FILE",
} as const satisfies Flag;
