import type { Flag, FlagValues } from "./flag.ts";

/** kubectl drain's flags; its --force, --grace-period and --timeout have another meaning in `node`. */

const drainFlag = {
  name: "drain",
  takes: "boolean",
  help: "Evict the other pods of each node after the cordon, by the rules of kubectl drain, and uncordon again if that is not possible.",
  group: "Options",
} as const satisfies Flag;

const ignoreDaemonSetsFlag = {
  name: "ignore-daemonsets",
  takes: "boolean",
  help: "With --drain: leave pods of DaemonSets running. Pods of calico-node's own DaemonSet always stay until their restart.",
  group: "Options",
} as const satisfies Flag;

const deleteEmptyDirDataFlag = {
  name: "delete-emptydir-data",
  takes: "boolean",
  help: "With --drain: evict pods that use emptyDir, too; that data is lost.",
  group: "Options",
} as const satisfies Flag;

const deleteUnmanagedPodsFlag = {
  name: "delete-unmanaged-pods",
  takes: "boolean",
  help: "With --drain: evict pods without a controller, too; nothing creates them again (kubectl drain --force).",
  group: "Options",
} as const satisfies Flag;

const podSelectorFlag = {
  name: "pod-selector",
  takes: "value",
  help: "With --drain: evict only pods with these labels.",
  group: "Options",
  valueName: "SELECTOR",
} as const satisfies Flag;

const disableEvictionFlag = {
  name: "disable-eviction",
  takes: "boolean",
  help: "With --drain: delete pods instead of evicting them; PodDisruptionBudgets are bypassed.",
  group: "Options",
} as const satisfies Flag;

const drainTimeoutFlag = {
  name: "drain-timeout",
  takes: "value",
  read: "duration",
  help: "With --drain: how long draining one node may take, zero means forever; default is --timeout.",
  group: "Options",
  valueName: "DURATION",
} as const satisfies Flag;

export const drainFlags = {
  drain: drainFlag,
  ignoreDaemonSets: ignoreDaemonSetsFlag,
  deleteEmptyDirData: deleteEmptyDirDataFlag,
  deleteUnmanagedPods: deleteUnmanagedPodsFlag,
  podSelector: podSelectorFlag,
  disableEviction: disableEvictionFlag,
  drainTimeout: drainTimeoutFlag,
} as const;

export type DrainValues = FlagValues<typeof drainFlags>;
