import type { KubeObject } from "../model/kube.ts";
import { sameJson } from "./same-json.ts";

/** A field that the server never changes, with its value there and in the file. */
export interface ImmutableChange {
  /** `spec.selector`, `roleRef`. */
  readonly field: string;
  readonly live: unknown;
  readonly wanted: unknown;
}

/** By kind: fields that validation refuses to change (Kubernetes API, "field is immutable"). */
const fields: Readonly<Record<string, readonly string[]>> = {
  ClusterRoleBinding: ["roleRef"],
  RoleBinding: ["roleRef"],
  DaemonSet: ["spec.selector"],
  Deployment: ["spec.selector"],
  ReplicaSet: ["spec.selector"],
  StatefulSet: ["spec.selector", "spec.serviceName"],
  Job: ["spec.template", "spec.selector"],
  Secret: ["type"],
  Service: ["spec.clusterIP"],
  CustomResourceDefinition: ["spec.scope", "spec.group"],
};

/**
 * What of an object would have to be recreated: the object cannot be changed into the file's. `patch`: what would be
 * sent to change it, where it comes from a file; what was read from a server is compared as a whole.
 */
export function immutableChange(
  live: KubeObject,
  desired: KubeObject,
  patch?: Readonly<Record<string, unknown>>,
): ImmutableChange | undefined {
  for (const field of fields[desired.kind] ?? []) {
    const path = field.split(".");
    const [there, wanted] = [at(live, path), at(desired, path)];
    // What the file leaves out, the server fills in as it is.
    if (wanted === undefined || wanted === null || there === undefined) continue;
    // The server writes labels and defaults into a Job's template: only the patch tells what is the file's.
    if (field === "spec.template" && patch !== undefined && at(patch, path) === undefined) continue;
    if (!within(wanted, there)) return { field, live: there, wanted };
  }
  return undefined;
}

function at(object: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Readonly<Record<string, unknown>> | null | undefined)?.[key],
    object,
  );
}

/** roleRef.apiGroup and the like have defaults; a selector is equal as a whole. */
function within(wanted: unknown, there: unknown): boolean {
  if (sameJson(wanted, there)) return true;
  if (typeof wanted !== "object" || typeof there !== "object" || wanted === null || there === null)
    return false;
  if (Array.isArray(wanted) || Array.isArray(there)) return false;
  const isSelector = "matchLabels" in there || "matchExpressions" in there;
  return (
    !isSelector &&
    Object.entries(wanted).every(([key, value]) => within(value, (there as Record<string, unknown>)[key]))
  );
}
