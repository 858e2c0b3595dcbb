import { noted, notedApart, noteOn } from "../../merge/config-map.ts";
import { configChange } from "../../model/config-ledger.ts";
import { formatConfigChange } from "../../model/config-notes.ts";
import { configMapFacts } from "../../model/configmap.ts";
import type { KubeObject, Ref } from "../../model/kube.ts";
import type { Millis } from "../../model/time.ts";
import type { Write } from "../../model/write.ts";
import type { Stop } from "../decision.ts";
import type { ObjectGoal } from "../objects/goal.ts";

/** The values of a ConfigMap as they are to be, and the note of which of them changed when (hazard H25). */
export interface NotedValues extends Pick<ObjectGoal, "draft" | "refusal"> {
  readonly ref: Ref;
  /** Undefined: they are so. */
  readonly decide: (live: KubeObject, now: Millis) => Write | Stop | undefined;
  /** Keys whose values that changes; without any, no note. */
  readonly keysOf: (live: KubeObject) => readonly string[];
  /** When the values that come back were taken away. */
  readonly since?: Millis;
}

/**
 * Writes values with the note: whoever goes on with a run that was killed right after it knows what still has older
 * ones. A server-side manager would own the note, so it is written apart there, before and after. Three stages: those of
 * several ConfigMaps go side by side.
 */
export function notedStages(
  { ref, decide, keysOf, since, draft, refusal }: NotedValues,
  missing?: (live: undefined) => Write | Stop | undefined,
): readonly (readonly ObjectGoal[])[] {
  const note = (keys: readonly string[], at: Millis): string =>
    formatConfigChange({
      at,
      keys: [...new Set(keys)].toSorted(),
      ...(since === undefined ? {} : { since }),
    });
  const wanted = (
    live: KubeObject,
    now: Millis,
  ): { write: Write | Stop | undefined; keys: readonly string[] } => {
    const write = decide(live, now);
    return { write, keys: write === undefined || "message" in write ? [] : keysOf(live) };
  };
  const apart = (write: Write | Stop | undefined): boolean =>
    write !== undefined && !("message" in write) && notedApart(write);
  const before: ObjectGoal = {
    ref,
    bookkeeping: true,
    intended(live, now) {
      if (live === undefined) return undefined;
      const { write, keys } = wanted(live, now);
      return apart(write) && keys.length > 0 ? noteOn(live, ref, note(keys, now)) : undefined;
    },
  };
  const values: ObjectGoal = {
    ref,
    intended(live, now) {
      if (live === undefined) return missing?.(live);
      const { write, keys } = wanted(live, now);
      if (write === undefined || "message" in write || keys.length === 0) return write;
      return noted(write, note(keys, now));
    },
    ...(draft === undefined ? {} : { draft }),
    ...(refusal === undefined ? {} : { refusal }),
  };
  // Pods that started between the note and the values have the older ones.
  const after: ObjectGoal = {
    ref,
    bookkeeping: true,
    onlyAfterApply: true,
    intended(live, now) {
      const change = live === undefined ? undefined : configChange(configMapFacts(live));
      return live === undefined || change === undefined
        ? undefined
        : noteOn(live, ref, note(change.keys, now));
    },
  };
  return [[before], [values], [after]];
}
