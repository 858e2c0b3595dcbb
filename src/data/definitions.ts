import type { KubeObject } from "../model/kube.ts";
import { movedKinds, newGroup, newVersion } from "./kinds.ts";

/** The CustomResourceDefinitions of v2.5, in the version that the server takes. */
export function definitions(version: "v1" | "v1beta1"): readonly KubeObject[] {
  return movedKinds.map(({ new: { kind, resource } }) => {
    const names = { kind, listKind: `${kind}List`, plural: resource, singular: kind.toLowerCase() };
    const base = { group: newGroup, scope: "Cluster", names };
    const content = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
    return {
      apiVersion: `apiextensions.k8s.io/${version}`,
      kind: "CustomResourceDefinition",
      metadata: { name: `${resource}.${newGroup}` },
      spec:
        version === "v1beta1"
          ? { ...base, version: newVersion }
          : {
              ...base,
              versions: [
                { name: newVersion, served: true, storage: true, schema: { openAPIV3Schema: content } },
              ],
            },
    };
  });
}

/** In words, what keeps a definition that is there from taking the objects; undefined: nothing. */
export function unfit(found: KubeObject): string | undefined {
  const spec = (found["spec"] ?? {}) as {
    readonly scope?: string;
    readonly version?: string;
    readonly versions?: readonly { readonly name?: string; readonly served?: boolean }[];
    readonly names?: { readonly kind?: string };
  };
  const wanted = movedKinds.find(
    ({ new: { resource } }) => `${resource}.${newGroup}` === found.metadata.name,
  );
  if (spec.scope !== "Cluster") return `its scope is ${spec.scope ?? "not said"}, not Cluster`;
  if (wanted !== undefined && spec.names?.kind !== wanted.new.kind)
    return `its kind is ${spec.names?.kind ?? "not said"}, not ${wanted.new.kind}`;
  const served = spec.versions ?? [{ name: spec.version, served: true }];
  return served.some(({ name, served: is }) => name === newVersion && is !== false)
    ? undefined
    : `it does not serve ${newVersion}`;
}

export function isEstablished(found: KubeObject): boolean {
  // A new one has null there on older servers.
  const { conditions } = (found["status"] ?? {}) as {
    readonly conditions?: readonly { readonly type?: string; readonly status?: string }[] | null;
  };
  return (conditions ?? []).some(({ type, status }) => type === "Established" && status === "True");
}
