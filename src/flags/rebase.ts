import type { Flag } from "./flag.ts";

/** Flags of `rebase`. */

export const baseFlag = {
  name: "base",
  takes: "value",
  help: "Upstream's manifest that your install was made from (default: the one on record of the release that runs, if there is one).",
  group: "Options",
  valueName: "FILE",
} as const satisfies Flag;

export const mineFlag = {
  name: "mine",
  takes: "value",
  help: "Take your settings from this manifest of yours, and ask no cluster.",
  group: "Options",
  valueName: "FILE",
} as const satisfies Flag;

export const preferFlag = {
  name: "prefer",
  takes: "value",
  repeat: true,
  help: "Decide conflicts: mine or upstream, for all of them, or for those below a path, as in mine:PATH.",
  group: "Options",
  valueName: "SIDE[:PATH]",
} as const satisfies Flag;

export const headerFlag = {
  name: "header",
  takes: "boolean",
  help: "Begin the manifest with comment lines that say what it was made from.",
  group: "Options",
} as const satisfies Flag;

export const forceFlag = {
  name: "force",
  takes: "boolean",
  help: "Overwrite the files of -o kustomize=DIR that exist.",
  group: "Options",
} as const satisfies Flag;

export const manifestOutputFlag = {
  name: "output",
  short: "o",
  takes: "value",
  default: "yaml",
  help: "Print the manifest (yaml), or write a kustomization with one patch per object to a directory (kustomize=DIR).",
  group: "Output",
  valueName: "FORMAT",
} as const satisfies Flag;
