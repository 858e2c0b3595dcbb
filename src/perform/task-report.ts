import type { Millis } from "../model/time.ts";
import type { PhaseName } from "../plan/decision.ts";
import type { RunEvent } from "../plan/run-event.ts";
import type { StepWords } from "../plan/step-words.ts";
import type { Lines, Reporter } from "./reporter.ts";
import { isOver, newItem, type Item } from "./task-item.ts";

export interface TaskReportOptions {
  /** Where the lines of this procedure belong. */
  readonly items: Item[];
  readonly nodes: readonly string[];
  readonly phases: readonly PhaseName[];
  /** Phases of the whole procedure before and after the nodes. */
  readonly before: readonly PhaseName[];
  readonly after: readonly PhaseName[];
  /** Undefined: the task list stands where the results go, and shows the mutation lines itself. */
  readonly lines: Lines | undefined;
  readonly now: () => Millis;
  /** How long the node has been without its calico-node, as text. */
  readonly elapsed: (since: Millis) => string;
}

interface Line {
  readonly phase: PhaseName;
  readonly node: string | undefined;
  readonly item: Item;
}

/** Phases that pass by themselves; the others did not happen unless a step of theirs was carried out. */
const waits: ReadonlySet<PhaseName> = new Set(["ready", "settle"]);

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
  const { now } = options;
  const newLine = (phase: PhaseName, node?: string): Line => ({
    phase,
    node,
    item: { ...newItem(words.title(phase)), output },
  });
  const before = options.before.map((phase) => newLine(phase));
  const groups = options.nodes.map((node) => {
    const lines = options.phases.map((phase) => newLine(phase, node));
    const item: Item = { ...newItem(`node/${node}`), items: lines.map(({ item: own }) => own), open: false };
    return { node, lines, item };
  });
  const after = options.after.map((phase) => newLine(phase));
  const lines: Line[] = [...before, ...groups.flatMap((group) => group.lines), ...after];
  options.items.push(
    ...before.map(({ item }) => item),
    ...groups.map(({ item }) => item),
    ...after.map(({ item }) => item),
  );
  const carriedOut = new Set<Line>();
  const waited = new Set<Line>();
  let at = 0;
  let deletedAt: Millis | undefined;
  let wait = "";
  let said = { text: "", at: Number.NEGATIVE_INFINITY, wait: "" };
  follow();

  const groupOf = (node: string | undefined) => groups.find((group) => group.node === node);

  /** The time since the delete, once a second. */
  function output(): string {
    if (wait === "") return "";
    if (said.wait === wait && now() - said.at < 1_000) return said.text;
    const gap = deletedAt === undefined ? "" : `${options.elapsed(deletedAt)} since the delete: `;
    said = { text: `${gap}${wait}`, at: now(), wait };
    return said.text;
  }

  /** The first outcome counts. */
  function conclude({ item }: Line, state: "done" | "failed" | "skipped", title = item.title): void {
    if (isOver(item)) return;
    item.state = state;
    item.title = title;
  }

  function end(entry: Line): void {
    if (carriedOut.has(entry) || waited.has(entry) || waits.has(entry.phase)) conclude(entry, "done");
    else conclude(entry, "skipped", `${entry.item.title}: not needed`);
  }

  /** A node that is taken before its turn: those that nothing was carried out on still wait for theirs. */
  function comeFirst(node: string | undefined): void {
    const first = lines.findIndex((entry) => entry.node === node);
    const next = lines.findIndex(
      ({ node: other, item }, position) => position >= at && other !== undefined && !isOver(item),
    );
    const earlier = groupOf(lines[next]?.node);
    const own = groupOf(node);
    if (own === undefined || earlier === undefined || first <= next) return;
    if (lines[next] !== earlier.lines[0]) return;
    earlier.item.open = false;
    lines.splice(next, 0, ...lines.splice(first, own.lines.length));
    const { items } = options;
    items.splice(items.indexOf(own.item), 1);
    items.splice(items.indexOf(earlier.item), 0, own.item);
  }

  /** Everything before this line is behind us. */
  function reach(phase: PhaseName, node: string | undefined): Line | undefined {
    comeFirst(node);
    const index = lines.findIndex(
      (entry, position) => position >= at && entry.phase === phase && entry.node === node,
    );
    for (; at < index; at += 1) if (lines[at] !== undefined) end(lines[at] as Line);
    const group = groupOf(node);
    if (index !== -1 && group !== undefined && !isOver(group.item)) group.item.open = true;
    return lines[index];
  }

  /** What is current runs, what comes after it waits. */
  function follow(): void {
    for (const [index, { item }] of lines.entries())
      if (!isOver(item)) item.state = index === at ? "running" : "waiting";
    for (const { item, lines: own } of groups) {
      if (isOver(item)) continue;
      if (own.every((entry) => isOver(entry.item))) item.state = "done";
      else item.state = item.open || own.some((entry) => entry === lines[at]) ? "running" : "waiting";
    }
  }

  /** What the user should know before it happens stands below the line. */
  function begin(step: Step): void {
    const phase = words.phase(step);
    if (phase === undefined || words.lines(step).length === 0) return;
    const entry = reach(phase.phase, phase.node);
    const notice = words.notice(step);
    // A step that lost a race begins again: the title is made anew.
    if (entry !== undefined && notice !== undefined)
      entry.item.title = `${words.title(phase.phase)}\n${notice}`;
  }

  function perform(step: Step, memory: Memory): void {
    const told = words.lines(step);
    for (const line of told) options.lines?.(line);
    const phase = words.phase(step);
    if (phase === undefined) return;
    const notice = words.notice(step);
    const group = groupOf(phase.node);
    const nodeLine = phase.node === undefined ? undefined : words.nodeLine(phase.node, memory);
    if (phase.phase === "uncordon" && nodeLine === undefined && told.length === 0) {
      // What somebody else left is cleaned up; the node is still to be done.
      if (group !== undefined && notice !== undefined) group.item.title += `\n${notice}`;
      return;
    }
    if (phase.phase === "restart") deletedAt = now();
    if (phase.phase === "uncordon") {
      deletedAt = undefined;
      if (group !== undefined && nodeLine !== undefined)
        group.item.title = [nodeLine, ...group.item.title.split("\n").slice(1)].join("\n");
    }
    const entry = reach(phase.phase, phase.node);
    // Where the results go elsewhere, they are not told twice.
    const shown = options.lines === undefined && told.length > 0 ? told.join("\n") : undefined;
    if (entry === undefined) {
      // Given back after a stop, or done once more: no line waits for it.
      if (shown !== undefined) (group?.item.items ?? options.items).push(newItem(shown, "done"));
      return;
    }
    if (shown !== undefined) {
      const earlier = carriedOut.has(entry) ? [entry.item.title] : [];
      entry.item.title = [...earlier, shown, ...(notice === undefined ? [] : [notice])].join("\n");
    }
    carriedOut.add(entry);
    wait = "";
    if (severalSteps.has(phase.phase)) return;
    if (told.length === 0 && notice !== undefined) conclude(entry, "skipped", notice);
    else conclude(entry, "done");
    at = lines.indexOf(entry) + 1;
  }

  /** The lines that are left, a node's together as one. */
  function leaveOut(entries: readonly Line[], why: string): void {
    for (const { node, item } of groups) {
      if (item.open || isOver(item) || !entries.some((entry) => entry.node === node)) continue;
      item.title = `node/${node}: ${why}`;
      item.state = "skipped";
    }
    for (const entry of entries) conclude(entry, "skipped", `${entry.item.title}: ${why}`);
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
        const entry = reach(event.wait.phase, event.wait.node);
        if (entry !== undefined) waited.add(entry);
        const { for: what, stuck, alarm } = event.wait;
        wait = [`waiting for ${what}`, stuck, alarm].filter((text) => text !== undefined).join("\n");
        break;
      }
      case "settled": {
        const { node, kind, why } = event.what;
        const own = lines.filter((entry) => entry.node === node);
        if (kind === "failed") {
          const group = groupOf(node);
          if (group !== undefined) group.item.title = `node/${node} failed: ${why}`;
          for (const entry of own) conclude(entry, "failed");
          if (group !== undefined) group.item.state = "failed";
          if (lines[at]?.node === node) at += own.length - own.indexOf(lines[at] as Line);
          break;
        }
        leaveOut(own, kind === "skip" ? (why ?? "nothing to do") : "went away");
        // The lease may still be taken, for a node after this one.
        if (lines[at]?.node === node) at += own.length - own.indexOf(lines[at] as Line);
        break;
      }
      case "stopping": {
        const current = lines[at];
        // A node that was not begun is not what failed.
        if (
          current !== undefined &&
          (current.node === undefined || groupOf(current.node)?.item.open === true)
        )
          conclude(current, "failed");
        leaveOut(lines.slice(at), "not reached");
        at = lines.length;
        break;
      }
      case "stopped":
        leaveOut(lines.slice(at), "not reached");
        break;
      case "done":
        for (; at < lines.length; at += 1) if (lines[at] !== undefined) end(lines[at] as Line);
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
