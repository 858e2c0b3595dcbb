import type { KubeObject } from "./kube.ts";
import type { TemplateContainer, TemplateFacts } from "./template.ts";
import { withoutNulls } from "./record.ts";
import { parseTime, type Millis } from "./time.ts";

/** What we read of a ConfigMap. */
export interface ConfigMapFacts {
  readonly name: string;
  readonly namespace: string;
  readonly resourceVersion: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly data: Readonly<Record<string, string>>;
  /**
   * When it was last written by somebody who owns data in it, where the server keeps that
   * (managedFields; not before 1.18). `surely`: that writer owns nothing else, so data has changed.
   */
  readonly written?: { readonly at: Millis; readonly surely: boolean };
}

export function configMapFacts(raw: KubeObject): ConfigMapFacts {
  const { metadata } = raw;
  const written = (metadata.managedFields ?? [])
    .filter(({ fieldsV1 }) => fieldsV1?.["f:data"] !== undefined)
    .map(({ time, fieldsV1 }) => ({
      at: parseTime(time) ?? 0,
      surely: fieldsV1?.["f:metadata"] === undefined,
    }))
    .reduce<ConfigMapFacts["written"]>(
      (last, next) => (last === undefined || next.at > last.at ? next : last),
      undefined,
    );
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? "",
    resourceVersion: metadata.resourceVersion ?? "",
    annotations: metadata.annotations ?? {},
    data: withoutNulls(raw["data"] ?? {}) as Readonly<Record<string, string>>,
    ...(written === undefined ? {} : { written }),
  };
}

/** Names of the ConfigMaps that the template's containers take environment from. */
export function configMapsOf(template: TemplateFacts): readonly string[] {
  const names = new Set<string>();
  for (const container of [...template.initContainers, ...template.containers]) {
    for (const source of [...container.envFrom, ...container.env.map(({ from }) => from)])
      if (source?.kind === "ConfigMap") names.add(source.name);
  }
  return [...names];
}

/**
 * An environment variable of a container: its value, undefined when it is not set, "unknown" when it
 * comes from something that was not read. `configMaps` are those of the container's namespace.
 */
export function envValue(
  container: TemplateContainer,
  name: string,
  configMaps: readonly ConfigMapFacts[],
): { readonly value: string; readonly from?: string } | "unknown" | undefined {
  const variable = container.env.findLast((entry) => entry.name === name);
  if (variable !== undefined) {
    const { from } = variable;
    if (from === undefined) return variable.value === undefined ? undefined : { value: variable.value };
    const map = from.kind === "ConfigMap" ? configMaps.find((entry) => entry.name === from.name) : undefined;
    if (map === undefined) return "unknown";
    const value = from.key === undefined ? undefined : map.data[from.key];
    if (value !== undefined) return { value, from: `${map.name}/${from.key ?? ""}` };
    return from.optional ? undefined : "unknown";
  }
  for (const source of container.envFrom.toReversed()) {
    const map =
      source.kind === "ConfigMap" ? configMaps.find((entry) => entry.name === source.name) : undefined;
    if (map === undefined && !source.optional) return "unknown";
    const value = map?.data[name];
    if (value !== undefined) return { value, from: `${source.name}/${name}` };
  }
  return undefined;
}
