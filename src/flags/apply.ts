import type { Flag } from "./flag.ts";

/** Flags of `apply` and `undo`. */

export const recursiveFlag = {
  name: "recursive",
  short: "R",
  takes: "boolean",
  help: "Process the directory used in -f, --filename recursively.",
  group: "Options",
} as const satisfies Flag;

export const forceConflictsFlag = {
  name: "force-conflicts",
  takes: "boolean",
  help: "Change fields that somebody else has set since the last apply (H14).",
  group: "Options",
} as const satisfies Flag;

export const withSecretsFlag = {
  name: "with-secrets",
  takes: "boolean",
  help: "Change Secrets that are there already, too; undo cannot restore them.",
  group: "Options",
} as const satisfies Flag;

export const recreateFlag = {
  name: "recreate",
  takes: "boolean",
  help: "Delete and create again what cannot be changed: bindings with another role, workloads with another selector.",
  group: "Options",
} as const satisfies Flag;

export const untilStepFlag = {
  name: "until-step",
  takes: "value",
  oneOf: ["prepull", "migrate", "expand", "typha", "controller", "configmap", "nodes", "contract"],
  help: "Stop after this step. One of: (prepull, migrate, expand, typha, controller, configmap, nodes, contract).",
  group: "Options",
  valueName: "STEP",
} as const satisfies Flag;

export const skipNodesFlag = {
  name: "skip-nodes",
  takes: "boolean",
  help: "Leave the DaemonSet, its nodes and the contraction to later runs of node and apply.",
  group: "Options",
} as const satisfies Flag;
