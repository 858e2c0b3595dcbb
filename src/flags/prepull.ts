import type { Flag } from "./flag.ts";

/** Flags of pulling images before the first node is touched. */

export const prepullFlag = {
  name: "prepull",
  takes: "value",
  oneOf: ["auto", "always", "never"],
  default: "auto",
  help: "Pull new images on all nodes before the first restart. One of: (auto: where they may be missing, always, never).",
  group: "Options",
  valueName: "WHEN",
} as const satisfies Flag;

export const prepullAheadFlag = {
  name: "prepull-ahead",
  takes: "value",
  read: "int",
  default: "10",
  help: "Pull images on at most this many nodes at a time.",
  group: "Options",
  valueName: "N",
} as const satisfies Flag;

export const untilPrepullFlag = {
  name: "until-step",
  takes: "value",
  oneOf: ["prepull"],
  help: "Stop after this step. One of: (prepull: only pull the images, e.g. the evening before).",
  group: "Options",
  valueName: "STEP",
} as const satisfies Flag;
