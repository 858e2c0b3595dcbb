import type { DatastoreType } from "../model/datastore.ts";
import { kernelAtLeast } from "../model/kernel.ts";
import type { Truth } from "../model/reading.ts";
import { badReleases } from "./faults/bad-releases.ts";
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
  readonly when: FaultCondition;
  /** What to take instead, where the row says so. */
  readonly instead?: string;
  readonly sources: readonly string[];
}

/** All of it has to hold for the row to apply. */
export interface FaultCondition {
  readonly datastore?: DatastoreType;
  readonly from?: Span;
  readonly kubernetes?: KubernetesRange;
  readonly canal?: true;
  readonly typha?: true;
  readonly ebpf?: true;
  readonly vxlan?: true;
  /** Felix programs nftables, and not iptables. */
  readonly nftables?: true;
  /** No pool has IPv4 addresses. */
  readonly ipv6Only?: true;
  /** Of a node, as Kubernetes writes it: `arm64`. */
  readonly architecture?: string;
  /** Major and minor that a node's kernel has at least. */
  readonly kernel?: readonly [major: number, minor: number];
}

/** What a fault can depend on and is in use or not. */
export const featureConditions = ["canal", "typha", "ebpf", "vxlan", "nftables", "ipv6Only"] as const;

/** A node, as far as a fault can depend on it. */
export interface FaultNode {
  readonly name: string;
  readonly arch?: string;
  readonly kernel?: string;
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
  /** Missing, like the next two: nobody looked. */
  readonly nftables?: Truth;
  readonly ipv6Only?: Truth;
  readonly nodes?: readonly FaultNode[];
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

export function conditionHolds(when: FaultCondition, seen: Circumstances): Truth {
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
    ...featureConditions.map((key) => (when[key] === true ? (seen[key] ?? "unknown") : true)),
    ...(isAboutNodes(when) ? [nodesMeet(when, seen.nodes)] : []),
  ];
  if (parts.includes(false)) return false;
  return parts.includes("unknown") ? "unknown" : true;
}

export function isAboutNodes({ architecture, kernel }: FaultCondition): boolean {
  return architecture !== undefined || kernel !== undefined;
}

function nodesMeet(when: FaultCondition, nodes: Circumstances["nodes"]): Truth {
  if (nodes === undefined) return "unknown";
  const met = nodes.map((node) => nodeMeets(when, node));
  if (met.includes(true)) return true;
  return met.includes("unknown") ? "unknown" : false;
}

/** Whether a fault bites on this node, as far as it depends on one. */
export function nodeMeets({ architecture, kernel }: FaultCondition, node: FaultNode): Truth {
  const parts: readonly Truth[] = [
    architecture === undefined ? true : node.arch === undefined ? "unknown" : node.arch === architecture,
    kernel === undefined ? true : kernelAtLeast(node.kernel, ...kernel),
  ];
  if (parts.includes(false)) return false;
  return parts.includes("unknown") ? "unknown" : true;
}
