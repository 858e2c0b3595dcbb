import type { DatastoreType } from "../model/datastore.ts";
import type { Truth } from "../model/reading.ts";
import { inRange, type KubernetesRange } from "./kubernetes.ts";
import { span, within, type Span, type Version } from "./version.ts";

export type BadReleaseId =
  | "R01"
  | "R02"
  | "R03"
  | "R04"
  | "R05"
  | "R06"
  | "R07"
  | "R08"
  | "R09"
  | "R10"
  | "R11"
  | "R12"
  | "R13"
  | "R14"
  | "R15"
  | "R16"
  | "R17";

/** A row of calico-facts 4.2: releases with a fault that their own notes or users name. */
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

/** One release, up to the patch behind it. */
function only(from: string, before: string): readonly Span[] {
  return [span(from, before)];
}

/** In the order of calico-facts 4.2. Where each comes from: sources.ts. */
export const badReleases: readonly BadRelease[] = [
  {
    id: "R01",
    releases: only("v2.6.0", "v2.6.1"),
    severity: "error",
    why: "v2.6.0 was released with the wrong artifacts",
    when: {},
    instead: "v2.6.1 or newer",
  },
  {
    id: "R02",
    releases: only("v2.6.0", "v2.6.6"),
    severity: "error",
    why: "coming from v2.3 or older with etcd, the policy k8s-policy-no-match stays and default-deny is bypassed",
    when: { datastore: "etcd", from: span(undefined, "v2.4.0") },
    instead: "v2.6.6 or newer, or go to v2.4 or v2.5 first",
  },
  {
    id: "R03",
    releases: only("v2.6.4", "v2.6.5"),
    severity: "error",
    why: "rolling upgrades to v2.6.4 are broken",
    when: {},
    instead: "v2.6.5 or newer",
  },
  {
    id: "R04",
    releases: [span(undefined, "v2.2.1")],
    severity: "info",
    why: "up to v2.2.0 IPIP routes flap, and with the Kubernetes datastore memory leaks",
    when: {},
    instead: "v2.2.1 or newer",
  },
  {
    id: "R05",
    releases: only("v2.1.0", "v2.1.2"),
    severity: "warning",
    why: "traffic from pods to their host is dropped; before v2.1.4 the CNI plugin fails on Kubernetes 1.6",
    when: {},
    instead: "v2.1.4 or newer",
  },
  {
    id: "R06",
    releases: only("v3.0.0", "v3.0.1"),
    severity: "error",
    why: "coming from v2.6.4 with etcd, connectivity is lost",
    when: { datastore: "etcd", from: span("v2.6.4", "v2.6.5") },
    instead: "v3.0.1 or newer",
  },
  {
    id: "R07",
    releases: only("v3.7.1", "v3.7.2"),
    severity: "warning",
    why: "v3.7.1 was withdrawn",
    when: {},
    instead: "v3.7.2 or newer",
  },
  {
    id: "R08",
    releases: only("v3.15.0", "v3.15.1"),
    severity: "warning",
    why: "a blackhole route for the Service addresses is made",
    when: {},
    instead: "v3.15.1 or newer",
  },
  {
    id: "R09",
    releases: only("v3.16.0", "v3.16.1"),
    severity: "warning",
    why: "the CNI binary panics when it is renamed",
    when: {},
    instead: "v3.16.1 or newer",
  },
  {
    id: "R10",
    releases: [...only("v3.16.8", "v3.16.9"), ...only("v3.18.2", "v3.18.3")],
    severity: "info",
    why: "a fix that the release notes name is not in the build",
    when: {},
    instead: "v3.16.9, v3.18.3 or newer",
  },
  {
    id: "R11",
    releases: only("v3.22.1", "v3.22.2"),
    severity: "warning",
    why: "the canal manifests name a tag of flannel's image that does not exist",
    when: { canal: true },
    instead: "v3.22.2 or newer",
  },
  {
    id: "R12",
    releases: only("v3.22.0", "v3.23.0"),
    severity: "warning",
    why: "with the eBPF dataplane Services get wrong backends after the upgrade",
    when: { ebpf: true },
  },
  {
    id: "R13",
    releases: only("v3.23.2", "v3.23.3"),
    severity: "warning",
    why: "nodes with an older calico-node turn NotReady beside a Typha of v3.23.2",
    when: { typha: true },
  },
  {
    id: "R14",
    releases: only("v3.27.1", "v3.27.2"),
    severity: "info",
    why: "v3.27.2 is the same and took its place",
    when: {},
    instead: "v3.27.2 or newer",
  },
  {
    id: "R15",
    releases: only("v3.28.4", "v3.28.5"),
    severity: "error",
    why: "v3.28.4 breaks on Kubernetes 1.24",
    when: { kubernetes: { min: 24, max: 24 } },
    instead: "v3.28.5, or Kubernetes 1.25 or newer first",
  },
  {
    id: "R16",
    releases: only("v3.29.0", "v3.29.4"),
    severity: "warning",
    why: "policy names get a tier prefix, and without the role calico-tier-getter deleting namespaces gets stuck",
    when: {},
    instead: "v3.29.4 or newer",
  },
  {
    id: "R17",
    releases: only("v3.30.0", "v3.30.7"),
    targets: span("v3.31.0"),
    severity: "error",
    why: "with eBPF and VXLAN, nodes that are not upgraded yet drop VXLAN traffic while v3.31 or newer is rolled out",
    when: { from: span(undefined, "v3.30.7"), ebpf: true, vxlan: true },
    instead: "v3.30.7 first",
  },
];

/** Whether calico-facts 4.2 has a row about a release: then no upgrade passes through it. */
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
