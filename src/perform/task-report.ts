import { Listr, ListrLogger, ProcessOutput, type ListrTask } from "listr2";
import type { Millis } from "../model/time.ts";
import type { PhaseName } from "../plan/decision.ts";
import type { Lines, Reporter, StepWords } from "./reporter.ts";
import type { RunEvent } from "./run.ts";

export interface TaskListOptions {
  readonly stream: NodeJS.WriteStream;
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

type Outcome =
  | { readonly kind: "done" }
  | { readonly kind: "skipped"; readonly why: string }
  | { readonly kind: "failed"; readonly why: string };

/** One line of the list: it runs until the run has got past it. */
interface Slot {
  readonly phase: PhaseName;
  readonly node: string | undefined;
  title: string;
  readonly ended: PromiseWithResolvers<Outcome>;
  show: (text: string) => void;
  retitle: (text: string) => void;
}

/**
 * A live task list on a terminal. The list follows the run and never drives it: a line is finished when
 * the run reports something that comes after it.
 */
export function taskReport<Memory, Step extends { readonly kind: string }>(
  words: StepWords<Memory, Step>,
  options: TaskListOptions,
): Reporter<Memory, Step> {
  const slots: Slot[] = [
    ...options.before.map((phase) => slot(phase, undefined, words)),
    ...options.nodes.flatMap((node) => options.phases.map((phase) => slot(phase, node, words))),
    ...options.after.map((phase) => slot(phase, undefined, words)),
  ];
  let at = 0;
  let deletedAt: Millis | undefined;
  let wait = "";
  let stuck = "";
  const warnings: string[] = [];
  const ticker = setInterval(tick, 1_000);
  const listr = new Listr(tasks(slots, options), {
    concurrent: false,
    exitOnError: false,
    registerSignalListeners: false,
    renderer: "default",
    rendererOptions: {
      collapseSubtasks: false,
      showErrorMessage: true,
      collapseErrors: false,
      formatOutput: "wrap",
      removeEmptyLines: false,
      logger: new ListrLogger({ processOutput: new ProcessOutput(options.stream, options.stream) }),
    },
  });
  const shown = listr.run();

  /** Everything before this phase is behind us. */
  function reach(phase: PhaseName, node: string | undefined, inclusive: boolean): void {
    const index = slots.findIndex(
      (entry, position) => position >= at && entry.phase === phase && entry.node === node,
    );
    if (index === -1) return;
    for (; at < index; at += 1) slots[at]?.ended.resolve({ kind: "done" });
    if (!inclusive) return;
    slots[at]?.ended.resolve({ kind: "done" });
    at += 1;
  }

  function tick(): void {
    const current = slots[at];
    if (current === undefined || wait === "") return;
    const gap = deletedAt === undefined ? "" : `${options.elapsed(deletedAt)} since the delete: `;
    current.show(`${gap}${wait}${stuck === "" ? "" : `; ${stuck}`}`);
  }

  function skipNode(node: string, why: string): void {
    for (const entry of slots) if (entry.node === node) entry.ended.resolve({ kind: "skipped", why });
    while (slots[at] !== undefined && slots[at]?.node === node) at += 1;
  }

  return {
    event(event: RunEvent<Memory, Step>): void {
      switch (event.kind) {
        case "begun": {
          const phase = words.phase(event.step);
          if (phase !== undefined) reach(phase.phase, phase.node, false);
          const notice = words.notice(event.step);
          if (notice !== undefined) warnings.push(notice);
          break;
        }
        case "performed": {
          const phase = words.phase(event.step);
          const line = words.line(event.step);
          const current = slots[at];
          if (line !== undefined && options.lines !== undefined) options.lines(line);
          else if (line !== undefined && current?.phase === phase?.phase) current?.retitle(line);
          if (phase?.phase === "restart") deletedAt = options.now();
          if (
            phase !== undefined &&
            phase.phase !== "hold" &&
            phase.phase !== "finish" &&
            phase.phase !== "probe"
          ) {
            reach(phase.phase, phase.node, true);
          }
          if (phase?.phase === "uncordon" && phase.node !== undefined) {
            deletedAt = undefined;
            const last = slots[at - 1];
            const nodeLine = words.nodeLine(phase.node, event.memory);
            if (nodeLine !== undefined) warnings.push(nodeLine);
            if (last !== undefined) last.show("");
          }
          wait = "";
          stuck = "";
          break;
        }
        case "waiting":
          reach(event.wait.phase, event.wait.node, false);
          wait = `waiting for ${event.wait.for}`;
          stuck = event.wait.stuck ?? "";
          tick();
          break;
        case "settled": {
          const { node, kind, why } = event.what;
          skipNode(node, kind === "skip" ? (why ?? "nothing to do") : "the node went away");
          break;
        }
        case "stopped":
          slots[at]?.ended.resolve({ kind: "failed", why: event.reason.message });
          for (const entry of slots.slice(at + 1))
            entry.ended.resolve({ kind: "skipped", why: "not reached" });
          at = slots.length;
          break;
        case "done":
          for (; at < slots.length; at += 1) slots[at]?.ended.resolve({ kind: "done" });
      }
    },
    warn(text): void {
      warnings.push(text);
    },
    async close(): Promise<void> {
      clearInterval(ticker);
      for (const entry of slots) entry.ended.resolve({ kind: "skipped", why: "not reached" });
      await shown;
      // Lines written while the list is live would be drawn over.
      for (const text of warnings.splice(0)) options.stream.write(`${text}\n`);
    },
  };
}

function slot<Memory, Step>(
  phase: PhaseName,
  node: string | undefined,
  words: StepWords<Memory, Step>,
): Slot {
  const nothing = (): void => {};
  return {
    phase,
    node,
    title: words.title(phase),
    ended: Promise.withResolvers<Outcome>(),
    show: nothing,
    retitle: nothing,
  };
}

function tasks(slots: readonly Slot[], options: TaskListOptions): ListrTask[] {
  const group = (node: string | undefined) => slots.filter((entry) => entry.node === node);
  const whole = group(undefined);
  return [
    ...whole.filter(({ phase }) => options.before.includes(phase)).map(line),
    ...options.nodes.map((node): ListrTask => ({
      title: `node/${node}`,
      task: (_context, task) =>
        task.newListr(group(node).map(line), { concurrent: false, exitOnError: false }),
    })),
    ...whole.filter(({ phase }) => options.after.includes(phase)).map(line),
  ];
}

function line(entry: Slot): ListrTask {
  return {
    title: entry.title,
    task: async (_context, task) => {
      entry.show = (text) => {
        task.output = text;
      };
      entry.retitle = (text) => {
        task.title = text;
      };
      const outcome = await entry.ended.promise;
      if (outcome.kind === "skipped") task.skip(outcome.why);
      if (outcome.kind === "failed") throw new Error(outcome.why);
    },
  };
}
