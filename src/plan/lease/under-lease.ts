import type { DaemonSetFacts } from "../../model/daemonset.ts";
import type { RunCommand } from "../../model/run-command.ts";
import type { Millis } from "../../model/time.ts";
import type { Commands, Decision, Stop } from "../decision.ts";
import { heldByOther, holdsLease, renewed, leaseRenewal } from "./held.ts";
import { lostLease, type KeptLease } from "./kept.ts";
import type { LeaseStep } from "./step.ts";

/** The lease that a run wants on the DaemonSet of the install. */
export interface LeaseGoal {
  /** Who works. */
  readonly holder: string;
  /** The run's identity. */
  readonly run: (daemonSet: DaemonSetFacts) => string;
  /** What began the run (hazard H33). */
  readonly command?: RunCommand;
  /** Continue in the place of another run. */
  readonly takeOver: boolean;
  /** A holder whose process is known to have ended. */
  readonly gone?: string | undefined;
  /** A part of a run that holds the lease: it is renewed, and neither taken nor given back. */
  readonly nested: boolean;
  readonly commands: Commands;
}

/** What this process has seen of the lease. */
export interface LeaseSeen extends KeptLease {
  /** This process has taken it, over that of a run that ended by itself. */
  readonly claimed?: { readonly before?: string };
  readonly stop?: Stop;
}

/**
 * One run works on an install at a time (hazard H13): the lease on its DaemonSet is taken before the first
 * write, renewed while this process lives, and given back when it ends by itself. A run that changes nothing
 * takes none. `left`: something is left to do, and the lease says so without a holder.
 */
export function underLease<Step, Read, Child>(
  daemonSet: DaemonSetFacts | undefined,
  seen: LeaseSeen,
  goal: LeaseGoal | undefined,
  now: Millis,
  decision: Decision<Step, Read, Child>,
  left = false,
): Decision<Step | LeaseStep, Read, Child> {
  if (goal === undefined || daemonSet === undefined) return decision;
  const { holder, nested } = goal;
  const held = holdsLease(daemonSet, holder);
  const ends = decision.kind === "done" || decision.kind === "stop";
  if (
    decision.kind === "done" &&
    !held &&
    !nested &&
    !left &&
    seen.claimed === undefined &&
    isOfRun(daemonSet, goal)
  ) {
    const other = heldByOther(daemonSet, { ...goal, claimed: false, run: () => goal.run(daemonSet) }, now);
    // A process of this run was killed after its last write: what it left goes. Where it may still live, it is named.
    return other === undefined ? step({ kind: "end-run", daemonSet }) : { kind: "stop", reason: other };
  }
  if (ends && (!held || nested)) return decision;
  // The procedure says why it stops before what it holds is given back.
  if (decision.kind === "stop" && seen.stop === undefined) return decision;
  if (ends) return step({ kind: "end-run", daemonSet, ...leaseAfter(daemonSet, seen, goal, left) });
  const lost = lostLease(seen, daemonSet, goal);
  if (lost !== undefined) return { kind: "stop", reason: lost };
  const asker = { ...goal, claimed: nested || seen.claimed !== undefined, run: () => goal.run(daemonSet) };
  const other = heldByOther(daemonSet, asker, now);
  if (other !== undefined) return { kind: "stop", reason: other };
  const writesNothing = decision.kind === "wait" || decision.kind === "read";
  if (writesNothing && seen.claimed === undefined && !nested) return decision;
  if (!held) {
    const lease = { run: goal.run(daemonSet), holder, renewed: now, ...kept(goal) };
    return step({ kind: "claim", daemonSet, lease });
  }
  const lease = renewed(daemonSet, holder, now);
  if (lease !== undefined) return step({ kind: "renew", daemonSet, lease });
  return decision.kind === "wait"
    ? { ...decision, until: Math.min(decision.until, now + leaseRenewal) }
    : decision;
}

/** Whether the lease there is that of this very run. */
function isOfRun({ run, ...daemonSet }: DaemonSetFacts, goal: LeaseGoal): boolean {
  return run !== undefined && run !== "unreadable" && run.run === goal.run(daemonSet);
}

/** A run that is not at its end stays known without a holder; else what was there before us. */
function leaseAfter(
  daemonSet: DaemonSetFacts,
  seen: LeaseSeen,
  goal: LeaseGoal,
  left: boolean,
): Pick<LeaseStep, "lease"> {
  if (left) return { lease: { run: goal.run(daemonSet), ...kept(goal) } };
  const before = seen.claimed?.before;
  return before === undefined || before === goal.run(daemonSet) ? {} : { lease: { run: before } };
}

function kept({ command }: LeaseGoal): { readonly command?: RunCommand } {
  return command === undefined ? {} : { command };
}

/** What the annotation said before us: a run that ended by itself is still known by it afterwards. */
export function claimedOver({ daemonSet: { run } }: LeaseStep): { readonly before?: string } {
  return run === undefined || run === "unreadable" || run.holder !== undefined ? {} : { before: run.run };
}

function step(what: LeaseStep): { readonly kind: "step"; readonly step: LeaseStep } {
  return { kind: "step", step: what };
}
