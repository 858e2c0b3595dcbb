import type { Flag } from "./flag.ts";

export const finishFlag = {
  name: "finish",
  takes: "boolean",
  help: "Delete the old objects, saved to a bundle first; only when every node runs v2.5 or later and both sides are equal.",
  group: "Options",
} as const satisfies Flag;
