/**
 * How Kubernetes merges the lists of an object: by a key (strategic merge), else they are replaced whole.
 * From the patchMergeKey and patchStrategy tags of the API types; by field name, which is enough below a
 * pod template because no name means two things there.
 */
const podTemplate: Readonly<Record<string, MergeList>> = {
  containers: { key: "name" },
  initContainers: { key: "name" },
  ephemeralContainers: { key: "name" },
  env: { key: "name" },
  ports: { key: "containerPort" },
  volumeMounts: { key: "mountPath" },
  volumeDevices: { key: "devicePath" },
  volumes: { key: "name", retainKeys: true },
  resourceClaims: { key: "name", retainKeys: true },
  imagePullSecrets: { key: "name" },
  hostAliases: { key: "ip" },
  topologySpreadConstraints: { key: "topologyKey" },
};

export interface MergeList {
  /** Elements with the same value of this field are the same element. */
  readonly key: string;
  /** An element is a union: what the new one does not have goes away ($retainKeys). */
  readonly retainKeys?: boolean;
}

/** Undefined: the list is atomic. `path` is the list's own, from the object's root. */
export function mergeList(kind: string, path: readonly string[]): MergeList | undefined {
  const field = path.at(-1) ?? "";
  if (kind === "Service" && path.join(".") === "spec.ports") return { key: "port" };
  if (kind === "ServiceAccount") {
    return field === "secrets" || field === "imagePullSecrets" ? { key: "name" } : undefined;
  }
  const inTemplate = path.includes("template") || kind === "Pod";
  return inTemplate ? podTemplate[field] : undefined;
}

/** Maps that are unions: Deployment spec.strategy (patchStrategy retainKeys). */
export function isUnion(kind: string, path: readonly string[]): boolean {
  return kind === "Deployment" && path.join(".") === "spec.strategy";
}
