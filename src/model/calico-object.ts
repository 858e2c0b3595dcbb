import type { JsonObject, KubeObject, OwnerReference } from "./kube.ts";
import { gitOps } from "./owner.ts";
import { parseTime, type Millis } from "./time.ts";
import { recordOf } from "./record.ts";

/** What we read of one of Calico's own objects: who it is, and those fields of it that a rule looks at. */
export interface CalicoObject {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  readonly created?: Millis;
  readonly labels: Readonly<Record<string, string>>;
  readonly ownerReferences: readonly OwnerReference[];
  /** The fields of `spec` that the kind names, as they stand; absent ones are left out. */
  readonly spec: JsonObject;
  readonly status: JsonObject;
  /** The GitOps tool whose mark it carries. */
  readonly keptBy?: string;
}

/** Reads an object of Calico's, keeping these fields of `spec` and `status`. */
export function calicoObject(
  specFields: readonly string[],
  statusFields: readonly string[] = [],
): (raw: KubeObject) => CalicoObject {
  return (raw) => {
    const { metadata } = raw;
    const keptBy = gitOps(metadata)?.name;
    const created = parseTime(metadata.creationTimestamp);
    return {
      name: metadata.name,
      uid: metadata.uid ?? "",
      labels: metadata.labels ?? {},
      ownerReferences: metadata.ownerReferences ?? [],
      spec: only(raw["spec"], specFields),
      status: only(raw["status"], statusFields),
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      ...(created === undefined ? {} : { created }),
      ...(keptBy === undefined ? {} : { keptBy }),
    };
  };
}

function only(raw: unknown, fields: readonly string[]): JsonObject {
  const all = (recordOf(raw) ?? {}) as JsonObject;
  return Object.fromEntries(
    fields.flatMap((field) => (all[field] === undefined ? [] : [[field, all[field]] as const])),
  );
}
