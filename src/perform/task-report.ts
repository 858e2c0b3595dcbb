import type { Millis } from "../model/time.ts";
import type { PhaseName } from "../plan/decision.ts";
import type { Lines, Reporter, StepWords } from "./reporter.ts";
import type { RunEvent } from "./run.ts";
import { newGroup, newLine, showList, type Line, type ListTerminal } from "./task-list.ts";

export interface TaskListOptions extends ListTerminal {
  readonly nodes: readonly string[];
  readonly phases: readonly PhaseName[];
  /** Phases of the whole run before and after the nodes. */
  readonly before: readonly PhaseName[];
  readonly after: readonly PhaseName[];
  /** Undefined: the task list stands where the results go, and shows the mutation lines itself. */
  readonly lines: Lines | undefined;
  readonly now: () => Millis;
  /** How long the node has been without its calico-node, as text. */
  readonly elapsed: (since: Millis) => string;
}

/** Phases that pass by themselves; the others did not happen unless a step of theirs was carried out. */
const waits: ReadonlySet<PhaseName> = new Set(["ready", "settle"]);

/** More than one step belongs to these; the next event shows that they are over. */
const severalSteps: ReadonlySet<PhaseName> = new Set(["hold", "probe", "finish"]);

/**
 * A live task list on a terminal. The list follows the run and never drives it: a line is finished when
 * the run reports something that comes after it.
 */
export function taskReport<Memory, Step extends { readonly kind: string }>(
  words: StepWords<Memory, Step>,
  options: TaskListOptions,
): Reporter<Memory, Step> {
  const line = (phase: PhaseName, node?: string): Line => newLine(phase, node, words.title(phase));
  const layout = {
    before: options.before.map((phase) => line(phase)),
    groups: options.nodes.map((node) =>
      newGroup(
        node,
        options.phases.map((phase) => line(phase, node)),
      ),
    ),
    after: options.after.map((phase) => line(phase)),
  };
  const lines: readonly Line[] = [
    ...layout.before,
    ...layout.groups.flatMap((group) => group.lines),
    ...layout.after,
  ];
  const carriedOut = new Set<Line>();
  const begun = new Set<string>();
  let at = 0;
  let deletedAt: Millis | undefined;
  let wait = "";
  const ticker = setInterval(tick, 1_000);
  const shown = showList(layout, options);

  const groupOf = (node: string | undefined) => layout.groups.find((group) => group.node === node);

  function end(entry: Line): void {
    const happened = carriedOut.has(entry) || waits.has(entry.phase);
    entry.ended.resolve(
      happened ? { kind: "done" } : { kind: "skipped", text: `${entry.title}: not needed` },
    );
  }

  /** Everything before this line is behind us. */
  function reach(phase: PhaseName, node: string | undefined): Line | undefined {
    const index = lines.findIndex(
      (entry, position) => position >= at && entry.phase === phase && entry.node === node,
    );
    for (; at < index; at += 1) if (lines[at] !== undefined) end(lines[at] as Line);
    if (index !== -1 && node !== undefined) {
      begun.add(node);
      groupOf(node)?.begun.resolve(undefined);
    }
    return lines[index];
  }

  /** What the user should know before it happens stands below the line. */
  function begin(step: Step): void {
    const phase = words.phase(step);
    if (phase === undefined || words.line(step) === undefined) return;
    const entry = reach(phase.phase, phase.node);
    const notice = words.notice(step);
    // A step that lost a race begins again: the title is made anew.
    if (notice !== undefined) retitle(entry, `${words.title(phase.phase)}\n${notice}`);
  }

  function perform(step: Step, memory: Memory): void {
    const text = words.line(step);
    if (text !== undefined) options.lines?.(text);
    const phase = words.phase(step);
    if (phase === undefined) return;
    const notice = words.notice(step);
    const nodeLine = phase.node === undefined ? undefined : words.nodeLine(phase.node, memory);
    if (phase.phase === "uncordon" && nodeLine === undefined && text === undefined) {
      // What somebody else left is cleaned up; the node is still to be done.
      const group = groupOf(phase.node);
      if (group !== undefined && notice !== undefined) retitle(group, `${group.title}\n${notice}`);
      return;
    }
    if (phase.phase === "restart") deletedAt = options.now();
    if (phase.phase === "uncordon") {
      deletedAt = undefined;
      const group = groupOf(phase.node);
      const notices = group?.title.split("\n").slice(1) ?? [];
      if (nodeLine !== undefined) retitle(group, [nodeLine, ...notices].join("\n"));
    }
    const entry = reach(phase.phase, phase.node);
    if (entry === undefined) return;
    // Where the results go elsewhere, they are not told twice.
    if (text !== undefined && options.lines === undefined) {
      const before = carriedOut.has(entry) ? [entry.title] : [];
      retitle(entry, [...before, text, ...(notice === undefined ? [] : [notice])].join("\n"));
    }
    carriedOut.add(entry);
    wait = "";
    if (severalSteps.has(phase.phase)) return;
    const left = text === undefined && notice !== undefined;
    entry.ended.resolve(left ? { kind: "skipped", text: notice } : { kind: "done" });
    at = lines.indexOf(entry) + 1;
  }

  function retitle(entry: Pick<Line, "title" | "retitle"> | undefined, title: string): void {
    if (entry === undefined) return;
    entry.title = title;
    entry.retitle();
  }

  /** The lines that are left, a node's together as one. */
  function leaveOut(entries: readonly Line[], why: string): void {
    for (const group of layout.groups) {
      if (entries.some(({ node }) => node === group.node))
        group.begun.resolve({ kind: "skipped", text: `node/${group.node}: ${why}` });
    }
    for (const entry of entries) entry.ended.resolve({ kind: "skipped", text: `${entry.title}: ${why}` });
  }

  function tick(): void {
    if (wait === "") return;
    const gap = deletedAt === undefined ? "" : `${options.elapsed(deletedAt)} since the delete: `;
    lines[at]?.show(`${gap}${wait}`);
  }

  return {
    event(event: RunEvent<Memory, Step>): void {
      switch (event.kind) {
        case "begun":
          begin(event.step);
          break;
        case "performed":
          perform(event.step, event.memory);
          break;
        case "waiting": {
          reach(event.wait.phase, event.wait.node);
          const { stuck, alarm } = event.wait;
          wait = [`waiting for ${event.wait.for}`, ...(stuck === undefined ? [] : [stuck])].join("\n");
          if (alarm !== undefined) wait += `\n${alarm}`;
          tick();
          break;
        }
        case "settled": {
          const { node, kind, why } = event.what;
          const own = lines.filter((entry) => entry.node === node);
          leaveOut(own, kind === "skip" ? (why ?? "nothing to do") : "went away");
          // The lease may still be taken, for a node after this one.
          if (lines[at]?.node === node) at += own.length - own.indexOf(lines[at] as Line);
          break;
        }
        case "stopping": {
          const current = lines[at];
          // A node that was not begun is not what failed.
          if (current?.node === undefined || begun.has(current.node))
            current?.ended.resolve({ kind: "failed" });
          leaveOut(lines.slice(at), "not reached");
          at = lines.length;
          break;
        }
        case "stopped":
          leaveOut(lines.slice(at), "not reached");
          break;
        case "done":
          for (; at < lines.length; at += 1) if (lines[at] !== undefined) end(lines[at] as Line);
      }
    },
    async close(): Promise<void> {
      clearInterval(ticker);
      leaveOut(lines, "not reached");
      await shown;
    },
  };
}
