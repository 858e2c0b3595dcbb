/** A process that had the run's lease and has it no longer does nothing more in that run (hazard H13). */
import type { DaemonSetFacts } from "../../model/daemonset.ts";
import type { Commands, Stop } from "../decision.ts";
import { holdsLease, takenOver } from "./held.ts";

export interface KeptLease {
  /** UID of the DaemonSet on which this process was seen to hold the lease. */
  readonly kept?: string;
}

/** Takes in whether the lease is this process's own now. */
export function keepLease<Seen extends KeptLease>(
  seen: Seen,
  daemonSet: DaemonSetFacts | undefined,
  holder: string | undefined,
): Seen {
  if (daemonSet === undefined || holder === undefined || !holdsLease(daemonSet, holder)) return seen;
  return seen.kept === daemonSet.uid ? seen : { ...seen, kept: daemonSet.uid };
}

/**
 * Why this process may not go on; undefined: it has the lease, or never had it, or its DaemonSet was created anew. One
 * that nobody can read may still be its own.
 */
export function lostLease(
  { kept }: KeptLease,
  daemonSet: DaemonSetFacts,
  { holder, commands }: { readonly holder: string; readonly commands: Commands },
): Stop | undefined {
  const { run, uid, namespace, name } = daemonSet;
  if (kept !== uid || run === "unreadable" || run?.holder === holder) return undefined;
  if (run?.holder !== undefined) return takenOver(run.holder, { commands });
  return {
    id: "H13",
    message: `the lease of this run on daemonset ${namespace}/${name} is gone: another run has taken it over and ended, or somebody has removed it`,
    hint: `to do what is left: ${commands.again()}`,
  };
}

/** This process has given it back itself. */
export function withoutLease<Seen extends KeptLease>(seen: Seen): Omit<Seen, "kept"> {
  const { kept: _given, ...rest } = seen;
  return rest;
}
