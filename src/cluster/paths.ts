import type { Ref } from "../model/kube.ts";
import type { Place } from "../model/place.ts";

/** /api/v1/namespaces/kube-system/pods, or without a namespace /api/v1/pods. */
export function collectionPath(place: Omit<Place, "kind">, namespace?: string): string {
  const root = place.group === "" ? `/api/${place.version}` : `/apis/${place.group}/${place.version}`;
  const scope =
    namespace === undefined || namespace === "" ? "" : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${root}${scope}/${place.resource}`;
}

export function objectPath(ref: Omit<Ref, "kind">, subresource?: string): string {
  const own = `${collectionPath(ref, ref.namespace)}/${encodeURIComponent(ref.name)}`;
  return subresource === undefined ? own : `${own}/${subresource}`;
}

export function apiVersionOf(place: Pick<Place, "group" | "version">): string {
  return place.group === "" ? place.version : `${place.group}/${place.version}`;
}
