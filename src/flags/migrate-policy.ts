import type { Flag } from "./flag.ts";

/** Flags of the policy migration. */

export const whatIfFlag = {
  name: "what-if",
  takes: "boolean",
  help: "Show which flows change by the upgrade, without and with the migration, and change nothing. Exit code 0: none, 1: some, 2: it could not be told.",
  group: "Options",
} as const satisfies Flag;

export const toFlag = {
  name: "to",
  takes: "value",
  help: "Release that the cluster is upgraded to; default is the first one with v1 NetworkPolicy semantics.",
  group: "Options",
  valueName: "VERSION",
} as const satisfies Flag;

export const keepFlag = {
  name: "keep",
  takes: "value",
  repeat: true,
  help: "A policy of an open namespace that stays and begins to be enforced.",
  group: "Options",
  valueName: "NAMESPACE/NAME",
} as const satisfies Flag;

export const treatAsFlag = {
  name: "treat-as",
  takes: "value",
  repeat: true,
  help: "What a namespace with an unclear annotation is: isolated or open.",
  group: "Options",
  valueName: "NAMESPACE=isolated|open",
} as const satisfies Flag;

export const acceptFlag = {
  name: "accept",
  takes: "boolean",
  help: "Migrate although flows will change with the upgrade that --keep or the target's new enforcement of egress and ipBlock is the reason of.",
  group: "Options",
} as const satisfies Flag;

export const finishFlag = {
  name: "finish",
  takes: "boolean",
  help: "After the upgrade: remove the annotations that have no effect any more.",
  group: "Options",
} as const satisfies Flag;
