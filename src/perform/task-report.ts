import type { Millis } from "../model/time.ts";
import type { PhaseName } from "../plan/decision.ts";
import type { RunEvent } from "../plan/run-event.ts";
import type { StepWords } from "../plan/step-words.ts";
import type { Lines, Reporter } from "./reporter.ts";
import { isOver, newItem, notReached, type Item } from "./task-item.ts";
import {
  conclude,
  endAll,
  endUpTo,
  isAtWork,
  isWaiting,
  leaveOutTrack,
  newTrack,
  type Line,
  type Track,
} from "./task-track.ts";

export interface TaskReportOptions {
  /** Where the lines of this procedure belong. */
  readonly items: Item[];
  readonly nodes: readonly string[];
  readonly phases: readonly PhaseName[];
  /** Phases of the whole procedure before and after the nodes. */
  readonly before: readonly PhaseName[];
  readonly after: readonly PhaseName[];
  /** Several nodes can be at work at once: what begins on one does not end another. */
  readonly parallel: boolean;
  /** Undefined: the task list stands where the results go, and shows the mutation lines itself. */
  readonly lines: Lines | undefined;
  readonly now: () => Millis;
  /** How long the node has been without its calico-node, as text. */
  readonly elapsed: (since: Millis) => string;
}

/** More than one step belongs to these; the next event shows that they are over. */
const severalSteps: ReadonlySet<PhaseName> = new Set(["hold", "probe", "finish"]);

/**
 * The lines of a procedure whose phases are known beforehand. They follow the run and never drive it: a line is
 * finished when the run reports something that comes after it.
 */
