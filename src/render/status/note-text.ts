import type { NodeNote } from "../../facts/notes.ts";
import { stuckText } from "../../model/stuck.ts";
import type { Millis } from "../../model/time.ts";
import { age, humanDuration } from "../duration.ts";

/** What stands in the NOTE column. */
export function noteText(note: NodeNote, now: Millis): string {
  switch (note.id) {
    case "silent":
      return `silent${sinceText(note.since, now)}: its kubelet does not report`;
    case "not-ready":
      return `node not ready${sinceText(note.since, now)}${note.why === undefined ? "" : `: ${note.why}`}`;
    case "missing": {
      const { reason, message = "" } = note.why;
      return reason === "Missing" ? "pod missing" : `pod missing: ${reason}: ${message}`;
    }
    case "stuck":
    case "under-way":
      return `${stuckText(note.why)}${note.since === undefined ? "" : ` (${age(note.since, now)})`}`;
    case "wrong-revision":
      return "its replacement was made from an older revision";
    case "several-pods":
      return `${String(note.pods)} pods of ${note.of ?? "calico-node"} on this node`;
    case "churn":
      return `${String(note.pods)} pods made in ${humanDuration(note.within)}`;
    case "cordoned": {
      const when = note.at === undefined ? "" : `, ${humanDuration(now - note.at)} ago`;
      return `cordoned by ${note.by ?? "somebody else"}${when}`;
    }
    case "lease":
    case "void-lease":
      return leaseText(note, now);
    case "unreadable-lease":
      return "its calico-upgrade/cordon annotation cannot be read";
    case "stale-config":
      return `${note.configMap} ${note.surely ? "changed" : "may have changed"} after it started`;
    case "not-scheduled-here":
      return `${note.daemonSet} does not select this node any more`;
  }
}

function leaseText(
  { id, lease }: Extract<NodeNote, { readonly id: "lease" | "void-lease" }>,
  now: Millis,
): string {
  const holder = lease.holder === "" ? "calico-upgrade" : lease.holder;
  const who = `${holder}, ${humanDuration(now - lease.since)} ago`;
  if (id === "void-lease") return `uncordoned by hand: void lease of ${who}`;
  if (lease.noCordon === true) return `being restarted by ${who}, without a cordon`;
  return `cordoned by calico-upgrade (${who}${lease.wasUnschedulable ? "; was cordoned before" : ""})`;
}

function sinceText(since: Millis | undefined, now: Millis): string {
  return since === undefined ? "" : ` for ${humanDuration(now - since)}`;
}
