import { dataOf } from "../../merge/config-map.ts";
import { fingerprint } from "../../model/fingerprint.ts";
import { notedStages } from "../../plan/config/values.ts";
import type { Commands } from "../../plan/decision.ts";
import type { ObjectGoal } from "../../plan/objects/goal.ts";
import { changeOf } from "./change.ts";
import type { ConfigMapPlan } from "./plan.ts";
import type { ConfigMapRequest, NewValues } from "./request.ts";

/** The stages that write what was agreed on, and stop where the values are others by then. */
export function notedChange(
  { open, notes, change: agreed }: ConfigMapPlan,
  commands: Commands,
  values: NewValues,
  request: Pick<ConfigMapRequest, "ignored">,
): readonly (readonly ObjectGoal[])[] {
  const { ref } = open;
  const shown = fingerprint(dataOf(open.live));
  return notedStages(
    {
      ref,
      decide(live) {
        const change = changeOf({ ...open, live }, values, request);
        if (change.applied.write === undefined) return undefined;
        if (fingerprint(dataOf(live)) === shown) return change.applied.write;
        return {
          message: `somebody changed ConfigMap ${ref.namespace ?? ""}/${ref.name} since it was read; nothing was changed`,
          hint: `look at the difference again: ${commands.again()}`,
        };
      },
      keysOf: () => (agreed.keys.length === 0 ? [] : notes.flatMap(({ change: { keys } }) => keys)),
      draft: (before) => (before === undefined ? undefined : { action: "changed", ref, before }),
    },
    () => ({ message: `ConfigMap ${ref.namespace ?? ""}/${ref.name} was deleted; nothing was changed` }),
  );
}
