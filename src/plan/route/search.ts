import {
  intersect,
  isEmpty,
  isTested,
  rangeOf,
  testedRange,
  type KubernetesRange,
} from "../../releases/kubernetes.ts";
import { pathErrors } from "../../releases/paths.ts";
import { compareVersions, within, span, type Version } from "../../releases/version.ts";
import type { RouteStart } from "./route.ts";

/** A release that the route has come to, and on which Kubernetes that can be. */
export interface RouteStop {
  readonly release: Version;
  /** Narrowed by every hop since the last upgrade of Kubernetes. */
  readonly range: KubernetesRange;
  readonly previous?: RouteStop;
  /** Kubernetes has to be upgraded before the hop to here. */
  readonly upgrade: boolean;
  readonly upgrades: number;
  readonly tested: number;
}

const tprs = { before: span(undefined, "v2.5.0"), last: 7 };

/** What a search is made in; ranges are looked up, not made, for each of its thousands of hops. */
export interface Search {
  readonly start: RouteStart;
  readonly rangeOf: (release: Version) => KubernetesRange;
}

export function searchFrom(start: RouteStart): Search {
  const ranges = new Map<Version, KubernetesRange>();
  return {
    start,
    rangeOf(release) {
      const known = ranges.get(release);
      if (known !== undefined) return known;
      const made = rangeOf(release, start.datastore);
      ranges.set(release, made);
      return made;
    },
  };
}

/** The stop behind a hop; undefined when the hop cannot be made. */
export function afterHop(at: RouteStop, to: Version, search: Search): RouteStop | undefined {
  if (compareVersions(at.release, to) >= 0) return undefined;
  const { start } = search;
  const next = kubernetesAfter(at, to, search);
  if (next === undefined) return undefined;
  const { datastore, oldGroupServed } = start;
  const hop = {
    from: at.release,
    to,
    datastore,
    ...(oldGroupServed === undefined ? {} : { oldGroupServed }),
  };
  if (pathErrors(hop).length > 0) return undefined;
  return {
    release: to,
    range: next.range,
    previous: at,
    upgrade: next.upgrade,
    upgrades: at.upgrades + (next.upgrade ? 1 : 0),
    tested: at.tested + (testedIn(to, next.range, start) === true ? 1 : 0),
  };
}

/** The range that takes both ends of a hop, after an upgrade of Kubernetes where that is needed. */
function kubernetesAfter(
  at: RouteStop,
  to: Version,
  search: Search,
): { readonly range: KubernetesRange; readonly upgrade: boolean } | undefined {
  const wanted = intersect([search.rangeOf(to), migrationRange(at.release, to, search.start)]);
  const range = intersect([at.range, wanted]);
  if (!isEmpty(range)) return { range, upgrade: false };
  // Kubernetes does not go back.
  if (at.range.max === undefined || wanted.min === undefined || at.range.max >= wanted.min) return undefined;
  // While it is upgraded, the release that runs has to be one that the new version takes.
  const raised = intersect([wanted, search.rangeOf(at.release)]);
  return isEmpty(raised) ? undefined : { range: raised, upgrade: true };
}

/** P03 reads ThirdPartyResources, which 1.7 serves last; what a cluster serves counts more (H29). */
function migrationRange(from: Version, to: Version, start: RouteStart): KubernetesRange {
  const migrates = start.datastore === "kubernetes" && within(from, tprs.before) && !within(to, tprs.before);
  const served =
    start.oldGroupServed === true || (start.kubernetes !== "unknown" && start.kubernetes > tprs.last);
  return migrates && !served ? { max: tprs.last } : {};
}

/** Whether a release is tested with the Kubernetes that runs, or with one that can be chosen. */
export function testedIn(
  release: Version,
  range: KubernetesRange,
  { datastore, kubernetes }: Pick<RouteStart, "datastore" | "kubernetes">,
): boolean | "unknown" {
  if (kubernetes === "unknown") return "unknown";
  if (range.min === kubernetes && range.max === kubernetes) return isTested(release, datastore, kubernetes);
  const tested = testedRange(release, datastore);
  if (tested === undefined) return "unknown";
  if (isEmpty(intersect([tested, range]))) return false;
  return tested.max === undefined ? "unknown" : true;
}

/** Whether the first way to a release is to be preferred; both have as many hops. */
export function isBetter(one: RouteStop, other: RouteStop): boolean {
  if (one.upgrades !== other.upgrades) return one.upgrades < other.upgrades;
  if (one.tested !== other.tested) return one.tested > other.tested;
  const [a, b] = [stopsOf(one), stopsOf(other)];
  for (const [index, stop] of a.entries()) {
    const against = b[index];
    const order = against === undefined ? 0 : compareVersions(stop.release, against.release);
    if (order !== 0) return order > 0;
  }
  return false;
}

/** The stops of a way, the start first. */
export function stopsOf(last: RouteStop): readonly RouteStop[] {
  const stops: RouteStop[] = [];
  for (let stop: RouteStop | undefined = last; stop !== undefined; stop = stop.previous) stops.unshift(stop);
  return stops;
}
