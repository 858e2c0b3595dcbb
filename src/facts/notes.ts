import type { EventFacts } from "../model/event.ts";
import type { CordonLease } from "../model/lease.ts";
import { missingReason, stuckReason, type Stuck } from "../model/stuck.ts";
import type { Millis } from "../model/time.ts";
import { churn } from "./churn.ts";
import type { CalicoNode } from "./nodes.ts";

/** Something to be known about one node and its calico-node. */
export type NodeNote =
  /** Its kubelet does not report. */
  | { readonly id: "silent"; readonly since: Millis | undefined }
  | { readonly id: "not-ready"; readonly since: Millis | undefined; readonly why: string | undefined }
  | { readonly id: "missing"; readonly why: Stuck }
  | { readonly id: "stuck"; readonly why: Stuck; readonly since: Millis | undefined }
  /** Being pulled, started, ended. */
  | { readonly id: "under-way"; readonly why: Stuck; readonly since: Millis | undefined }
  | { readonly id: "wrong-revision" }
  | { readonly id: "several-pods"; readonly pods: number; readonly of: string | undefined }
  | { readonly id: "churn"; readonly pods: number; readonly within: Millis }
  /** Cordoned by somebody else. */
  | { readonly id: "cordoned"; readonly by: string | undefined; readonly at: Millis | undefined }
  | { readonly id: "lease"; readonly lease: CordonLease }
  /** Uncordoned by hand. */
  | { readonly id: "void-lease"; readonly lease: CordonLease }
  | { readonly id: "unreadable-lease" }
  | { readonly id: "stale-config"; readonly configMap: string; readonly surely: boolean }
  | { readonly id: "not-scheduled-here"; readonly daemonSet: string };

type NoteSource = Omit<CalicoNode, "notes">;

/** A pod that is still there so long after its grace period does not end by itself. */
const overdueAfter: Millis = 60_000;

/** What is to be known, the gravest first. */
export function notesOf(source: NoteSource, events: readonly EventFacts[], now: Millis): readonly NodeNote[] {
  return [
    ...nodeNotes(source),
    ...podNotes(source, events, now),
    ...cordonNotes(source),
    ...configNotes(source),
  ];
}

function nodeNotes({ node }: NoteSource): readonly NodeNote[] {
  if (node === undefined || node.ready === true) return [];
  if (node.ready === "unknown") return [{ id: "silent", since: node.readyChanged }];
  return [{ id: "not-ready", since: node.readyChanged, why: node.readyMessage ?? node.readyReason }];
}

function podNotes(source: NoteSource, events: readonly EventFacts[], now: Millis): readonly NodeNote[] {
  const { updated, expected, node, daemonSet, pods, podsKnown } = source;
  const [pod, second] = pods;
  if (pod === undefined) return podsKnown ? absence(source, events) : [];
  const notes: NodeNote[] = [];
  const stuck = stuckReason(pod, events);
  if (stuck !== undefined) {
    const overdue = pod.deletedAt !== undefined && now - pod.deletedAt > overdueAfter;
    notes.push(
      stuck.failing
        ? { id: "stuck", why: stuck, since: undefined }
        : { id: overdue ? "stuck" : "under-way", why: stuck, since: stuck.since },
    );
  }
  if (second !== undefined && second.deletedAt === undefined)
    notes.push({ id: "several-pods", pods: pods.length, of: daemonSet?.name });
  const replaced = node?.lease === undefined || node.lease === "unreadable" ? undefined : node.lease.replaces;
  if (replaced !== undefined && replaced !== pod.uid && updated === false)
    notes.push({ id: "wrong-revision" });
  const made =
    node === undefined || daemonSet === undefined ? undefined : churn(node.name, daemonSet.name, events, now);
  if (made !== undefined) notes.push({ id: "churn", ...made });
  if (expected === false && daemonSet !== undefined)
    notes.push({ id: "not-scheduled-here", daemonSet: daemonSet.name });
  return notes;
}

function absence(
  { expected, node, daemonSet }: NoteSource,
  events: readonly EventFacts[],
): readonly NodeNote[] {
  if (daemonSet === undefined || expected !== true || node === undefined) return [];
  return [{ id: "missing", why: missingReason(node.name, daemonSet, events) }];
}

function cordonNotes({ node }: NoteSource): readonly NodeNote[] {
  if (node === undefined) return [];
  const { lease, unschedulable, cordonedAt, cordonedBy } = node;
  if (lease === "unreadable") return [{ id: "unreadable-lease" }];
  if (lease !== undefined)
    return [{ id: lease.noCordon === true || unschedulable ? "lease" : "void-lease", lease }];
  return unschedulable ? [{ id: "cordoned", by: cordonedBy, at: cordonedAt }] : [];
}

function configNotes({ config: { current, written } }: NoteSource): readonly NodeNote[] {
  return written === undefined ? [] : [{ id: "stale-config", configMap: written, surely: current === false }];
}
