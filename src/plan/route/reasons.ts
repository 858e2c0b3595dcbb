import type { DatastoreType } from "../../model/datastore.ts";
import {
  inRange,
  intersect,
  isEmpty,
  limitsOf,
  rangeOf,
  type KubernetesLimit,
} from "../../releases/kubernetes.ts";
import { pathErrors } from "../../releases/paths.ts";
import { within, type Version } from "../../releases/version.ts";
import type { RouteReason, RouteStart } from "./route.ts";
import type { RouteStop } from "./search.ts";

/** Why a route does not go from one stop to the next but one in one go. */
export function reasonsToStop(
  at: RouteStop,
  next: RouteStop,
  target: Version,
  datastore: DatastoreType,
): readonly RouteReason[] {
  const between = { from: at.release, to: next.release, datastore };
  const errors = pathErrors(between);
  if (errors.length > 0) return errors.map(({ id, because }) => ({ id, because }));
  const apart = limitsApart(at.release, next.release, datastore);
  if (apart.length > 0) return apart;
  return [
    ...pathErrors({ ...between, to: target }).map(({ id, because }) => ({ id, because })),
    ...limitsApart(at.release, target, datastore),
  ];
}

/** The limits that leave no Kubernetes version on which both releases can be. */
function limitsApart(from: Version, to: Version, datastore: DatastoreType): readonly RouteReason[] {
  const [one, other] = [rangeOf(from, datastore), rangeOf(to, datastore)];
  if (!isEmpty(intersect([one, other]))) return [];
  const newest = limitsOf(from, datastore).find(({ max }) => max !== undefined && max === one.max);
  const oldest = limitsOf(to, datastore).find(({ min }) => min !== undefined && min === other.min);
  return [...reason(from, newest), ...reason(to, oldest)];
}

function reason(release: Version, limit: KubernetesLimit | undefined): readonly RouteReason[] {
  return limit === undefined ? [] : [{ id: limit.id, because: `${release.text}: ${limit.why}` }];
}

/** Which rule is in the way where no route was found. */
export function whyNot(start: RouteStart, to: Version, between: readonly Version[]): RouteReason {
  const { from, datastore, kubernetes, oldGroupServed } = start;
  const [error] = pathErrors({
    from,
    to,
    datastore,
    ...(oldGroupServed === undefined ? {} : { oldGroupServed }),
  });
  const beyond = kubernetes === "unknown" ? undefined : outside(to, datastore, kubernetes);
  const limit = beyond ?? limitsApart(from, to, datastore)[0];
  if (error === undefined) {
    const none: RouteReason = { id: "K01", because: `no way from ${from.text} to ${to.text} is known` };
    return limit ?? none;
  }
  const { id, because, met } = error;
  if (met?.by !== "passing" || kubernetes === "unknown") return { id, because };
  const pass = between.findLast((release) => within(release, met.through));
  const blocked = pass === undefined ? undefined : outside(pass, datastore, kubernetes);
  const text = `${because}; on Kubernetes 1.${kubernetes} that cannot be done`;
  return { id, because: blocked === undefined ? text : `${text} (${blocked.id}: ${blocked.because})` };
}

/** The limit of a release that keeps it from a Kubernetes version. */
function outside(release: Version, datastore: DatastoreType, minor: number): RouteReason | undefined {
  const limit = limitsOf(release, datastore).find((each) => !inRange(minor, each));
  return reason(release, limit)[0];
}