export function taskReport<Memory, Step extends { readonly kind: string }>(
  words: StepWords<Memory, Step>,
  options: TaskReportOptions,
): Reporter<Memory, Step> {
  const { parallel } = options;
  const clock = { now: options.now, elapsed: options.elapsed };
  const trackFor = (phases: readonly PhaseName[], node?: string): Track =>
    newTrack(
      phases.map((phase) => ({ phase, title: words.title(phase) })),
      clock,
      node,
    );
  const before = trackFor(options.before);
  const groups = options.nodes.map((node) => trackFor(options.phases, node));
  const after = trackFor(options.after);
  const tracks = [before, ...groups, after];
  options.items.push(...tracks.flatMap(({ item, lines }) => item ?? lines.map((line) => line.item)));
  let stopped = false;
  follow();

  function trackOf(phase: PhaseName, node: string | undefined): Track | undefined {
    if (node !== undefined) return groups.find((group) => group.node === node);
    return options.before.includes(phase) && before.at < before.lines.length ? before : after;
  }

  /** A node that begins stands before those that still wait for their turn. */
  function begins(track: Track, item: Item): void {
    for (const other of parallel ? [] : groups) {
      if (other === track || other.item === undefined || !isAtWork(other)) continue;
      // Nothing was carried out on it: its time has not come.
      if (other.at === 0 && other.lines.every(({ carriedOut }) => !carriedOut)) other.item.open = false;
      else endAll(other);
    }
    if (item.open) return;
    const { items } = options;
    item.open = true;
    const waiting = new Set(groups.flatMap((group) => (isWaiting(group) ? [group.item] : [])));
    const next = items.findIndex((each) => waiting.has(each));
    const own = items.indexOf(item);
    if (next !== -1 && own > next) items.splice(next, 0, ...items.splice(own, 1));
  }

  /** Everything before this line is behind us. */
  function reach(phase: PhaseName, node: string | undefined): Line | undefined {
    const track = trackOf(phase, node);
    if (track === undefined || stopped) return undefined;
    const index = track.lines.findIndex((entry, position) => position >= track.at && entry.phase === phase);
    if (index === -1) return undefined;
    if (track !== before) endAll(before);
    if (track === after) for (const group of groups) endAll(group);
    if (track.item !== undefined && !isOver(track.item)) begins(track, track.item);
    endUpTo(track, index);
    return track.lines[index];
  }

  /** What is current runs, what comes after it waits. */
  function follow(): void {
    for (const group of groups)
      if (group.item !== undefined && !isOver(group.item) && group.lines.every(({ item }) => isOver(item)))
        group.item.state = "done";
    const left = groups.filter(({ item }) => item !== undefined && !isOver(item));
    const current = new Set<Track>();
    if (before.at < before.lines.length) current.add(before);
    else if (left.length === 0) current.add(after);
    else
      for (const group of left.some(isAtWork) ? left.filter(isAtWork) : left.slice(0, 1)) current.add(group);
    for (const track of tracks) {
      const isCurrent = current.has(track) || isAtWork(track);
      if (track.item !== undefined && !isOver(track.item))
        track.item.state = isCurrent ? "running" : "waiting";
      for (const [index, { item }] of track.lines.entries())
        if (!isOver(item)) item.state = isCurrent && index === track.at ? "running" : "waiting";
    }
  }

  /** What the user should know before it happens stands below the line. */
  function begin(step: Step): void {
    const phase = words.phase(step);
    if (phase === undefined || words.lines(step).length === 0) return;
    const entry = reach(phase.phase, phase.node);
    const notice = words.notice(step);
    // A step that lost a race begins again: its title is written again.
    if (entry !== undefined && notice !== undefined)
      entry.item.title = `${words.title(phase.phase)}\n${notice}`;
  }

  function perform(step: Step, memory: Memory): void {
    const own = words.lines(step);
    for (const line of own) options.lines?.(line);
    const phase = words.phase(step);
    if (phase === undefined) return;
    const notice = words.notice(step);
    const track = trackOf(phase.phase, phase.node);
    const item = track?.item;
    const nodeLine = phase.node === undefined ? undefined : words.nodeLine(phase.node, memory);
    if (phase.phase === "uncordon" && nodeLine === undefined && own.length === 0) {
      // What somebody else left is cleaned up; the node is still to be done.
      if (item !== undefined && notice !== undefined) item.title += `\n${notice}`;
      return;
    }
    if (track !== undefined && phase.phase === "restart") track.deletedAt = options.now();
    if (phase.phase === "uncordon") {
      if (track !== undefined) track.deletedAt = undefined;
      if (item !== undefined && nodeLine !== undefined)
        item.title = [nodeLine, ...item.title.split("\n").slice(1)].join("\n");
    }
    const entry = reach(phase.phase, phase.node);
    // Where the results go elsewhere, they are not reported twice.
    const shown = options.lines === undefined && own.length > 0 ? own.join("\n") : undefined;
    if (entry === undefined || track === undefined) {
      // Given back after a stop, or done once more: no line waits for it.
      if (shown !== undefined) (item?.items ?? options.items).push(newItem(shown, "done"));
      return;
    }
    if (shown !== undefined) {
      const earlier = entry.carriedOut ? [entry.item.title] : [];
      entry.item.title = [...earlier, shown, ...(notice === undefined ? [] : [notice])].join("\n");
    }
    entry.carriedOut = true;
    track.wait = "";
    if (severalSteps.has(phase.phase)) return;
    if (own.length === 0 && notice !== undefined) conclude(entry, "skipped", notice);
    else conclude(entry, "done");
    track.at = track.lines.indexOf(entry) + 1;
  }

  /** What was at work when it became clear that the run stops. */
  function failCurrent(): void {
    const open = groups.filter(isAtWork);
    const others = before.at < before.lines.length ? [before] : groups.every(isEnded) ? [after] : [];
    for (const { lines, at } of open.length > 0 ? open : others) {
      const entry = lines[at];
      if (entry !== undefined) conclude(entry, "failed");
    }
  }

  function isEnded({ item }: Track): boolean {
    return item === undefined || isOver(item);
  }

  function take(event: RunEvent<Memory, Step>): void {
    switch (event.kind) {
      case "begun":
        begin(event.step);
        break;
      case "performed":
        perform(event.step, event.memory);
        break;
      case "waiting": {
        const { phase, node } = event.wait;
        const entry = reach(phase, node);
        if (entry !== undefined) entry.waited = true;
        const { for: what, stuck, alarm } = event.wait;
        const track = trackOf(phase, node);
        if (track !== undefined)
          track.wait = [`waiting for ${what}`, stuck, alarm].filter((text) => text !== undefined).join("\n");
        break;
      }
      case "settled": {
        const { node, kind, why } = event.what;
        const group = groups.find((each) => each.node === node);
        if (group?.item === undefined) break;
        if (kind === "failed") {
          group.item.title = `node/${node} failed: ${why}`;
          for (const entry of group.lines) conclude(entry, "failed");
          group.item.state = "failed";
          group.at = group.lines.length;
          break;
        }
        // The lease may still be taken, for a node after this one.
        leaveOutTrack(group, kind === "skip" ? (why ?? "nothing to do") : "went away");
        break;
      }
      case "stopping":
        failCurrent();
        for (const track of tracks) leaveOutTrack(track, notReached);
        stopped = true;
        break;
      case "stopped":
        for (const track of tracks) leaveOutTrack(track, notReached);
        break;
      case "done":
        for (const track of tracks) endAll(track);
        break;
      case "entered":
      case "left":
        break;
    }
  }

  return {
    event(event) {
      take(event);
      follow();
    },
  };
}
