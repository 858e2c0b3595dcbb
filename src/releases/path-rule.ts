import type { DatastoreType } from "../model/datastore.ts";
import type { GuardedStep } from "../model/guarded-step.ts";
import type { RulePage } from "../model/rule-page.ts";
import type { PathRuleId } from "./ids.ts";
import { within, type Span, type Version } from "./version.ts";

/** One upgrade from a release to another, in one go. */
export interface Hop {
  readonly from: Version;
  readonly to: Version;
  readonly datastore: DatastoreType;
  /** Minor of Kubernetes 1.x; undefined: not known. */
  readonly kubernetes?: number;
  /** Whether the API group of the ThirdPartyResources is served and readable; undefined: not known. */
  readonly oldGroupServed?: boolean;
  /** The target is run by the Tigera operator, the present install by a manifest. */
  readonly toOperator?: boolean;
}

export type HopFact = "kubernetes" | "oldGroupServed" | "toOperator";

/** What a path rule says of a hop that it applies to. */
export interface PathDecision {
  readonly because: string;
  /** What makes the hop possible; undefined: nothing does, or nothing is needed. */
  readonly met?:
    | { readonly by: "step" }
    /** Not in one go: an upgrade has to stop at one of these releases. */
    | { readonly by: "passing"; readonly through: Span }
    | { readonly by: "kubernetes" };
}

/** A rule about the path from one release to another (calico-facts 4.1): one file each in `paths`. */
export interface PathRule {
  readonly id: PathRuleId;
  readonly severity: "error" | "info" | "warning";
  /** The steps that ask it; undefined: each that goes to another release. */
  readonly steps?: readonly GuardedStep[];
  readonly page: RulePage;
  /** What it asks of a hop beside the releases and the datastore. */
  readonly asks?: HopFact;
  /** undefined: it does not apply to that hop. */
  readonly decide: (hop: Hop) => PathDecision | undefined;
}

/** Whether a hop begins before a release and ends at it or later. */
export function crosses({ from, to }: Pick<Hop, "from" | "to">, release: Span): boolean {
  return !within(from, release) && within(to, release);
}

export function metByStep(because: string): PathDecision {
  return { because, met: { by: "step" } };
}

export function metByPassing(because: string, through: Span): PathDecision {
  return { because, met: { by: "passing", through } };
}
