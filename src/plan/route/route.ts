import type { Truth } from "../../model/reading.ts";
import type { Circumstances } from "../../releases/bad-releases.ts";
import type { KubernetesRange } from "../../releases/kubernetes.ts";
import type { PathAnswer } from "../../releases/paths.ts";
import type { ReleaseFactId } from "../../releases/ids.ts";
import type { Version } from "../../releases/version.ts";

/** Where a route begins, and what is known of the cluster. */
export interface RouteStart extends Omit<Circumstances, "to"> {
  /** Whether the API group of the ThirdPartyResources is served (H29); undefined: not known. */
  readonly oldGroupServed?: boolean;
}

export type Route =
  | {
      readonly kind: "route";
      /** In order; empty: this release runs already. */
      readonly hops: readonly PlannedHop[];
      /** What is known against the target. */
      readonly notes: readonly RouteNote[];
    }
  | RouteRefusal;

/** One upgrade of the route, in one go. */
export interface PlannedHop {
  readonly from: Version;
  readonly to: Version;
  /** Why the route stops at `to`; empty for the target. */
  readonly reasons: readonly RouteReason[];
  /** Kubernetes versions on which this hop, and the others up to the next upgrade of Kubernetes, can be made. */
  readonly kubernetes: KubernetesRange;
  /** Kubernetes has to be upgraded to this before the hop, not by this tool (H29). */
  readonly upgradeKubernetes?: KubernetesRange;
  /** Whether the documentation of `to` names the Kubernetes version that runs. */
  readonly tested: Truth;
  /** What path rules say about it: what its steps have to do, and what to know. */
  readonly answers: readonly PathAnswer[];
}

export interface RouteReason {
  readonly id: ReleaseFactId;
  readonly because: string;
}

export interface RouteNote extends RouteReason {
  readonly severity: "error" | "warning" | "info";
  /** Whether its condition holds; what is not known is said, not dropped. */
  readonly holds: true | "unknown";
  readonly instead?: string;
}

/** There is no way. */
export interface RouteRefusal extends RouteReason {
  readonly kind: "refusal";
  /** The nearest release that can be reached and has no known fault. */
  readonly nearest?: string;
  /** What to take instead, where the rule says so. */
  readonly instead?: string;
}
