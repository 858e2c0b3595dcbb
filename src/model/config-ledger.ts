import type { ConfigMapFacts } from "./configmap.ts";
import { configReaders, reads, type ConfigReader } from "./config-readers.ts";
import { fingerprint } from "./fingerprint.ts";
import { configAnnotation, configChangedAnnotation } from "./names.ts";
import { neverReachedKubelet, type PodFacts } from "./pod.ts";
import type { TemplateFacts } from "./template.ts";
import { formatTime, parseTime, type Millis } from "./time.ts";

/** What stands on a ConfigMap: which keys this program changed last. Containers that started before are stale. */
export interface ConfigChange {
  readonly at: Millis;
  readonly keys: readonly string[];
  /** The values that stood until then came back: what started before has not read the others, either. */
  readonly since?: Millis;
}

export function configChange({ annotations }: Pick<ConfigMapFacts, "annotations">): ConfigChange | undefined {
  const value = parsed(annotations[configChangedAnnotation]);
  const at = typeof value?.["at"] === "string" ? parseTime(value["at"]) : undefined;
  const keys: unknown = value?.["keys"];
  if (at === undefined || !Array.isArray(keys)) return undefined;
  const since = typeof value?.["since"] === "string" ? parseTime(value["since"]) : undefined;
  return {
    at,
    keys: keys.filter((key) => typeof key === "string"),
    ...(since === undefined ? {} : { since }),
  };
}

/**
 * What the pod's mark says: it runs with these very values (true), with others (false), or there is none
 * that still holds, because a container has started again since (undefined).
 */
export function markSays(
  pod: PodFacts,
  template: TemplateFacts,
  configMaps: readonly ConfigMapFacts[],
): boolean | undefined {
  const mark = parsed(pod.annotations[configAnnotation]);
  if (mark === undefined || fingerprint(mark["started"]) !== fingerprint(startsOf(pod))) return undefined;
  return mark["config"] === valuesOf(template, configMaps);
}

/**
 * Readers of these keys that started before the change. Environment is read when a container starts, and
 * what init containers write when the pod is made (hazard H25). Where no kubelet ever took the pod (hazard H31),
 * nothing has read anything.
 */
export function staleReaders(
  pod: PodFacts,
  template: TemplateFacts,
  configMap: string,
  { at, keys, since = 0 }: ConfigChange,
): readonly ConfigReader[] {
  if (neverReachedKubelet(pod)) return [];
  return configReaders(template).filter((reader) => {
    if (!reads(reader, configMap, keys)) return false;
    const start = reader.init
      ? pod.created
      : pod.containers.find(({ name }) => name === reader.container)?.startedAt;
    return start !== undefined && start < at && start >= since;
  });
}

/** When each container of a pod has started; "": it has not. */
export function startsOf({ containers }: PodFacts): Readonly<Record<string, string>> {
  return Object.fromEntries(
    containers.map(({ name, startedAt }) => [name, startedAt === undefined ? "" : formatTime(startedAt)]),
  );
}

/** A short digest of the values that the template's containers read. */
export function valuesOf(template: TemplateFacts, configMaps: readonly ConfigMapFacts[]): string {
  const values = configReaders(template).map(({ configMap, key }) => {
    const data = configMaps.find(({ name }) => name === configMap)?.data;
    return [configMap, key ?? null, key === undefined ? (data ?? null) : (data?.[key] ?? null)];
  });
  return digest(fingerprint(values));
}

/** FNV-1a, 64 bits: it tells texts apart, and keeps no secret. */
function digest(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, "0");
}

function parsed(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
