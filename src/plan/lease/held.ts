import type { DaemonSetFacts } from "../../model/daemonset.ts";
import { isDetachedHolder } from "../../model/detached.ts";
import { leaseExpiry, type RunLease } from "../../model/lease.ts";
import { formatTime, type Millis } from "../../model/time.ts";
import type { Commands, Stop } from "../decision.ts";

/** How often a living process renews its run lease (hazard H13). */
export const leaseRenewal: Millis = 20_000;

/** A run that asks whether it may work under the lease of its install's DaemonSet (hazard H13). */
export interface LeaseAsker {
  readonly holder: string;
  readonly takeOver: boolean;
  /** A holder whose process is known to have ended: its lease is as good as expired. */
  readonly gone?: string | undefined;
  /** This very process has taken the lease. */
  readonly claimed: boolean;
  /** Its identity; asked for only where another process has left a lease. */
  readonly run: () => string;
  readonly commands: Commands;
}

type Leased = Pick<DaemonSetFacts, "namespace" | "name" | "run">;

/** Why another run's lease stands in the way; undefined when this run may work. */
export function heldByOther(daemonSet: Leased, asker: LeaseAsker, now: Millis): Stop | undefined {
  const { run } = daemonSet;
  if (run === undefined) return undefined;
  if (asker.claimed && run !== "unreadable" && run.holder !== undefined && run.holder !== asker.holder)
    return takenOver(run.holder, asker);
  if (asker.takeOver) return undefined;
  const where = `daemonset ${daemonSet.namespace}/${daemonSet.name}`;
  if (run === "unreadable") {
    return {
      id: "H13",
      message: `the lease of a run on ${where} cannot be read, so it is not known whether somebody works on it`,
      hint: `to continue in its place: ${asker.commands.again("--take-over")}`,
    };
  }
  if (run.holder === undefined || run.holder === asker.holder) return undefined;
  const age = run.renewed === undefined ? undefined : now - run.renewed;
  if (age !== undefined && age < -leaseExpiry && run.holder !== asker.gone) {
    // No process of this program writes that: servers' clocks differ by less.
    return {
      id: "H13",
      message: `${run.holder} has the lease on ${where} until after ${formatTime(now - age)}, which is ahead of the API server's clock (${formatTime(now)}): whether it is at work is not known`,
      hint: `if that process is gone: ${asker.commands.again("--take-over")}`,
    };
  }
  if (age !== undefined && age < leaseExpiry && run.holder !== asker.gone) {
    return {
      id: "H13",
      message: `${run.holder} is working on ${where} (seen ${Math.max(0, Math.round(age / 1000))}s ago)`,
      hint:
        (isDetachedHolder(run.holder)
          ? `follow it with: ${asker.commands.other("status", "-w")}; stop it with: ${asker.commands.other("node", "--stop")}; or `
          : "") +
        `wait for it to end; if that process is gone, run the same command after ${formatTime(now - age + leaseExpiry)}, ` +
        `or at once: ${asker.commands.again("--take-over")}`,
    };
  }
  if (run.run === asker.run()) return undefined;
  return {
    id: "H13",
    message: `${run.holder} left another run on ${where} unfinished (its target is ${targetText(run.run)})`,
    hint: `${continued(run, asker)}to replace that run with this one: ${asker.commands.again("--take-over")}`,
  };
}

export function takenOver(holder: string, { commands }: Pick<LeaseAsker, "commands">): Stop {
  return { id: "H13", message: `${holder} has taken this run over`, hint: commands.other("status") };
}

/** Whether this process holds the lease. */
export function holdsLease({ run }: Pick<Leased, "run">, holder: string): boolean {
  return run !== undefined && run !== "unreadable" && run.holder === holder;
}

/**
 * What continues a run that ended: after a second Ctrl-C, which leaves at once, its lease is still there and has to be
 * taken over. `holder`: undefined where the lease is not its own, or the command takes it over anyway.
 */
export function wayOn(
  commands: Pick<Commands, "again">,
  daemonSet: Pick<Leased, "run"> | undefined,
  holder: string | undefined,
): string {
  const left = holder !== undefined && daemonSet !== undefined && holdsLease(daemonSet, holder);
  return commands.again(...(left ? ["--take-over"] : []));
}

/** The lease to write where ours has to be renewed now. */
export function renewed(
  { run }: Pick<Leased, "run">,
  holder: string,
  now: Millis,
  after = leaseRenewal,
): RunLease | undefined {
  if (run === undefined || run === "unreadable" || run.holder !== holder) return undefined;
  return now - (run.renewed ?? 0) < after ? undefined : { ...run, renewed: now };
}

/** What continues a run is the command that began it (hazard H33). */
function continued({ command }: RunLease, { commands }: LeaseAsker): string {
  return command === undefined ? "" : `to continue it: ${commands.kept(command)}; `;
}

function targetText(run: string): string {
  const target = run.slice(run.lastIndexOf("/") + 1);
  if (/^\d+$/.test(target)) return `revision ${target}`;
  return target.startsWith("controller") ? "the controller" : (target.split(":", 1)[0] ?? "");
}
