import type { TemplateFacts } from "./template.ts";

/** A container that takes a value of a ConfigMap, at its start or, of an init container, at the pod's. */
export interface ConfigReader {
  readonly container: string;
  readonly init: boolean;
  readonly configMap: string;
  /** Undefined: all of its keys. */
  readonly key?: string;
  /** The container does not start without it. */
  readonly needed: boolean;
  /** A mounted file changes under the running container; whether that is read again is its own affair. */
  readonly mounted: boolean;
}

/** Everything that containers of a pod template read of ConfigMaps. */
export function configReaders(template: TemplateFacts): readonly ConfigReader[] {
  const all = [
    ...template.initContainers.map((container) => ({ container, init: true })),
    ...template.containers.map((container) => ({ container, init: false })),
  ];
  return all.flatMap(({ container, init }) => {
    const base = { container: container.name, init };
    const named = container.env.flatMap(({ from }) =>
      from?.kind === "ConfigMap" && from.key !== undefined
        ? [{ ...base, configMap: from.name, key: from.key, needed: !from.optional, mounted: false }]
        : [],
    );
    const whole = container.envFrom.flatMap((source) =>
      source.kind === "ConfigMap" ? [{ ...base, configMap: source.name, needed: false, mounted: false }] : [],
    );
    const files = container.mounts.flatMap(({ name }) => {
      const volume = template.volumes.find((each) => each.name === name);
      if (volume?.source?.kind !== "ConfigMap") return [];
      const common = { ...base, configMap: volume.source.name, mounted: true };
      if (volume.keys.length === 0) return [{ ...common, needed: false }];
      return volume.keys.map((key) => ({ ...common, key, needed: volume.source?.optional !== true }));
    });
    return [...named, ...whole, ...files];
  });
}

/** Whether one of these keys of the ConfigMap is what the reader reads. */
export function reads(reader: ConfigReader, configMap: string, keys: readonly string[]): boolean {
  return reader.configMap === configMap && (reader.key === undefined || keys.includes(reader.key));
}
