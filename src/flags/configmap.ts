import type { Flag } from "./flag.ts";

/** Flags of the ConfigMap step. */

export const setFlag = {
  name: "set",
  takes: "value",
  repeat: true,
  help: "A key and its new value. May be given several times.",
  group: "Options",
  valueName: "KEY=VALUE",
} as const satisfies Flag;

export const unsetFlag = {
  name: "unset",
  takes: "value",
  repeat: true,
  help: "A key to remove. May be given several times.",
  group: "Options",
  valueName: "KEY",
} as const satisfies Flag;

export const editFlag = {
  name: "edit",
  takes: "boolean",
  help: "Edit the values in an editor: KUBE_EDITOR, else EDITOR, else vi (notepad on Windows).",
  group: "Options",
} as const satisfies Flag;

export const diffFlag = {
  name: "diff",
  takes: "boolean",
  help: "Only show what would change, as kubectl diff does. Exit code 0: nothing, 1: something, 2: it could not be told.",
  group: "Options",
} as const satisfies Flag;

export const noRestartFlag = {
  name: "no-restart",
  takes: "boolean",
  help: "Leave the pods that read the changed keys as they are; status shows which run with older values.",
  group: "Options",
} as const satisfies Flag;
