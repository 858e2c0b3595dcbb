import { userError } from "../errors.ts";
import type { KubeObject, Ref } from "../model/kube.ts";
import { objectName } from "../model/object-name.ts";

/** An object of a file, and what is in its place in the cluster. */
export interface FileObject {
  readonly ref: Pick<Ref, "group" | "kind" | "name">;
  readonly object: KubeObject;
  /** Undefined: it is not there. */
  readonly before: KubeObject | undefined;
}

/**
 * A file that names the state of an object (uid, resourceVersion: out of `kubectl get -o yaml`) was made for that
 * state; kubectl answers Conflict to it. Throws UserError with every such object, before anything is written.
 */
export function refuseOtherState(placed: readonly FileObject[]): void {
  const lines = placed.flatMap(({ ref, object, before }) =>
    (["uid", "resourceVersion"] as const).flatMap((field) => {
      const [wanted, live] = [object.metadata[field], before?.metadata[field]];
      if (wanted === undefined || wanted === null || wanted === "" || wanted === live) return [];
      return [
        `${objectName(ref)}: ${field} is ${live ?? "none: it is not there"} and the file says ${wanted}`,
      ];
    }),
  );
  if (lines.length === 0) return;
  throw userError(
    `the file was made for another state of what is in the cluster:\n  ${lines.join("\n  ")}\n` +
      "take uid and resourceVersion out of it, and see that the rest is what you want; nothing was changed",
  );
}
