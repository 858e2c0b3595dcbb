import { atLeast, parseVersion } from "../releases/version.ts";
import type { Driver } from "./isolation.ts";

/** What of a NetworkPolicy a release of Calico acts on. */
export interface Enforcement {
  /** Egress rules and policyTypes: from v2.6 on. Before, every policy is for ingress and only for that. */
  readonly egress: boolean;
  /**
   * What an ipBlock peer stands for. From v2.6 on: its addresses. Before, with etcd: nobody (the
   * controller's policy_parser.py makes no rule of it); with the Kubernetes datastore: everybody
   * (libcalico-go's k8sPeerToCalicoSelector gives the empty selector for a peer with neither selector).
   */
  readonly ipBlock: "its addresses" | "nobody" | "everybody";
}

/** Which meaning a cluster's policies have. */
export type Semantics =
  | { readonly kind: "legacy"; readonly driver: Driver }
  | ({ readonly kind: "v1" } & Enforcement);

/** The first release that reads NetworkPolicy as networking.k8s.io/v1 defines it (calico-facts 2.3). */
export function boundary(driver: Driver): string {
  return driver === "etcd" ? "v2.4.0" : "v2.3.0";
}

/** What Calico `release` (a version that parses) enforces. */
export function enforcementOf(release: string, driver: Driver): Enforcement {
  const version = parseVersion(release);
  return version !== undefined && atLeast(version, "v2.6.0")
    ? { egress: true, ipBlock: "its addresses" }
    : { egress: false, ipBlock: blocksBefore26(driver) };
}

export function blocksBefore26(driver: Driver): Enforcement["ipBlock"] {
  return driver === "etcd" ? "nobody" : "everybody";
}

/** Under which semantics a release works. */
export function semanticsOf(release: string, driver: Driver): Semantics {
  const version = parseVersion(release);
  return version !== undefined && atLeast(version, boundary(driver))
    ? { kind: "v1", ...enforcementOf(release, driver) }
    : { kind: "legacy", driver };
}
