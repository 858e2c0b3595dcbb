import type { Flag } from "./flag.ts";

/** A run over nodes that goes on in the cluster. */

export const detachFlag = {
  name: "detach",
  takes: "boolean",
  help: "Check everything and write the template from here, then continue in the cluster as a Job in Calico's namespace. The Job and its rights are removed when all nodes are done; status -w follows it. Needs --image.",
  group: "Options",
} as const satisfies Flag;

export const imageFlag = {
  name: "image",
  takes: "value",
  help: "With --detach: image of this program, in a registry that the nodes can pull from. Push the release's calico-upgrade.oci.tar there; no registry has it.",
  group: "Options",
  valueName: "IMAGE",
} as const satisfies Flag;

export const stopFlag = {
  name: "stop",
  takes: "boolean",
  help: "Stop a detached run as Ctrl-C stops one here, and remove its Job and everything that was created for it.",
  group: "Options",
} as const satisfies Flag;
