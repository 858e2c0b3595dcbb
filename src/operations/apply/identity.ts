import { userError } from "../../errors.ts";
import { objectName } from "../../model/object-name.ts";
import type { Target } from "../../plan/apply/target.ts";

/**
 * A file that names the state of an object (uid, resourceVersion: out of `kubectl get -o yaml`) was made for that
 * state; kubectl apply refuses it in the middle. Throws UserError with every such object.
 */
export function refuseOtherState(targets: readonly Target[]): void {
  const lines = targets.flatMap(({ ref, object, before }) =>
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
