import { badTarget, isListed } from "../releases/bad-releases.ts";
import type { Catalogue } from "../releases/catalogue.ts";
import { rangeOf } from "../releases/kubernetes.ts";
import { pathAnswers, pathErrors } from "../releases/paths.ts";
import { compareVersions, versionOf, type Version } from "../releases/version.ts";
import { reasonsToStop, whyNot } from "./route/reasons.ts";
import type { PlannedHop, RouteRefusal, Route, RouteReason, RouteStart } from "./route/route.ts";
import { afterHop, isBetter, searchFrom, stopsOf, testedIn, type RouteStop } from "./route/search.ts";

/** More stops than this no pair of releases needs. */
const mostHops = 8;

/**
 * Answers, for any target, the releases to go through and why, or why there is no way. A route stops
 * only at releases without a known fault (calico-facts 4.2) that are no pre-releases. Of the ways with
 * the fewest hops: fewest upgrades of Kubernetes, most hops tested with the Kubernetes that runs, then
 * the newest releases.
 */
export function routesFrom(start: RouteStart, catalogue: Catalogue): (to: Version) => Route {
  const { kubernetes, datastore, from } = start;
  const releases = [...catalogue.releases.keys()]
    .map(versionOf)
    .filter((release) => release.prerelease === undefined);
  const newer = releases.filter((release) => compareVersions(release, from) > 0);
  const between = newestOfEachMinor(newer.filter((release) => !isListed(release)));
  const search = searchFrom(start);
  const advisable = new Map<Version, boolean>();
  const range = kubernetes === "unknown" ? rangeOf(from, datastore) : { min: kubernetes, max: kubernetes };
  /** Stops by the number of hops that lead there; made as far as a target needs. */
  const layers: RouteStop[][] = [[{ release: from, range, upgrade: false, upgrades: 0, tested: 0 }]];
  const seen = new Set<string>();

  return (to) => {
    if (compareVersions(from, to) === 0) return { kind: "route", hops: [], notes: [] };
    const refused = refusal(to);
    if (refused !== undefined) {
      const nearest = refused.id === "P11" || refused.id === "P01" ? undefined : nearestTo(to);
      return { kind: "refusal", ...refused, ...(nearest === undefined ? {} : { nearest: nearest.text }) };
    }
    const found = wayTo(to);
    if (found === undefined) {
      const nearest = nearestTo(to);
      const why = whyNot(start, to, between);
      return { kind: "refusal", ...why, ...(nearest === undefined ? {} : { nearest: nearest.text }) };
    }
    const notes = badTarget({ ...start, to }).map(({ row, holds }) => ({
      id: row.id,
      severity: row.severity,
      because: row.why,
      holds,
      ...(row.instead === undefined ? {} : { instead: row.instead }),
    }));
    return { kind: "route", hops: hopsOf(found, start), notes };
  };

  /** What no route can help. */
  function refusal(to: Version): (RouteReason & Pick<RouteRefusal, "instead">) | undefined {
    const hop = { from, to, datastore };
    const errors = pathErrors(hop);
    const never = errors.find(({ id }) => id === "P11") ?? errors.find(({ id }) => id === "P01");
    if (never !== undefined) return { id: never.id, because: never.because };
    const row = badTarget({ ...start, to }).find(
      ({ row, holds }) => row.severity === "error" && holds === true,
    );
    return row === undefined
      ? undefined
      : {
          id: row.row.id,
          because: row.row.why,
          ...(row.row.instead === undefined ? {} : { instead: row.row.instead }),
        };
  }

  function wayTo(to: Version): RouteStop | undefined {
    for (let hops = 0; hops < mostHops; hops += 1) {
      let best: RouteStop | undefined;
      for (const stop of layer(hops)) {
        const last = afterHop(stop, to, search);
        if (last !== undefined && (best === undefined || isBetter(last, best))) best = last;
      }
      if (best !== undefined) return best;
    }
    return undefined;
  }

  function layer(hops: number): readonly RouteStop[] {
    const known = layers[hops];
    if (known !== undefined) return known;
    const best = new Map<string, RouteStop>();
    for (const stop of layer(hops - 1)) {
      for (const release of between) {
        const next = afterHop(stop, release, search);
        if (next === undefined) continue;
        const key = `${release.text} ${next.range.min} ${next.range.max}`;
        const other = best.get(key);
        if (!seen.has(key) && (other === undefined || isBetter(next, other))) best.set(key, next);
      }
    }
    for (const key of best.keys()) seen.add(key);
    const made = [...best.values()];
    layers[hops] = made;
    return made;
  }

  /** The nearest release, in the order of the catalogue, that can be advised; of two the newer. */
  function nearestTo(to: Version): Version | undefined {
    const here = newer.findIndex((release) => compareVersions(release, to) > 0);
    const middle = here === -1 ? newer.length : here;
    for (let distance = 0; distance <= newer.length; distance += 1) {
      for (const release of [newer[middle + distance], newer[middle - 1 - distance]])
        if (release !== undefined && isAdvisable(release)) return release;
    }
    return undefined;
  }

  /** There is a way, and nothing is known against it. */
  function isAdvisable(release: Version): boolean {
    const known = advisable.get(release);
    if (known !== undefined) return known;
    const answer =
      !badTarget({ ...start, to: release }).some(({ holds }) => holds === true) &&
      refusal(release) === undefined &&
      wayTo(release) !== undefined;
    advisable.set(release, answer);
    return answer;
  }
}

function newestOfEachMinor(releases: readonly Version[]): readonly Version[] {
  const newest = new Map<string, Version>();
  for (const release of releases) newest.set(`${release.major}.${release.minor}`, release);
  return [...newest.values()];
}

function hopsOf(last: RouteStop, start: RouteStart): readonly PlannedHop[] {
  const stops = stopsOf(last);
  const hops: PlannedHop[] = [];
  // From the end: an upgrade of Kubernetes has to suit all hops up to the next one.
  let { range } = last;
  for (let index = stops.length - 1; index > 0; index -= 1) {
    const [at, stop] = [stops[index - 1], stops[index]];
    if (at === undefined || stop === undefined) continue;
    const { datastore, oldGroupServed } = start;
    const next = stops[index + 1];
    hops.unshift({
      from: at.release,
      to: stop.release,
      reasons: next === undefined ? [] : reasonsToStop(at, next, last.release, datastore),
      kubernetes: range,
      tested: testedIn(stop.release, range, start),
      answers: pathAnswers({
        from: at.release,
        to: stop.release,
        datastore,
        ...(oldGroupServed === undefined ? {} : { oldGroupServed }),
      }),
      ...(stop.upgrade ? { upgradeKubernetes: range } : {}),
    });
    if (stop.upgrade) range = at.range;
  }
  return hops;
}
