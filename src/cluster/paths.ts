import { userError } from "../errors.ts";
import type { Ref } from "../model/kube.ts";
import type { ApiResource } from "../model/api-resource.ts";

declare const made: unique symbol;

/**
 * A path below the server that was made here, segment by segment. No other text is one, so that no name of an
 * object, a file or a server ends up in a path as it is (hazard H34).
 */
export type RequestPath = string & { readonly [made]: true };

/** /version; each part is one segment, whatever it holds. */
export function pathOf(...segments: readonly string[]): RequestPath {
  return `/${segments.map(encoded).join("/")}` as RequestPath;
}

/** /api/v1, /apis/apps/v1. */
export function groupPath({ group, version }: Pick<ApiResource, "group" | "version">): RequestPath {
  return pathOf(...groupSegments({ group, version }));
}

/** /api/v1/namespaces/kube-system/pods, or without a namespace /api/v1/pods. */
export function collectionPath(place: Omit<ApiResource, "kind">, namespace?: string): RequestPath {
  return pathOf(...collectionSegments(place, namespace));
}

export function objectPath(ref: Omit<Ref, "kind">, subresource?: string): RequestPath {
  return pathOf(
    ...collectionSegments(ref, ref.namespace),
    ref.name,
    ...(subresource === undefined ? [] : [subresource]),
  );
}

export function apiVersionOf(place: Pick<ApiResource, "group" | "version">): string {
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

function groupSegments({ group, version }: Pick<ApiResource, "group" | "version">): readonly string[] {
  return group === "" ? ["api", version] : ["apis", group, version];
}

function collectionSegments(place: Omit<ApiResource, "kind">, namespace = ""): readonly string[] {
  return [...groupSegments(place), ...(namespace === "" ? [] : ["namespaces", namespace]), place.resource];
}

/** A URL takes these for the way up, also encoded; an empty one would be swallowed, and mean the collection. */
const meansAnother = ["", ".", ".."];

function encoded(segment: string): string {
  if (meansAnother.includes(segment))
    throw userError(`"${segment}" cannot be a part of an API path: no object, kind or group is named so`);
  // A half of a surrogate pair has no encoding.
  if (!segment.isWellFormed())
    throw userError("a name that is no valid Unicode text cannot be a part of an API path");
  return encodeURIComponent(segment);
}
