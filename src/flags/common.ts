import type { Flag } from "./flag.ts";

/** Flags that several commands share, under kubectl's long names. */

export const outputFlag = {
  name: "output",
  short: "o",
  takes: "value",
  default: "table",
  help:
    "Output format. One of: (table, wide, json, yaml, name, jsonpath, jsonpath-as-json, jsonpath-file, " +
    "custom-columns, custom-columns-file). See custom columns " +
    "[https://kubernetes.io/docs/reference/kubectl/#custom-columns] and jsonpath template " +
    "[https://kubernetes.io/docs/reference/kubectl/jsonpath/].",
  group: "Output",
  valueName: "FORMAT",
} as const satisfies Flag;

export const noHeadersFlag = {
  name: "no-headers",
  takes: "boolean",
  help: "When using the default, wide or custom-column output format, don't print headers.",
  group: "Output",
} as const satisfies Flag;

export const templateFlag = {
  name: "template",
  takes: "value",
  default: "",
  help: "Template string or path to template file to use when -o=jsonpath, -o=jsonpath-file, -o=custom-columns, -o=custom-columns-file.",
  group: "Output",
  valueName: "TEMPLATE",
} as const satisfies Flag;

export const allowMissingTemplateKeysFlag = {
  name: "allow-missing-template-keys",
  takes: "boolean",
  default: "true",
  help: "If true, ignore any errors in templates when a field or map key is missing in the template. Only applies to jsonpath output formats.",
  group: "Output",
} as const satisfies Flag;

/** Results hold none; scripts that give it to kubectl are taken as they are. */
export const showManagedFieldsFlag = {
  name: "show-managed-fields",
  takes: "boolean",
  help: "As kubectl has it; without effect, since results hold no managedFields.",
  group: "Output",
} as const satisfies Flag;

export const sortByFlag = {
  name: "sort-by",
  takes: "value",
  default: "",
  help: "If non-empty, sort the nodes by this field of the entries in .nodes of -o json, as a JSONPath expression (e.g. '{.pod.restarts}'). It must be an integer or a string.",
  group: "Output",
  valueName: "PATH",
} as const satisfies Flag;

export const showLabelsFlag = {
  name: "show-labels",
  takes: "boolean",
  help: "When printing, show all labels of the nodes as the last column (default hide labels column)",
  group: "Output",
} as const satisfies Flag;

export const labelColumnsFlag = {
  name: "label-columns",
  short: "L",
  takes: "value",
  repeat: true,
  help: "Accepts a comma separated list of labels of nodes that are going to be presented as columns. Names are case-sensitive. You can also use multiple flag options like -L label1 -L label2...",
  group: "Output",
  valueName: "LABELS",
} as const satisfies Flag;

export const watchFlag = {
  name: "watch",
  short: "w",
  takes: "boolean",
  help: "Keep watching and show every change: on a terminal as one screen, else a line per changed node.",
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

/** The output flags of a command that has -o alone. */
export function plainOutput(output: string) {
  return { output, template: "", allowMissingTemplateKeys: true, noHeaders: false };
}
