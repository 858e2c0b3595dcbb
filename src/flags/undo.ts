import type { Flag } from "./flag.ts";

export const listBundlesFlag = {
  name: "list",
  takes: "boolean",
  help: "List the bundles that runs have saved, oldest first, and change nothing.",
  group: "Options",
} as const satisfies Flag;

export const forceUndoFlag = {
  name: "force",
  takes: "value",
  repeat: true,
  help: "Undo for this object, or for the policies of this namespace, although it is refused; an object that is not one of Calico's own needs its name.",
  group: "Options",
  valueName: "KIND/NAMESPACE/NAME|NAMESPACE",
} as const satisfies Flag;
