import { splitApiVersion } from "../model/kube.ts";
/**
 * How Kubernetes merges the lists of an object: by a key (strategic merge), else they are replaced whole.
 * From the patchMergeKey and patchStrategy tags of the API types; by field name, which is enough below a
 * pod template because no name means two things there. Custom resources and CRDs have none: JSON merge.
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
  schedulingGates: { key: "name" },
};

const webhooks = { webhooks: { key: "name" }, "webhooks.matchConditions": { key: "name" } };

/** Elsewhere: kind, then the list's path. */
const others: Readonly<Record<string, Readonly<Record<string, MergeList>>>> = {
  Service: { "spec.ports": { key: "port" } },
  // Its imagePullSecrets are replaced: the server panics over a patch that takes them for a list by key.
  ServiceAccount: { secrets: { key: "name" } },
  MutatingWebhookConfiguration: webhooks,
  ValidatingWebhookConfiguration: webhooks,
  MutatingAdmissionPolicy: { "spec.matchConditions": { key: "name" } },
  ValidatingAdmissionPolicy: { "spec.matchConditions": { key: "name" }, "spec.variables": { key: "name" } },
};

const withTemplate = new Set([
  "CronJob",
  "DaemonSet",
  "Deployment",
  "Job",
  "Pod",
  "PodTemplate",
  "ReplicaSet",
  "ReplicationController",
  "StatefulSet",
]);

export interface MergeList {
  /** Elements with the same value of this field are the same element. */
  readonly key: string;
  /** An element is a union: what the new one does not have goes away ($retainKeys). */
  readonly retainKeys?: boolean;
}

/**
 * The name under which the tables here know a type. A custom resource has none, whatever its kind is called:
 * its lists are replaced whole, and the server keeps it as it is given.
 */
export function typeName({
  apiVersion,
  kind,
}: {
  readonly apiVersion: string;
  readonly kind: string;
}): string {
  const { group } = splitApiVersion(apiVersion);
  if (!builtIn.has(group) && group !== "apiextensions.k8s.io") return customResource;
  return apiVersion === "policy/v1beta1" ? `${kind}.v1beta1` : kind;
}

export const customResource = "";

/** Undefined: the list is atomic. `path` is the list's own, from the object's root; `kind` is the type's name. */
export function mergeList(kind: string, path: readonly string[]): MergeList | undefined {
  if (kind === customResource || kind === "CustomResourceDefinition") return undefined;
  const place = path.join(".");
  if (place === "metadata.ownerReferences") return { key: "uid" };
  const other = others[kind]?.[place];
  if (other !== undefined) return other;
  const inTemplate = kind === "Pod" || (withTemplate.has(kind) && path.includes("template"));
  return inTemplate ? podTemplate[path.at(-1) ?? ""] : undefined;
}

/** Maps that are unions: Deployment spec.strategy (patchStrategy retainKeys). */
export function isUnion(kind: string, path: readonly string[]): boolean {
  return kind === "Deployment" && path.join(".") === "spec.strategy";
}

/**
 * Lists of texts that a patch adds to: what goes is named beside it (`$deleteFromPrimitiveList`).
 * ObjectMeta's finalizers (patchStrategy merge); JSON merge patches replace them.
 */
export function isSet(kind: string, path: readonly string[]): boolean {
  return (
    kind !== customResource && kind !== "CustomResourceDefinition" && path.join(".") === "metadata.finalizers"
  );
}

/**
 * Maps that a patch replaces whole: PodDisruptionBudget spec.selector (patchStrategy replace), of policy/v1
 * alone: an older server merges it.
 */
export function isReplaced(kind: string, path: readonly string[]): boolean {
  return kind === "PodDisruptionBudget" && path.join(".") === "spec.selector";
}

/** The groups whose types have merge keys; the others take JSON merge patches only. */
const builtIn = new Set([
  "",
  "admissionregistration.k8s.io",
  "apiregistration.k8s.io",
  "apps",
  "autoscaling",
  "batch",
  "coordination.k8s.io",
  "discovery.k8s.io",
  "extensions",
  "networking.k8s.io",
  "policy",
  "rbac.authorization.k8s.io",
  "scheduling.k8s.io",
  "storage.k8s.io",
]);

/** The patch that kubectl's client-side apply sends for a kind of this group. */
export function patchTypeOf(group: string): "strategic" | "merge" {
  return builtIn.has(group) ? "strategic" : "merge";
}
