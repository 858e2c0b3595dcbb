import type { KubeObject, Ref } from "../../model/kube.ts";
import type { InstallPart } from "./parts.ts";

/** An object of the file, its place in the cluster, and what was there before the first write. */
export interface ApplyTarget {
  /** With its namespace. */
  readonly object: KubeObject;
  readonly ref: Ref;
  readonly part: InstallPart;
  readonly before: KubeObject | undefined;
}

/** What the user has decided about the objects of the file. */
export interface Choices {
  /** --force-conflicts */
  readonly forceConflicts: boolean;
  /** --with-secrets */
  readonly withSecrets: boolean;
}

/** Whether the run leaves an object as it is, whatever the file says. */
export function isLeftAlone({ part, before }: ApplyTarget, { withSecrets }: Choices): boolean {
  return part === "secret" && before !== undefined && !withSecrets;
}

export function isCrd({ kind }: KubeObject): boolean {
  return kind === "CustomResourceDefinition";
}
