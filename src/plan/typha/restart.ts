import type { Ref } from "../../model/kube.ts";
import { manager, restartedAtAnnotation } from "../../model/names.ts";
import { formatTime } from "../../model/time.ts";
import type { ObjectGoal } from "../objects/goal.ts";
import { rolledOut } from "../objects/rollout.ts";

/** Typha's Deployment as `kubectl rollout restart` leaves it, seen through as `kubectl rollout status` does. */
export function typhaRestart(ref: Ref): ObjectGoal {
  return {
    ref,
    verb: "restarted",
    intended(live, now) {
      if (live === undefined) return { message: `Deployment ${ref.namespace ?? ""}/${ref.name} was deleted` };
      const { resourceVersion } = live.metadata;
      const template = { metadata: { annotations: { [restartedAtAnnotation]: formatTime(now) } } };
      const body = { metadata: { resourceVersion }, spec: { template } };
      return { verb: "patch", ref, patch: "merge", body, fieldManager: manager };
    },
    draft: (before) => (before === undefined ? undefined : { action: "changed", ref, before }),
    waits: rolledOut(ref),
  };
}
