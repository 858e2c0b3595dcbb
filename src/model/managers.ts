import type { KubeObject, ManagedFieldsEntry } from "./kube.ts";

/**
 * Who owns which field of an object (hazard H14), without what its controllers note of its status. Undefined: the
 * server keeps no record (before 1.18).
 */
export function managersOf({ metadata }: KubeObject): readonly ManagedFieldsEntry[] | undefined {
  return metadata.managedFields?.filter((entry) => !isOfStatus(entry));
}

export function isOfStatus({ subresource }: ManagedFieldsEntry): boolean {
  return subresource === "status";
}
