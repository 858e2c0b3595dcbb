import type { Flag } from "./flag.ts";

/** Flags of the checks. */

export const checksFlag = {
  name: "checks",
  takes: "value",
  repeat: true,
  help: "Only these checks, by id or category letter and separated by commas, e.g. P,B14.",
  group: "Options",
  valueName: "IDS",
} as const satisfies Flag;

export const skipChecksFlag = {
  name: "skip-checks",
  takes: "value",
  repeat: true,
  help: "All checks but these, by id or category letter and separated by commas.",
  group: "Options",
  valueName: "IDS",
} as const satisfies Flag;

export const forFlag = {
  name: "for",
  takes: "value",
  help: "Also check whether this command would begin: apply, node, controller or configmap. With -f the default is apply.",
  group: "Options",
  valueName: "COMMAND",
} as const satisfies Flag;

export const failOnFlag = {
  name: "fail-on",
  takes: "value",
  default: "error",
  help: "Which findings make the exit code 1: 'error', or 'warning' for warnings too.",
  group: "Options",
  valueName: "SEVERITY",
} as const satisfies Flag;
