import type { Truth } from "../../model/reading.ts";
import { compareVersions, type Version } from "../../releases/version.ts";
import type { RouteStart } from "../route/route.ts";

/** Where a cluster stands: what a plan is made from. */
export interface Standing extends RouteStart {
  /** The calico-node DaemonSet. */
  readonly namespace: string;
  readonly daemonSet: string;
  /** What runs now; undefined when the cluster was not asked. */
  readonly seen?: Seen;
}

/** The releases that an image can be part of; none: not known. */
export type Candidates = readonly Version[];

export interface Seen {
  readonly template: Candidates;
  /** "none": there is none in this cluster; "unknown": it could not be read. */
  readonly controller: Candidates | "none" | "unknown";
  readonly typha: Candidates | "none" | "unknown";
  /** One entry for each node with a calico-node pod, or that should have one. */
  readonly nodes: readonly Candidates[];
}

/** Whether something runs a release, or a newer one. */
export function hasReached(candidates: Candidates | "unknown", release: Version): Truth {
  if (candidates === "unknown" || candidates.length === 0) return "unknown";
  const reached = candidates.filter((each) => compareVersions(each, release) >= 0);
  if (reached.length === candidates.length) return true;
  return reached.length === 0 ? false : "unknown";
}
