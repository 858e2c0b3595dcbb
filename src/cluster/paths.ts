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

/** The resource that a path names; undefined: it names none (discovery, OpenAPI). */
export function resourcePath(path: string):
  | {
      readonly group: string;
      readonly version: string;
      readonly resource: string;
      readonly namespace: string | undefined;
      readonly name: string | undefined;
      readonly subresource: string | undefined;
    }
  | undefined {
  const [, core, group = "", named, rest] =
    /^\/(?:api\/([^/]+)|apis\/([^/]+)\/([^/]+))\/(.+)$/.exec(path) ?? [];
  const version = core ?? named;
  if (version === undefined || rest === undefined) return undefined;
  const parts = rest.split("/").map(decodeURIComponent);
  const namespace = parts[0] === "namespaces" && parts.length > 2 ? parts[1] : undefined;
  const [resource = "", name, subresource] = namespace === undefined ? parts : parts.slice(2);
  return { group, version, resource, namespace, name, subresource };
}
