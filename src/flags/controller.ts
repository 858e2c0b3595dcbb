import type { Flag } from "./flag.ts";

/** Flags of the controller step. */

export const restartControllerFlag = {
  name: "restart",
  takes: "boolean",
  help: "Restart the controller that runs, as kubectl rollout restart does.",
  group: "Options",
} as const satisfies Flag;

export const fixStrategyFlag = {
  name: "fix-strategy",
  takes: "boolean",
  help: "Set the update strategy to Recreate and the replicas to 1 where they are otherwise: only one controller may ever be active.",
  group: "Options",
} as const satisfies Flag;

export const printMissingForControllerFlag = {
  name: "print-missing",
  takes: "boolean",
  help: "With -f: print the objects that the file's controller needs and the cluster lacks, for kubectl apply -f -, and change nothing.",
  group: "Options",
} as const satisfies Flag;

export const settleControllerFlag = {
  name: "settle",
  takes: "value",
  read: "duration",
  help: "How long the Ready controller must stay as it is; default is one readiness period and a second, 30s where there is no probe (H23).",
  group: "Options",
  valueName: "DURATION",
} as const satisfies Flag;
