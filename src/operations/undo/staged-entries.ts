import { contentOf, contentText } from "../../bundle/content.ts";
import { hashOf } from "../../bundle/write.ts";
import { kubectl, kubectlsNote } from "../../merge/applier.ts";
import { isHeld, withStrategy } from "../../merge/compare.ts";
import { hasManagers, mayBeUndone } from "../../merge/former-managers.ts";
import { withOtherNotes } from "../../merge/last-applied.ts";
import { isBetween } from "../../merge/restore-object.ts";
import { isAsInFile } from "../../merge/within.ts";
import { daemonSetFacts } from "../../model/daemonset.ts";
import type { KubeObject, ManagedFieldsEntry } from "../../model/kube.ts";
import { clientSideApplyManager, manager } from "../../model/names.ts";
import { parseTime } from "../../model/time.ts";
import { partOf, type InstallPart } from "../../plan/apply/parts.ts";
import { changedFields } from "../../render/apply-lines.ts";
import { forceName } from "./inverse.ts";
import { isKept } from "./kept.ts";
import { asOwnedNow } from "./owned.ts";
import type { PlacedEntry } from "./placed.ts";

/** One object that a run changed, over all that the run did to it. */
export interface UndoTarget {
  /** The newest entry, whose words are used. */
  readonly entry: PlacedEntry;
  readonly part: InstallPart;
  /** As it was before the run; undefined: the run created it. */
  readonly before: KubeObject | undefined;
  /** Who owned which of its fields then; undefined: not known. */
  readonly managers: readonly ManagedFieldsEntry[] | undefined;
  readonly live: KubeObject | undefined;
  /**
   * A Deployment that the run made has taken this ReplicaSet for one of its own, as its selector is the same: it
   * is deleted with that Deployment, and made again.
   */
  readonly adopted: boolean;
  /** Neither what was there before the run nor what the run made of it: somebody made this one. */
  readonly another: boolean;
}

/** What taking one object back comes to. */
export type UndoDecision =
  | { readonly kind: "restore" | "delete" | "create"; readonly target: UndoTarget }
  | { readonly kind: "nothing" | "refused"; readonly target: UndoTarget; readonly because: string };

/** All entries about one object as one: the oldest says what was there, the newest what the run made of it. */
export function targetsOf(
  entries: readonly PlacedEntry[],
  live: (entry: PlacedEntry) => KubeObject | undefined,
): readonly UndoTarget[] {
  const byObject = Map.groupBy(
    entries.toSorted((a, b) => a.id - b.id),
    ({ group, kind, namespace, name }) => `${group}/${kind}/${namespace ?? ""}/${name}`,
  );
  const made = new Set(
    entries
      .filter(({ action }) => action === "created")
      .map((entry) => entry.written?.uid ?? live(entry)?.metadata.uid),
  );
  return [...byObject.values()].flatMap((own) => {
    const [first, last] = [own[0], own.at(-1)];
    if (first === undefined || last === undefined) return [];
    const now = live(last);
    const before = first.action === "created" ? undefined : asOwnedNow(first.beforeObject, now);
    const object = before ?? last.afterObject ?? now;
    return [
      {
        entry: { ...last, action: first.action === "created" ? "created" : last.action },
        part: object === undefined ? "other" : partOf(object),
        before,
        managers: before === undefined ? undefined : first.before?.managers,
        live: now,
        another: isAnother(own, now),
        adopted: now?.metadata.ownerReferences?.some(({ uid }) => made.has(uid)) === true,
      },
    ];
  });
}

/** Where the run does not know what the server made of its last write, nobody can say. */
function isAnother(own: readonly PlacedEntry[], live: KubeObject | undefined): boolean {
  if (live === undefined || own.at(-1)?.written?.uid === undefined) return false;
  return !own.some(({ before, written }) => [before?.uid, written?.uid].includes(live.metadata.uid));
}

const kept = "it is never deleted by undo, whoever made it (H03): what is in it would go with it";

export function isSecret({ group, kind }: Pick<PlacedEntry, "group" | "kind">): boolean {
  return kind === "Secret" && group === "";
}

