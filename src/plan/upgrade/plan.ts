import type { DatastoreType } from "../../model/datastore.ts";
import type { PathRuleId, ReleaseFactId } from "../../releases/ids.ts";
import type { StepHazardId } from "./hazard-words.ts";

/** What `plan -o json` prints; docs/schema/upgrade-plan.json describes it. */
export interface UpgradePlan {
  readonly apiVersion: "calico-upgrade/v1alpha1";
  readonly kind: "UpgradePlan";
  readonly from: string;
  readonly to: string;
  readonly datastore: DatastoreType;
  /** `1.29`; missing: not known. */
  readonly kubernetes?: string;
  /** Whether the cluster was asked, or flags told. */
  readonly basis: "cluster" | "flags";
  /** The manifest of -f, where the cluster was compared with it. */
  readonly manifest?: string;
  /** Of the release that runs already there is one, `from` and `to` the same, where something is left to do. */
  readonly hops: readonly UpgradeHop[];
  /** What is known against the target. */
  readonly notes: readonly PlanNote[];
}

export interface UpgradeHop {
  readonly from: string;
  readonly to: string;
  /** Why it stops here; empty for the target. */
  readonly reasons: readonly PlanReason[];
  /** Kubernetes versions on which it can be made. */
  readonly kubernetes: { readonly min?: string; readonly max?: string };
  /** Whether the documentation of `to` names the Kubernetes version that runs. */
  readonly tested: boolean | "unknown";
  readonly notes: readonly PlanNote[];
  readonly steps: readonly PlanStep[];
}

export interface PlanReason {
  readonly id: ReleaseFactId;
  readonly because: string;
}

export interface PlanNote extends PlanReason {
  readonly severity: "error" | "warning" | "info";
  /** Whether its condition holds here. */
  readonly holds: true | "unknown";
  readonly instead?: string;
}

export type StepId =
  | "kubernetes"
  | "policy"
  | "data"
  | "expand"
  | "typha"
  | "controller"
  | "configmap"
  | "template"
  | "nodes"
  | "complete"
  | "contract";

export type StepState = "done" | "todo" | "unknown";

export interface PlanStep {
  readonly id: StepId;
  readonly what: string;
  /** What has to hold before it. */
  readonly when: string;
  readonly state: StepState;
  /** What the state was told by. */
  readonly because: string;
  /** Rules that ask for it. */
  readonly rules: readonly (PathRuleId | StepHazardId)[];
  /** Of this program, where it has one for the step; without `kubectl calico-upgrade`. */
  readonly command?: string;
  /** Plain commands, and remarks that begin with #, for a shell. */
  readonly commands: readonly string[];
}
