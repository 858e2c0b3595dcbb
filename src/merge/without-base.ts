import type { KubeObject } from "../model/kube.ts";
import { isRecord } from "../model/record.ts";
import { withOwnStrategy } from "./after-apply.ts";
import { lastApplied } from "./last-applied.ts";
import { settingsOf, type EnvReaders, type FieldChange } from "./settings.ts";

/**
 * Where nothing of upstream's is known, what kubectl applied last tells what was set since: that is somebody's own. Whose
 * the rest is cannot be determined.
 */
export function settingsWithoutBase(
  live: KubeObject,
  after: KubeObject,
  env: EnvReaders,
): readonly FieldChange[] {
  const applied = lastApplied(live);
  if (applied === undefined || !isRecord(applied.metadata))
    return settingsOf({ base: "unknown", live, after }, env);
  return settingsOf({ base: withOwnStrategy(applied), live, after }, env).map(
    ({ base: _applied, ...change }): FieldChange => ({
      ...change,
      base: undefined,
      ...(change.group === "upstream" ? { group: "unknown" } : {}),
    }),
  );
}
