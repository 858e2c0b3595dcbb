import { startsOf, valuesOf, type ConfigChange } from "./config-ledger.ts";
import type { ConfigMapFacts } from "./configmap.ts";
import type { PodFacts } from "./pod.ts";
import type { TemplateFacts } from "./template.ts";
import { formatTime } from "./time.ts";

/** The text of a ConfigMap's note. */
export function formatConfigChange({ at, keys, since }: ConfigChange): string {
  return JSON.stringify({
    at: formatTime(at),
    keys,
    ...(since === undefined ? {} : { since: formatTime(since) }),
  });
}

/** The text of a pod's mark; undefined while a container of it has not started. */
export function configMark(
  pod: PodFacts,
  template: TemplateFacts,
  configMaps: readonly ConfigMapFacts[],
): string | undefined {
  if (pod.containers.some(({ startedAt }) => startedAt === undefined)) return undefined;
  return JSON.stringify({ config: valuesOf(template, configMaps), started: startsOf(pod) });
}
