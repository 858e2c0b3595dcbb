import { atLeast, compareVersions, parseVersion } from "../releases/version.ts";
import { boundary } from "./enforcement.ts";
import type { Driver } from "./isolation.ts";

/** The releases that each image of a cluster can be; an empty list for one that is not recognised. */
export interface SeenReleases {
  readonly nodes: readonly (readonly string[])[];
  readonly controllers: readonly (readonly string[])[];
}

/** Which meaning policies have now. mixed: nodes of both kinds. */
export type BoundarySide = "before" | "mixed" | "past" | "unknown";

/**
 * With etcd the controller decides for the whole cluster at the moment it starts; with the Kubernetes
 * datastore every calico-node does for its node (calico-facts 2.3).
 */
export function sideOf(driver: Driver, { nodes, controllers }: SeenReleases): BoundarySide {
  const deciding = driver === "etcd" && controllers.length > 0 ? controllers : nodes;
  const sides = new Set(deciding.map((candidates) => sideOfOne(candidates, boundary(driver))));
  if (sides.size === 0 || sides.has("unknown")) return "unknown";
  return sides.size > 1 ? "mixed" : sides.has("past") ? "past" : "before";
}

function sideOfOne(candidates: readonly string[], line: string): Exclude<BoundarySide, "mixed"> {
  const past = candidates.map((name) => {
    const version = parseVersion(name);
    return version !== undefined && atLeast(version, line);
  });
  if (past.length === 0 || (past.includes(true) && past.includes(false))) return "unknown";
  return past[0] === true ? "past" : "before";
}

/**
 * Why an upgrade from before the boundary must not go straight to this release: v2.6.0–v2.6.5 with etcd
 * leave k8s-policy-no-match in place, which bypasses every default-deny (calico-facts 2.5, case 8).
 */
export function refusedTarget(release: string, driver: Driver): string | undefined {
  const version = parseVersion(release);
  const [first, fixed] = [parseVersion("v2.6.0"), parseVersion("v2.6.6")];
  if (driver !== "etcd" || version === undefined || first === undefined || fixed === undefined)
    return undefined;
  return compareVersions(version, first) >= 0 && compareVersions(version, fixed) < 0
    ? `${version.text} leaves the old policy k8s-policy-no-match in etcd, which bypasses every default-deny; go to v2.6.6 or later, or through v2.4 or v2.5`
    : undefined;
}
