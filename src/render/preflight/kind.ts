import type { Finding } from "../../preflight/finding.ts";

/** What `preflight -o json` prints; docs/schema/preflight.json describes it. */
export interface PreflightReport {
  readonly apiVersion: "calico-upgrade/v1alpha1";
  readonly kind: "Preflight";
  readonly cluster: {
    /** `v1.36.4`; empty when the server did not say. */
    readonly kubernetes: string;
    /** When it was looked at, by the server's clock. */
    readonly observed: string;
  };
  /** The oldest release that runs; missing: not known. */
  readonly from?: string;
  readonly datastore?: string;
  /** The release asked for; missing: none, or the manifest does not tell it. */
  readonly to?: string;
  /** The manifest of -f. */
  readonly manifest?: string;
  /** The command that was asked whether it would begin; missing: none was, and `ready` is only what the rules say. */
  readonly command?: string;
  /** Nothing that was looked at stands in the way: exit code 0. */
  readonly ready: boolean;
  readonly findings: readonly ReportedFinding[];
  /** What else stands in the way: why that command would not begin. Missing: nothing. */
  readonly refusals?: readonly Refusal[];
  /** Without a target: the newest releases that can be reached, nearest first. */
  readonly reachable?: readonly Reachable[];
}

export interface ReportedFinding extends Finding {
  /** First letter of the id. */
  readonly category: string;
  readonly title: string;
  /** It makes the exit code 1. */
  readonly blocks: boolean;
  /** It would, and was named in --ignore-preflight-errors. */
  readonly ignored: boolean;
}

/** Why a command would end before its first write, in its own words. */
export interface Refusal {
  /** Of the guard, where it has one. */
  readonly id?: string;
  readonly because: string;
  /** What resolves it. */
  readonly fix?: string;
}

export interface Reachable {
  readonly release: string;
  /** The releases to go through, the last one included. */
  readonly hops: readonly string[];
}
