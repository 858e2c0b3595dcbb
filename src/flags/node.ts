import type { Flag } from "./flag.ts";

/** Flags of the node step. */

export const templateOnlyFlag = {
  name: "template-only",
  takes: "boolean",
  help: "With -f: go on although the cluster lacks what the file's template needs (H05).",
  group: "Options",
} as const satisfies Flag;

export const printMissingFlag = {
  name: "print-missing",
  takes: "boolean",
  help: "With -f: print the objects that the file's template needs and the cluster lacks, for kubectl apply -f -, and change nothing.",
  group: "Options",
} as const satisfies Flag;

export const restartFlag = {
  name: "restart",
  takes: "boolean",
  help: "Also restart calico-node where it already runs the newest revision, or was restarted and does not start.",
  group: "Options",
} as const satisfies Flag;

export const noCordonFlag = {
  name: "no-cordon",
  takes: "boolean",
  help: "Restart without a cordon: new pods may be put on the node while it has no calico-node (H09).",
  group: "Options",
} as const satisfies Flag;

export const probeImageFlag = {
  name: "probe-image",
  takes: "value",
  help: "Image of a short pod that must get an address on the node before it is uncordoned (H26).",
  group: "Options",
  valueName: "IMAGE",
} as const satisfies Flag;

export const gracePeriodFlag = {
  name: "grace-period",
  takes: "value",
  read: "int",
  default: "-1",
  help: "Seconds that the old pod has to end; negative leaves it to the pod.",
  group: "Options",
  valueName: "SECONDS",
} as const satisfies Flag;

export const settleFlag = {
  name: "settle",
  takes: "value",
  read: "duration",
  help: "How long a Ready pod must stay as it is; default is one readiness period and a second, 30s where there is no probe (H23).",
  group: "Options",
  valueName: "DURATION",
} as const satisfies Flag;

export const forceFlag = {
  name: "force",
  takes: "boolean",
  help: "Restart without waiting for BGP peers to finish the last graceful restart of this node (H17); forces nothing else.",
  group: "Options",
} as const satisfies Flag;

export const takeOverFlag = {
  name: "take-over",
  takes: "boolean",
  help: "Go on in the place of another run (H13), or hold somebody else's rollout and go on node by node (H18).",
  group: "Options",
} as const satisfies Flag;

export const releaseFlag = {
  name: "release",
  takes: "boolean",
  help: "Give up our lease and cordon on these nodes without touching a pod (H13).",
  group: "Options",
} as const satisfies Flag;

export const unpinFlag = {
  name: "unpin",
  takes: "boolean",
  help: "Put the DaemonSet's update strategy back now, although nodes still run an older revision (H12).",
  group: "Options",
} as const satisfies Flag;

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
