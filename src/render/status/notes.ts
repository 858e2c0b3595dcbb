import type { DaemonSetFacts } from "../../model/daemonset.ts";
import type { EventFacts } from "../../model/event.ts";
import type { NodeFacts } from "../../model/node.ts";
import type { PodFacts } from "../../model/pod.ts";
import { missingReason, stuckReason, stuckText } from "../../model/stuck.ts";
import type { Millis } from "../../model/time.ts";
import { age, humanDuration } from "../duration.ts";
import { churn } from "./churn.ts";
import type { ConfigAge } from "../../model/config-age.ts";
import type { NodeStatus, Note } from "./kind.ts";

/** What the notes of one node's row are made from. */
export interface NoteSource {
  readonly status: Omit<NodeStatus, "notes">;
  readonly config: ConfigAge;
  readonly node: NodeFacts | undefined;
  readonly daemonSet: DaemonSetFacts | undefined;
  /** The DaemonSet's pods on this node, the one that counts first. */
  readonly pods: readonly PodFacts[];
  readonly podsKnown: boolean;
  readonly events: readonly EventFacts[];
  readonly eventsKnown: boolean;
  readonly now: Millis;
}

/** A pod that is still there so long after its grace period does not end by itself. */
const overdueAfter: Millis = 60_000;

/** What stands in the NOTE column, the gravest first. */
export function notesOf(source: NoteSource): readonly Note[] {
  return [...nodeNotes(source), ...podNotes(source), ...cordonNotes(source), ...configNotes(source.config)];
}

function nodeNotes({ node, now }: NoteSource): readonly Note[] {
  if (node === undefined || node.ready === true) return [];
  const since = node.readyChanged === undefined ? "" : ` for ${humanDuration(now - node.readyChanged)}`;
  if (node.ready === "unknown") return [note("silent", `silent${since}: its kubelet does not report`)];
  const why = node.readyMessage ?? node.readyReason;
  return [note("not-ready", `node not ready${since}${why === undefined ? "" : `: ${why}`}`)];
}

function podNotes(source: NoteSource): readonly Note[] {
  const { status, node, daemonSet, pods, podsKnown, events, now } = source;
  const [pod, second] = pods;
  if (pod === undefined) return podsKnown ? absence(source) : [];
  const notes: Note[] = [];
  const stuck = stuckReason(pod, events);
  if (stuck !== undefined) {
    const since = stuck.since === undefined ? "" : ` (${age(stuck.since, now)})`;
    const overdue = pod.deletedAt !== undefined && now - pod.deletedAt > overdueAfter;
    const text = stuckText(stuck);
    notes.push(
      stuck.failing ? note("stuck", text) : note(overdue ? "stuck" : "under-way", `${text}${since}`),
    );
  }
  if (second !== undefined && second.deletedAt === undefined)
    notes.push(
      note("several-pods", `${pods.length} pods of ${daemonSet?.name ?? "calico-node"} on this node`),
    );
  const replaced = node?.lease === undefined || node.lease === "unreadable" ? undefined : node.lease.replaces;
  if (replaced !== undefined && replaced !== pod.uid && status.updated === false)
    notes.push(note("wrong-revision", "its replacement was made from an older revision"));
  const made =
    node === undefined || daemonSet === undefined ? undefined : churn(node.name, daemonSet.name, events, now);
  if (made !== undefined)
    notes.push(note("churn", `${made.pods} pods made in ${humanDuration(made.within)}`));
  if (status.expected === false && daemonSet !== undefined)
    notes.push(note("not-scheduled-here", `${daemonSet.name} does not select this node any more`));
  return notes;
}

function absence({ status, node, daemonSet, events }: NoteSource): readonly Note[] {
  if (daemonSet === undefined || status.expected !== true || node === undefined) return [];
  const { reason, message } = missingReason(node.name, daemonSet, events);
  return [note("missing", reason === "Missing" ? "pod missing" : `pod missing: ${reason}: ${message ?? ""}`)];
}

function cordonNotes({ node, now }: NoteSource): readonly Note[] {
  if (node === undefined) return [];
  const { lease, unschedulable, cordonedAt, cordonedBy } = node;
  if (lease === "unreadable")
    return [note("unreadable-lease", "its calico-upgrade/cordon annotation cannot be read")];
  if (lease !== undefined) {
    const since = humanDuration(now - lease.since);
    const who = `${lease.holder === "" ? "calico-upgrade" : lease.holder}, ${since} ago`;
    if (lease.noCordon === true) return [note("lease", `being restarted by ${who}, without a cordon`)];
    if (!unschedulable) return [note("void-lease", `uncordoned by hand: void lease of ${who}`)];
    const kept = lease.wasUnschedulable ? "; was cordoned before" : "";
    return [note("lease", `cordoned by calico-upgrade (${who}${kept})`)];
  }
  if (!unschedulable) return [];
  const when = cordonedAt === undefined ? "" : `, ${humanDuration(now - cordonedAt)} ago`;
  return [note("cordoned", `cordoned by ${cordonedBy ?? "somebody else"}${when}`)];
}

function configNotes({ current, written }: ConfigAge): readonly Note[] {
  if (written === undefined) return [];
  const how = current === false ? "changed" : "may have changed";
  return [note("stale-config", `${written} ${how} after it started`)];
}

function note(id: Note["id"], text: string): Note {
  return { id, text };
}
