import type { DatastoreType } from "../model/datastore.ts";
import type { LimitId } from "./ids.ts";
import { limits } from "./limits/kubernetes-limits.ts";
import { span, within, type Span, type Version } from "./version.ts";

/** Minors of Kubernetes 1.x, both ends included; an end that is missing is not limited. */
export interface KubernetesRange {
  readonly min?: number;
  readonly max?: number;
}

/** A Kubernetes version that a release's manifests cannot be applied to, or cannot run on: one file each in `limits`. */
export interface KubernetesLimit extends KubernetesRange {
  readonly id: LimitId;
  readonly releases: Span;
  readonly datastore?: DatastoreType;
  readonly why: string;
  readonly sources: readonly string[];
}

export function limitsOf(release: Version, datastore: DatastoreType): readonly KubernetesLimit[] {
  return limits.filter(
    (limit) =>
      (limit.datastore === undefined || limit.datastore === datastore) && within(release, limit.releases),
  );
}

/** What all limits of a release leave. */
export function rangeOf(release: Version, datastore: DatastoreType): KubernetesRange {
  return intersect(limitsOf(release, datastore));
}

/** What lies in all of the ranges; nothing when its min is above its max. */
export function intersect(ranges: readonly KubernetesRange[]): KubernetesRange {
  let min: number | undefined;
  let max: number | undefined;
  for (const range of ranges) {
    if (range.min !== undefined && (min === undefined || range.min > min)) min = range.min;
    if (range.max !== undefined && (max === undefined || range.max < max)) max = range.max;
  }
  return { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
}

export function isEmpty({ min, max }: KubernetesRange): boolean {
  return min !== undefined && max !== undefined && min > max;
}

/** Whether a Kubernetes minor lies in a range. */
export function inRange(minor: number, { min, max }: KubernetesRange): boolean {
  return (min === undefined || minor >= min) && (max === undefined || minor <= max);
}

/** What the documentation of a Calico minor names as tested (calico-facts 4.4; K01). */
interface TestedRow extends KubernetesRange {
  readonly releases: Span;
  readonly datastore?: DatastoreType;
}

const tested: readonly TestedRow[] = [
  { releases: span("v2.0.0", "v2.2.0"), min: 5, max: 6 },
  { releases: span("v2.2.0", "v2.5.0"), min: 5 },
  { releases: span("v2.5.0", "v3.0.0"), datastore: "kubernetes", min: 7 },
  { releases: span("v3.0.0", "v3.1.0"), min: 7 },
  { releases: span("v3.1.0", "v3.2.0"), min: 8, max: 10 },
  { releases: span("v3.2.0", "v3.3.0"), min: 9, max: 11 },
  { releases: span("v3.3.0", "v3.6.0"), min: 10, max: 12 },
  { releases: span("v3.6.0", "v3.7.0"), min: 11, max: 13 },
  { releases: span("v3.7.0", "v3.8.0"), min: 12, max: 14 },
  { releases: span("v3.8.0", "v3.10.0"), min: 13, max: 15 },
  { releases: span("v3.10.0", "v3.12.0"), min: 14, max: 16 },
  { releases: span("v3.12.0", "v3.13.0"), min: 14, max: 17 },
  { releases: span("v3.13.0", "v3.14.0"), min: 15, max: 17 },
  { releases: span("v3.14.0", "v3.16.0"), min: 16, max: 18 },
  { releases: span("v3.16.0", "v3.17.0"), min: 16, max: 19 },
  { releases: span("v3.17.0", "v3.18.0"), min: 17, max: 19 },
  { releases: span("v3.18.0", "v3.19.0"), min: 18, max: 20 },
  { releases: span("v3.19.0", "v3.21.0"), min: 19, max: 21 },
  { releases: span("v3.21.0", "v3.22.0"), min: 20, max: 22 },
  { releases: span("v3.22.0", "v3.24.0"), min: 21, max: 23 },
  { releases: span("v3.24.0", "v3.25.0"), min: 22, max: 25 },
  { releases: span("v3.25.0", "v3.26.0"), min: 22, max: 24 },
  { releases: span("v3.26.0", "v3.27.0"), min: 24, max: 28 },
  { releases: span("v3.27.0", "v3.28.0"), min: 27, max: 29 },
  { releases: span("v3.28.0", "v3.29.0"), min: 27, max: 30 },
  { releases: span("v3.29.0", "v3.30.0"), min: 29, max: 32 },
  { releases: span("v3.30.0", "v3.31.0"), min: 31, max: 35 },
  { releases: span("v3.31.0", "v3.32.0"), min: 32, max: 35 },
  { releases: span("v3.32.0", "v3.33.0"), min: 34, max: 36 },
];

/**
 * The Kubernetes minors that a release was tested with, by its documentation; undefined when it names
 * none. Without a max the documentation names only the oldest.
 */
export function testedRange(release: Version, datastore: DatastoreType): KubernetesRange | undefined {
  const row = tested.find(
    (each) =>
      (each.datastore === undefined || each.datastore === datastore) && within(release, each.releases),
  );
  return row === undefined ? undefined : intersect([row]);
}

/** Only what lies between two named ends was surely tested. */
export function isTested(release: Version, datastore: DatastoreType, minor: number): boolean | "unknown" {
  const range = testedRange(release, datastore);
  if (range === undefined) return "unknown";
  if (!inRange(minor, range)) return false;
  return range.max === undefined && minor !== range.min ? "unknown" : true;
}

/** `1.16 – 1.21`, `1.16 or newer`, `any version`. */
export function rangeText({ min, max }: KubernetesRange): string {
  if (min === undefined) return max === undefined ? "any version" : `1.${max} or older`;
  if (max === undefined) return `1.${min} or newer`;
  return min === max ? `1.${min}` : `1.${min} – 1.${max}`;
}
