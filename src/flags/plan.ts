import type { Flag } from "./flag.ts";

/** Flags about releases and the way between them. */

export const releasesFlag = {
  name: "releases",
  takes: "boolean",
  help: "List the Calico releases that this version knows: image tags, Kubernetes versions, known faults.",
  group: "Options",
} as const satisfies Flag;

export const toFlag = {
  name: "to",
  takes: "value",
  help: "Calico release to upgrade to, e.g. v3.29.7.",
  group: "Options",
  valueName: "VERSION",
} as const satisfies Flag;

export const fromFlag = {
  name: "from",
  takes: "value",
  help: "Calico release that runs, where the cluster is not asked or its images do not say.",
  group: "Options",
  valueName: "VERSION",
} as const satisfies Flag;

export const datastoreFlag = {
  name: "datastore",
  takes: "value",
  help: "Calico's datastore: etcd or kubernetes. Together with --from no cluster is asked.",
  group: "Options",
  valueName: "DATASTORE",
} as const satisfies Flag;

export const kubernetesFlag = {
  name: "kubernetes",
  takes: "value",
  help: "Kubernetes version that runs, e.g. 1.29.",
  group: "Options",
  valueName: "VERSION",
} as const satisfies Flag;

export const printCommandsFlag = {
  name: "print-commands",
  takes: "boolean",
  help: "Print the plan as plain commands with remarks, to carry it out by hand.",
  group: "Output",
} as const satisfies Flag;
