import { splitApiVersion } from "./kube.ts";
import type { ApiResource } from "./api-resource.ts";

/** What the server serves, as far as it was asked: the part of discovery that is kept. */
export interface ServedFacts {
  /** Every group version, `apps/v1`, `v1`. */
  readonly groupVersions: readonly string[];
  /** The kinds of the groups that discovery was asked about. */
  readonly kinds: readonly ServedKind[];
  /** The groups whose kinds are known. */
  readonly groups: readonly string[];
}

export interface ServedKind {
  readonly apiVersion: string;
  readonly kind: string;
  /** The plural in the path. */
  readonly resource: string;
}

/** The place of a kind on the server: what paths and lists are made of. */
export interface Served extends ApiResource {
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

/** Whether an object of this apiVersion and kind can be sent; "unknown": the group was not asked about. */
export function servesKind(served: ServedFacts, apiVersion: string, kind: string): boolean | "unknown" {
  if (!served.groupVersions.includes(apiVersion)) return false;
  const { group } = splitApiVersion(apiVersion);
  if (!served.groups.includes(group)) return "unknown";
  return served.kinds.some((each) => each.apiVersion === apiVersion && each.kind === kind);
}
