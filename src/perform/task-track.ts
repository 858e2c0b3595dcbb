import type { Millis } from "../model/time.ts";
import type { PhaseName } from "../plan/decision.ts";
import { isOver, newItem, type Item } from "./task-item.ts";

export interface Line {
  readonly phase: PhaseName;
  readonly item: Item;
  /** A step of it went through. */
  carriedOut: boolean;
  /** It was waited in. */
  waited: boolean;
}

/** Lines that come one after the other: what is before the nodes, one node, what is after them. */
export interface Track {
  readonly node: string | undefined;
  readonly lines: readonly Line[];
  /** Of a node: what its lines are below. */
  readonly item: Item | undefined;
  /** The line that is current. */
  at: number;
  /** What is waited for; empty: nothing. */
  wait: string;
  deletedAt: Millis | undefined;
}

interface Clock {
  readonly now: () => Millis;
  /** How long the node has been without its calico-node, as text. */
  readonly elapsed: (since: Millis) => string;
}

/** Phases that pass by themselves; the others did not happen unless a step of theirs was carried out. */
const passing: ReadonlySet<PhaseName> = new Set(["ready", "settle"]);

export function newTrack(
  phases: readonly { readonly phase: PhaseName; readonly title: string }[],
  { now, elapsed }: Clock,
  node?: string,
): Track {
  let said = { text: "", at: Number.NEGATIVE_INFINITY, wait: "" };
  /** The time since the delete, once a second. */
  const output = (): string => {
    const { wait, deletedAt } = track;
    if (wait === "") return "";
    if (said.wait === wait && now() - said.at < 1_000) return said.text;
    const gap = deletedAt === undefined ? "" : `${elapsed(deletedAt)} since the delete: `;
    said = { text: `${gap}${wait}`, at: now(), wait };
    return said.text;
  };
  const lines = phases.map(({ phase, title }): Line => ({
    phase,
    item: { ...newItem(title), output },
    carriedOut: false,
    waited: false,
  }));
  const item: Item | undefined =
    node === undefined
      ? undefined
      : { ...newItem(`node/${node}`), items: lines.map((line) => line.item), open: false };
  const track: Track = { node, lines, item, at: 0, wait: "", deletedAt: undefined };
  return track;
}

/** The first outcome counts. */
export function conclude({ item }: Line, state: "done" | "failed" | "skipped", title = item.title): void {
  if (isOver(item)) return;
  item.state = state;
  item.title = title;
}

export function endUpTo(track: Track, index: number): void {
  for (const line of track.lines.slice(track.at, index)) {
    if (line.carriedOut || line.waited || passing.has(line.phase)) conclude(line, "done");
    else conclude(line, "skipped", `${line.item.title}: not needed`);
  }
  track.at = Math.max(track.at, index);
}

export function endAll(track: Track): void {
  endUpTo(track, track.lines.length);
}

/** The lines that are left, a node's together as one. */
export function leaveOutTrack(track: Track, why: string): void {
  const { node, item, lines } = track;
  if (item !== undefined && isWaiting(track)) {
    item.title = `node/${node ?? ""}: ${why}`;
    item.state = "skipped";
  }
  for (const line of lines.slice(track.at)) conclude(line, "skipped", `${line.item.title}: ${why}`);
  track.at = lines.length;
}

/** A node whose turn has not come. */
export function isWaiting({ item }: Track): boolean {
  return item !== undefined && !item.open && !isOver(item);
}

export function isAtWork({ item }: Track): boolean {
  return item !== undefined && item.open && !isOver(item);
}
