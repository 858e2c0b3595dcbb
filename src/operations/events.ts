import type { ApplySummary } from "../plan/apply/summary.ts";
import type { ControllerGoal } from "../plan/controller/goal.ts";
import type { ControllerSeen } from "../plan/controller/seen.ts";
import type { ControllerStep } from "../plan/controller/step.ts";
import type { LeaseStep } from "../plan/lease/step.ts";
import type { NodeGoal } from "../plan/node/goal.ts";
import type { NodesSeen } from "../plan/node/seen.ts";
import type { NodeStep } from "../plan/node/step.ts";
import type { ObjectsSeen, ObjectsStep } from "../plan/objects/procedure.ts";
import type { PolicySeen, PolicyStep } from "../plan/policy-migration/procedure.ts";
import type { Planned } from "../plan/planned-writes.ts";
import type { PrepullGoal } from "../plan/prepull/goal.ts";
import type { PrepullStep } from "../plan/prepull/procedure.ts";
import type { PrepullSeen } from "../plan/prepull/seen.ts";
import type { RunEvent } from "../plan/run-event.ts";
import type { RunPart, PartResult, SequenceSeen } from "../plan/sequence/procedure.ts";
import type { Millis } from "../model/time.ts";
import type { Truth } from "../model/reading.ts";
import type { Finding } from "../preflight/finding.ts";
import type { PreflightVerdict } from "../preflight/verdict.ts";
import type { Comparison } from "../perform/reporter.ts";
import type { Progress } from "../render/node-progress.ts";
import type { PreflightCheck } from "./preflight/check.ts";

/**
 * What an operation reports while it runs: one stream for a whole command, of data and not of text. The task list,
 * plain lines, the event file and results listen to it.
 */
export type OperationEvent =
  | NodesHappening
  | PrepullHappening
  | ControllerHappening
  | ObjectsHappening
  | PoliciesHappening
  | SequenceHappening
  /** Both sides were looked at after the writes of a procedure, which `about` tells. */
  | { readonly kind: "compared"; readonly about: ObjectsAbout | PoliciesAbout; readonly found: Comparison }
  /** What the user should know and nothing waits for: a sentence without `Warning: `. */
  | { readonly kind: "warning"; readonly text: string }
  /** A line that says what is going on. */
  | { readonly kind: "note"; readonly text: string }
  /** How far the run has come; it replaces what was said of it before. */
  | ({ readonly kind: "progress" } & Progress)
  /** What the rules of preflight say, and which of them stand in the way. */
  | { readonly kind: "findings"; readonly checked: PreflightCheck; readonly verdict: PreflightVerdict }
  /** What the rules of one step say, as its command asks them. */
  | { readonly kind: "step findings"; readonly findings: readonly Finding[] }
  /** What an upgrade is going to do, before it asks. */
  | { readonly kind: "planned"; readonly summary: ApplySummary }
  /** A directory that takes what the run changes: told when it is opened. */
  | { readonly kind: "saved"; readonly bundle: string };

interface Happening {
  readonly kind: "procedure";
  /** The parts that it is nested in, from the outside. */
  readonly within: readonly string[];
}

/** `about` is one and the same object for all events of one procedure. */
export interface NodesHappening extends Happening {
  readonly procedure: "nodes";
  readonly about: NodesAbout;
  readonly event: RunEvent<NodesSeen, NodeStep>;
}

export interface NodesAbout {
  readonly goal: NodeGoal;
  /** `daemonset.apps/calico-node` */
  readonly resource: string;
  readonly bgp: Truth;
  /** BIRD's graceful restart period; absent where there is no BGP. */
  readonly budget?: Millis;
}

export interface PrepullHappening extends Happening {
  readonly procedure: "prepull";
  readonly about: PrepullAbout;
  readonly event: RunEvent<PrepullSeen, PrepullStep>;
}

export interface PrepullAbout {
  readonly goal: PrepullGoal;
}

export interface ControllerHappening extends Happening {
  readonly procedure: "controller";
  readonly about: ControllerAbout;
  readonly event: RunEvent<ControllerSeen, ControllerStep>;
}

export interface ControllerAbout {
  readonly goal: ControllerGoal;
  /** API group of Deployments: apps, extensions. */
  readonly group: string;
  /** The workload is restarted as it is. */
  readonly restart: boolean;
}

export interface ObjectsHappening extends Happening {
  readonly procedure: "objects";
  readonly about: ObjectsAbout;
  readonly event: RunEvent<ObjectsSeen, ObjectsStep>;
}

export interface ObjectsAbout {
  /** Mutation lines name the namespace. */
  readonly namespaced?: boolean;
  readonly planned?: readonly Planned[];
  /** Both sides are read and compared after it. */
  readonly compares?: boolean;
}

export interface PoliciesHappening extends Happening {
  readonly procedure: "policies";
  readonly about: PoliciesAbout;
  readonly event: RunEvent<PolicySeen, PolicyStep>;
}

export interface PoliciesAbout {
  /** `networkpolicy.networking.k8s.io` */
  readonly resource: string;
  readonly planned: readonly Planned[];
}

export interface SequenceHappening extends Happening {
  readonly procedure: "sequence";
  readonly about: SequenceAbout;
  readonly event: RunEvent<SequenceSeen, LeaseStep, RunPart>;
}

export interface SequenceAbout {
  /** All of them, in their order. */
  readonly parts: readonly RunPart[];
  readonly results?: Readonly<Record<string, PartResult>>;
}