/** `started`: when the run began, RFC 3339. */
export function decide(target: UndoTarget, forced: ReadonlySet<string>, started: string): UndoDecision {
  const { entry, before, live } = target;
  if (isSecret(entry)) {
    return { kind: "nothing", target, because: "a Secret's values are not saved: undo cannot restore them" };
  }
  if (before === undefined) {
    if (live === undefined) return { kind: "nothing", target, because: "it is gone already" };
    if (isKept(entry)) return { kind: "nothing", target, because: kept };
    if (entry.written?.uid !== undefined && entry.written.uid !== live.metadata.uid)
      return { kind: "nothing", target, because: "what stands there now is not what the run made" };
    return changedSince(target, forced, started) ?? { kind: "delete", target };
  }
  if (live === undefined) {
    return isKept(entry) ? { kind: "nothing", target, because: "it is gone" } : { kind: "create", target };
  }
  if (contentText({ ...live, apiVersion: "" }) === contentText({ ...before, apiVersion: "" })) {
    const { managers } = target;
    // Somebody who brought it back by other means is its owner now.
    return hasManagers(live, managers) || !mayBeUndone(live, managers)
      ? { kind: "nothing", target, because: "it is as it was" }
      : { kind: "restore", target };
  }
  if (target.another && !forced.has(forceName(entry)))
    return { kind: "refused", target, because: "another one is there under its name since" };
  return changedSince(target, forced, started) ?? { kind: "restore", target };
}

/** Somebody has changed it since the run: refused, with what is different (hazard H03). */
function changedSince(
  target: UndoTarget,
  forced: ReadonlySet<string>,
  started: string,
): UndoDecision | undefined {
  const { entry, before } = target;
  if (target.live === undefined || forced.has(forceName(entry))) return undefined;
  const live = unheld(target.live);
  const { written, afterObject, done, action } = entry;
  if (written !== undefined && done) {
    // Who applied the same file again, by whichever way of kubectl's, has changed nothing but its note.
    const states = [live, ...withOtherNotes(live)];
    if (states.some((each) => hashOf(each) === written.hash)) return undefined;
  }
  // A scale, and a run that was killed, do not know what the server made of the write.
  if (action === "scaled") {
    const owned = (live.metadata.ownerReferences ?? []).length > 0 && !target.adopted;
    if (!owned && sameButReplicas(before, live)) return undefined;
  } else if (!othersSince(live, started)) {
    // Every value is of one state or the other: also where taking back was interrupted, and goes on.
    if (isBetween(comparable(before), comparable(afterObject), comparable(live))) return undefined;
    if (written === undefined && afterObject !== undefined && isAsInFile(afterObject, live)) return undefined;
    // A step that saves no text of what it means: the server knows who wrote.
    if (written === undefined && afterObject === undefined && (live.metadata.managedFields ?? []).length > 0)
      return undefined;
  }
  const lines = changedFields(comparable(afterObject ?? before), comparable(live));
  return {
    kind: "refused",
    target,
    because: `somebody has changed it since${lines.length === 0 ? "" : `:\n    ${lines.join("\n    ")}\n  `}`,
  };
}

/** A DaemonSet that is held at OnDelete is judged by the strategy that goes back (hazard H12). */
function unheld(live: KubeObject): KubeObject {
  const pinned = live.kind === "DaemonSet" && isHeld(live) ? daemonSetFacts(live).pinned : undefined;
  return pinned === undefined || pinned === "unreadable" ? live : withStrategy(live, pinned);
}

/** Whether a manager that is neither ours, kubectl's apply nor a controller wrote to it since the run began. */
function othersSince(live: KubeObject, started: string): boolean {
  const [begun, known] = [
    parseTime(started),
    [manager, clientSideApplyManager, kubectl, kubectlsNote, "kube-controller-manager"],
  ];
  return (live.metadata.managedFields ?? []).some((each) => {
    const at = parseTime(each.time);
    const old = at !== undefined && begun !== undefined && at < begun;
    return !old && each.subresource !== "status" && !known.includes(each.manager ?? "");
  });
}

function sameButReplicas(before: KubeObject | undefined, live: KubeObject): boolean {
  const without = (object: KubeObject | undefined): string => {
    if (object === undefined) return "";
    const { replicas: _count, ...spec } = (object["spec"] ?? {}) as Record<string, unknown>;
    return contentText({ ...object, spec });
  };
  return without(before) === without(live);
}

/** Without what kubectl writes down about it. */
export function comparable(object: KubeObject | undefined): KubeObject {
  const content = contentOf(object ?? { apiVersion: "", kind: "", metadata: { name: "" } });
  const { annotations: _texts, ...metadata } = content.metadata;
  return { ...content, apiVersion: "", metadata };
}
