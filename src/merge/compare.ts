import type { KubeObject } from "../model/kube.ts";
import { pinnedAnnotation } from "../model/names.ts";
import { typeName } from "./merge-keys.ts";
import { threeWayPatch } from "./three-way.ts";

/** The patch from `live` to `desired`, without what the server alone writes; `before`: last-applied. */
export function compare(
  before: KubeObject | undefined,
  desired: KubeObject,
  live: KubeObject,
): Readonly<Record<string, unknown>> {
  return threeWayPatch(
    before === undefined ? undefined : comparable(before),
    comparable(desired),
    comparable(live),
    typeName(live),
  );
}

/**
 * The API version is left out too: one object has many. And the identity: manifests give a namespace to
 * kinds that have none.
 */
function comparable(object: KubeObject): Readonly<Record<string, unknown>> {
  const { apiVersion: _version, kind: _kind, status: _status, metadata, ...rest } = object;
  const {
    name: _name,
    namespace: _namespace,
    resourceVersion: _rv,
    uid: _uid,
    generation: _generation,
    creationTimestamp: _created,
    managedFields: _managed,
    selfLink: _link,
    ...kept
  } = metadata as typeof metadata & { readonly selfLink?: string };
  return { ...rest, metadata: { ...kept } };
}

export function withoutStrategy(object: KubeObject): KubeObject {
  const { updateStrategy: _held, ...spec } = (object["spec"] ?? {}) as Record<string, unknown>;
  return { ...object, spec };
}

export function withStrategy(object: KubeObject, strategy: unknown): KubeObject {
  return { ...object, spec: { ...(object["spec"] as object | undefined), updateStrategy: strategy } };
}

/** Our pin, and nobody has let go of it. */
export function isHeld(live: KubeObject): boolean {
  const spec = live["spec"] as { readonly updateStrategy?: { readonly type?: string } } | undefined;
  return (
    live.metadata.annotations?.[pinnedAnnotation] !== undefined && spec?.updateStrategy?.type === "OnDelete"
  );
}
