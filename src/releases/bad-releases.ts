import type { DatastoreType } from "../model/datastore.ts";
import type { Truth } from "../model/reading.ts";
import { badReleases } from "./faults/index.ts";
import type { BadReleaseId } from "./ids.ts";
import { inRange, type KubernetesRange } from "./kubernetes.ts";
import { within, type Span, type Version } from "./version.ts";

/** Releases with a fault that their own notes or users name (calico-facts 4.2): one file each in `faults`. */
export interface BadRelease {
  readonly id: BadReleaseId;
  /** The releases that the row names: no upgrade passes through one of them. */
  readonly releases: readonly Span[];
  /** Where it bites on the way to other releases than those. */
  readonly targets?: Span;
  readonly severity: "error" | "warning" | "info";
  readonly why: string;
  readonly when: Condition;
  /** What to take instead, where the row says so. */
  readonly instead?: string;
  readonly sources: readonly string[];
}

/** All of it has to hold for the row to apply. */
export interface Condition {
  readonly datastore?: DatastoreType;
  readonly from?: Span;
  readonly kubernetes?: KubernetesRange;
  readonly canal?: true;
  readonly typha?: true;
  readonly ebpf?: true;
  readonly vxlan?: true;
}

/** What the conditions look at; "unknown" is never taken for no. */
export interface Circumstances {
  readonly from: Version;
  readonly to: Version;
  readonly datastore: DatastoreType;
  /** Minor of Kubernetes 1.x. */
  readonly kubernetes: number | "unknown";
  readonly canal: Truth;
  readonly typha: Truth;
  readonly ebpf: Truth;
  readonly vxlan: Truth;
}

/** Whether a release has a known fault: then no upgrade passes through it. */
export function isListed(release: Version): boolean {
  return badReleases.some(({ releases }) => releases.some((each) => within(release, each)));
}

/** The rows that an upgrade meets at its target, but for those whose condition surely does not hold. */
export function badTarget(
  seen: Circumstances,
): readonly { readonly row: BadRelease; readonly holds: true | "unknown" }[] {
  return badReleases.flatMap((row) => {
    const { releases, targets } = row;
    const bites = targets === undefined ? releases : [targets];
    if (!bites.some((each) => within(seen.to, each))) return [];
    const holds = conditionHolds(row.when, seen);
    return holds === false ? [] : [{ row, holds }];
  });
}

export function conditionHolds(when: Condition, seen: Circumstances): Truth {
  if (when.datastore !== undefined && when.datastore !== seen.datastore) return false;
  if (when.from !== undefined && !within(seen.from, when.from)) return false;
  const kubernetes: Truth =
    when.kubernetes === undefined
      ? true
      : seen.kubernetes === "unknown"
        ? "unknown"
        : inRange(seen.kubernetes, when.kubernetes);
  const parts: readonly Truth[] = [
    kubernetes,
    ...(["canal", "typha", "ebpf", "vxlan"] as const).map((key) => (when[key] === true ? seen[key] : true)),
  ];
  if (parts.includes(false)) return false;
  return parts.includes("unknown") ? "unknown" : true;
}
