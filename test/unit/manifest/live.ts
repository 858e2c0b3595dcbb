import type { LiveSurroundings } from "../../../src/manifest/missing.ts";
import type { CrdNeed } from "../../../src/manifest/needs.ts";
import type { ManifestObject } from "../../../src/manifest/parse.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { known, type Reading } from "../../../src/model/reading.ts";

export function inFile(objects: readonly object[], name = "calico.yaml"): readonly ManifestObject[] {
  return objects.map((object, index) => ({
    object: object as KubeObject,
    source: { name, document: index + 1 },
  }));
}

/** A cluster in which exactly these objects are; `dark` are the kinds that the user may not read. */
export function liveOf(
  objects: readonly KubeObject[],
  dark: readonly string[] = [],
  usual = "kube-system",
): LiveSurroundings {
  const read = <T>(kind: string, value: T): Reading<T> =>
    dark.includes(kind) ? { known: false, why: "forbidden", message: `${kind} is forbidden` } : known(value);
  const find = (kind: string, name: string, namespace?: string): KubeObject | undefined =>
    objects.find(
      (object) =>
        object.kind === kind &&
        object.metadata.name === name &&
        (namespace === undefined || (object.metadata.namespace ?? usual) === namespace),
    );
  return {
    served: ({ name, versions }: CrdNeed) => {
      const crd = find("CustomResourceDefinition", name);
      if (dark.includes("CustomResourceDefinition")) return "unknown";
      const spec = crd?.["spec"] as { version?: string; versions?: readonly { name: string }[] } | undefined;
      const served = [...(spec?.versions ?? []).map((version) => version.name), spec?.version];
      return versions.some((version) => served.includes(version));
    },
    account: ({ namespace, name }) =>
      read(
        "ServiceAccount",
        // Every namespace has one of this name.
        name === "default"
          ? { apiVersion: "v1", kind: "ServiceAccount", metadata: { name } }
          : find("ServiceAccount", name, namespace),
      ),
    bindings: read(
      "ClusterRoleBinding",
      objects.filter(({ kind }) => kind === "ClusterRoleBinding" || kind === "RoleBinding"),
    ),
    role: ({ kind, name, namespace }) => read(kind, find(kind, name, namespace)),
    config: ({ kind, namespace, name }) => {
      const object = find(kind, name, namespace);
      if (object === undefined) return read(kind, undefined);
      const { data, stringData } = object as { readonly data?: object; readonly stringData?: object };
      const keys = [...Object.keys(data ?? {}), ...Object.keys(stringData ?? {})];
      return read(kind, { keys, ...(kind === "Secret" ? {} : { object }) });
    },
  };
}
