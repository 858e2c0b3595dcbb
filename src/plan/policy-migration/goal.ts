import type { ApiResource } from "../../model/api-resource.ts";
import type { FlowChange } from "../../policy/changes.ts";
import type { BoundarySide } from "../../policy/crossing.ts";
import type { Driver } from "../../policy/isolation.ts";
import type { Decisions } from "../../policy/migration.ts";
import type { Universe } from "../../policy/universe.ts";
import type { Commands } from "../decision.ts";

/** What a migration of policies is proven against. */
export interface PolicyTask {
  /** Only what is left to do once it is behind. */
  readonly finish: boolean;
  /** Flows may change by what was decided, or by what the target begins to enforce. */
  readonly accept: boolean;
  readonly driver: Driver;
  readonly side: BoundarySide;
  /** Release. */
  readonly target: string;
  /** What runs, in words. */
  readonly calico: string;
  readonly decisions: Decisions;
  readonly commands: Commands;
  /** One flow in one line. */
  readonly flowText: (universe: Universe, change: FlowChange) => string;
}

/** What is to become of the policies. Everything in it is fixed before the first write. */
export interface PolicyGoal extends PolicyTask {
  readonly agreed: Agreement;
  /** Where this server has NetworkPolicies. */
  readonly place: ApiResource;
  /** Of the bundle: what is created carries it; a dry run has none. */
  readonly run?: string;
}

/** What the question was about, and everything that it rested on. */
export interface Agreement {
  /** Of each step, with what is deleted by it. */
  readonly steps: ReadonlySet<string>;
  /** Flows that change all the same. */
  readonly flows: ReadonlySet<string>;
}
