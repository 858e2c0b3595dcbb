import type { Flag } from "./flag.ts";

/** Flags that several commands share, under kubectl's long names. */

export const outputFlag = {
  name: "output",
  short: "o",
  takes: "value",
  default: "table",
  help: "Output format. One of: (table, wide, json, yaml, name).",
  group: "Output",
  valueName: "FORMAT",
} as const satisfies Flag;

export const noHeadersFlag = {
  name: "no-headers",
  takes: "boolean",
  help: "When using the default or wide output format, don't print headers.",
  group: "Output",
} as const satisfies Flag;

export const watchFlag = {
  name: "watch",
  short: "w",
  takes: "boolean",
  help: "After showing it, keep watching and show every change.",
  group: "Options",
} as const satisfies Flag;

export const waitFlag = {
  name: "wait",
  takes: "boolean",
  help: "Return only when every node runs the newest revision and is Ready; exit 1 when --timeout ends it.",
  group: "Options",
} as const satisfies Flag;

export const timeoutFlag = {
  name: "timeout",
  takes: "value",
  read: "duration",
  default: "5m",
  help: "How long to wait before giving up, zero means forever (e.g. 90s, 5m, 1h).",
  group: "Options",
  valueName: "DURATION",
} as const satisfies Flag;

export const filenameFlag = {
  name: "filename",
  short: "f",
  takes: "value",
  repeat: true,
  help: "File with the manifest to use; - reads standard input.",
  group: "Options",
  valueName: "FILE",
} as const satisfies Flag;

export const daemonSetFlag = {
  name: "daemonset",
  takes: "value",
  help: "Which calico-node DaemonSet, where a cluster has several.",
  group: "Options",
  valueName: "NAMESPACE/NAME",
} as const satisfies Flag;

export const yesFlag = {
  name: "yes",
  short: "y",
  takes: "boolean",
  help: "Answer yes to every question.",
  group: "Options",
} as const satisfies Flag;

export const ignorePreflightErrorsFlag = {
  name: "ignore-preflight-errors",
  takes: "value",
  repeat: true,
  help: "Findings that do not stop the run, by id and separated by commas; 'all' ignores every one that can be ignored.",
  group: "Options",
  valueName: "IDS",
} as const satisfies Flag;
