import { usesColor } from "../flags/color.ts";
import type { NodesAbout, OperationEvent } from "../operations/events.ts";
import { prepullTask } from "../perform/prepull-report.ts";
import type { Reporter } from "../perform/reporter.ts";
import { sequenceReport } from "../perform/sequence-report.ts";
import { addInOrder, newItem, type Item } from "../perform/task-item.ts";
import { showList, type ShownList } from "../perform/task-list.ts";
import { taskReport } from "../perform/task-report.ts";
import { writesReport } from "../perform/writes-report.ts";
import { controllerPhases } from "../plan/controller/step.ts";
import { nodePhases } from "../plan/node/phases.ts";
import { controllerWords } from "../render/controller-lines.ts";
import { nodeWords } from "../render/node-lines.ts";
import { progressLine } from "../render/node-progress.ts";
import { objectsWords } from "../render/objects-lines.ts";
import { policyWords } from "../render/policy-migration/words.ts";
import { prepullWords } from "../render/prepull-lines.ts";
import { seconds } from "../render/seconds.ts";
import { partTitle } from "../render/sequence-lines.ts";
import { comparisonTitles } from "../render/write-titles.ts";
import type { Listener, ListenerContext, ListenerOptions } from "./listener.ts";

type ProcedureEvent = Extract<OperationEvent, { readonly kind: "procedure" }>;

/** One task list for the whole command; it begins with the first procedure. */
export function listListener(context: ListenerContext, options: ListenerOptions): Listener {
  const { stdout, stderr, terminal, now } = context;
  const items: Item[] = [];
  /** Of parts, by where they are nested. */
  const parts = new Map<string, Item>();
  const reporters = new Map<object, Reporter<never, never>>();
  const lines = terminal.sameTerminal ? undefined : (text: string): void => stdout.line(text);
  /** What was said since something happened: a question that comes next is about it. */
  let said: { readonly note: Item; readonly where: Item[] }[] = [];
  /** How far the run has come: one line, behind what has begun. */
  let progress: { readonly note: Item; readonly where: Item[] } | undefined;
  let list: ShownList | undefined;
  let closed = false;

  const pathOf = (...ids: readonly string[]): string => ids.join("/");

  /** The items of the part that an event comes from. */
  function place(within: readonly string[]): Item[] {
    for (let depth = within.length; depth > 0; depth -= 1) {
      const part = parts.get(pathOf(...within.slice(0, depth)));
      if (part !== undefined) return part.items;
    }
    return items;
  }

  function reporterFor(event: ProcedureEvent): Reporter<never, never> {
    const common = {
      items: place(event.within),
      lines,
      now,
      elapsed: (since: number) => seconds(now() - since),
    };
    switch (event.procedure) {
      case "nodes":
        return taskReport(nodeWords(event.about, ""), { ...common, ...nodeLayout(event.about) });
      case "prepull":
        return prepullTask(prepullWords(event.about.goal, ""), common.items);
      case "controller":
        return taskReport(controllerWords(event.about, ""), {
          ...common,
          nodes: [],
          parallel: false,
          phases: [],
          before: controllerPhases,
          after: [],
        });
      case "objects": {
        const { planned, compares } = event.about;
        const comparison = compares === true ? comparisonTitles.objects : undefined;
        return writesReport(objectsWords(event.about, ""), { ...common, planned, comparison });
      }
      case "policies":
        return writesReport(policyWords(event.about, ""), {
          ...common,
          planned: event.about.planned,
          comparison: comparisonTitles.policies,
        });
      case "sequence":
        return sequenceReport({
          items: common.items,
          parts: event.about.parts,
          title: partTitle,
          opened: (part, item) => void parts.set(pathOf(...event.within, part.id), item),
        });
    }
  }

  /** A line of its own, where the list is now. */
  function say(text: string): void {
    if (list === undefined || closed) {
      stderr.line(text);
      return;
    }
    said.push(added(text));
  }

  /** A line in the part that runs. */
  function added(text: string): { readonly note: Item; readonly where: Item[] } {
    const part = [...parts.values()].findLast(({ state }) => state === "running");
    const [note, where] = [newItem(text, "note"), part?.items ?? items];
    addInOrder(where, note);
    return { note, where };
  }

  function showProgress(text: string): void {
    if (list === undefined || closed) return;
    hideProgress();
    progress = added(text);
  }

  function hideProgress(): void {
    progress?.where.splice(progress.where.indexOf(progress.note), 1);
    progress = undefined;
  }

  /** The list is off the terminal while somebody is asked; what the question is about stands above it. */
  async function aside<T>(talk: () => Promise<T>): Promise<T> {
    if (list === undefined) return await talk();
    const texts = said;
    said = [];
    return await list.aside(async () => {
      for (const { note, where } of texts) {
        where.splice(where.indexOf(note), 1);
        stderr.line(note.title);
      }
      return await talk();
    });
  }

  function happens(event: ProcedureEvent): void {
    const reporter = reporters.get(event.about) ?? reporterFor(event);
    reporters.set(event.about, reporter);
    list ??= showList(items, {
      stream: stderr.raw as NodeJS.WriteStream,
      onSuspend: terminal.onSuspend,
      colored: usesColor(options.color, terminal.stderrColor),
    });
    said = [];
    reporter.event(event.event as never);
  }

  return {
    emit(event) {
      if (event.kind === "warning") say(`Warning: ${event.text}`);
      else if (event.kind === "note") say(event.text);
      else if (event.kind === "progress") showProgress(progressLine(event));
      else if (event.kind === "procedure") happens(event);
      else if (event.kind === "compared") reporters.get(event.about)?.compared?.(event.found);
    },
    aside,
    async close() {
      closed = true;
      // The run is over, however far it came.
      hideProgress();
      await list?.close();
    },
  };
}

function nodeLayout({ goal }: NodesAbout) {
  return {
    nodes: goal.nodes,
    phases: nodePhases(goal),
    parallel: goal.fleet !== undefined && goal.fleet.maxUnavailable > 1,
    before: ["hold", ...(goal.template === undefined ? [] : (["template"] as const))] as const,
    after: ["finish"] as const,
  };
}
