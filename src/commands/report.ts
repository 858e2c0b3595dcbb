import type { AppContext } from "../context.ts";
import { usesColor } from "../flags/color.ts";
import { dryRunSuffix, type DryRun } from "../flags/dry-run.ts";
import type {
  ControllerAbout,
  NodesAbout,
  ObjectsAbout,
  OperationEvent,
  PoliciesAbout,
} from "../operations/events.ts";
import { plainReport } from "../perform/plain-report.ts";
import type { Reporter, StepWords } from "../perform/reporter.ts";
import type { ControllerSeen } from "../plan/controller/seen.ts";
import {
  controllerPhases,
  phaseOf as controllerPhaseOf,
  type ControllerStep,
} from "../plan/controller/step.ts";
import type { PhaseName } from "../plan/decision.ts";
import { nodePhases, phaseOf as nodePhaseOf } from "../plan/node/phases.ts";
import type { Seen } from "../plan/node/seen.ts";
import type { NodeStep } from "../plan/node/step.ts";
import type { ObjectsSeen, ObjectsStep } from "../plan/objects/procedure.ts";
import type { PolicySeen, PolicyStep } from "../plan/policy-migration/procedure.ts";
import { controllerLine, controllerTitles } from "../render/controller-lines.ts";
import { mutationLine, phaseTitles, stepNotice } from "../render/node-lines.ts";
import { nodeLine } from "../render/node-result.ts";
import { putLines } from "../render/objects-lines.ts";
import type { OutputFormat } from "../render/output.ts";
import { changeOfStep, mutationLine as policyLine } from "../render/policy-migration/print.ts";
import { seconds } from "../render/seconds.ts";

export interface ReportOptions {
  readonly format: OutputFormat;
  readonly dryRun: DryRun;
  /** --color */
  readonly color: string;
  /** One line for each change also on a terminal: thousands of them, and questions in between. */
  readonly plain?: boolean;
}

/** Listens to the stream of a command's operations, and shows it. */
export interface Listener {
  readonly emit: (event: OperationEvent) => void;
  /** Everything is shown; the terminal is the caller's again. */
  close(): Promise<void>;
}

type ReportContext = Pick<AppContext, "stdout" | "stderr" | "terminal" | "now" | "env">;

/**
 * A live task list where standard error is a terminal, one line per change otherwise. Mutation lines are
 * results and go to standard output, except where the task list stands on the same terminal and shows
 * them itself, or where another format is the result.
 */
export async function listenerFor(context: ReportContext, options: ReportOptions): Promise<Listener> {
  const { stderr } = context;
  const list = showsTaskList(context, options) ? await import("../perform/task-report.ts") : undefined;
  const reporters = new Map<object, Reporter<never, never>>();
  const suffix = dryRunSuffix(options.dryRun);

  /** One reporter for each procedure, from its first event to its end. */
  function reporterOf<Memory, Step extends { readonly kind: string }>(
    about: object,
    words: StepWords<Memory, Step>,
    layout: Layout,
  ): Reporter<Memory, Step> {
    const known = reporters.get(about);
    if (known !== undefined) return known as unknown as Reporter<Memory, Step>;
    const line = (text: string): void => void context.stdout.write(`${text}\n`);
    const { terminal } = context;
    const made =
      list === undefined
        ? plainReport(
            words,
            showsLines(options.format) ? line : () => {},
            (text) => void stderr.write(`${text}\n`),
          )
        : list.taskReport(words, {
            stream: stderr as NodeJS.WriteStream,
            ...layout,
            lines: terminal.sameTerminal ? undefined : line,
            onSuspend: terminal.onSuspend,
            colored: usesColor(options.color, terminal.stderrColor),
            now: context.now,
            elapsed: (since) => seconds(context.now() - since),
          });
    reporters.set(about, made as unknown as Reporter<never, never>);
    return made;
  }

  return {
    emit(event) {
      switch (event.kind) {
        case "warning":
          stderr.write(`Warning: ${event.text}\n`);
          break;
        case "note":
          stderr.write(`${event.text}\n`);
          break;
        case "saved":
        case "findings":
        case "planned":
          break;
        case "procedure":
          switch (event.procedure) {
            case "nodes":
              reporterOf(
                event.about,
                nodeWords(event.about, options.dryRun, suffix),
                nodeLayout(event.about),
              ).event(event.event);
              break;
            case "controller":
              reporterOf(event.about, controllerWords(event.about, suffix), {
                ...noNodes,
                before: controllerPhases,
              }).event(event.event);
              break;
            case "objects":
              reporterOf(event.about, objectsWords(event.about, suffix), {
                ...noNodes,
                before: ["write"],
              }).event(event.event);
              break;
            case "policies":
              reporterOf(event.about, policyWords(event.about, suffix), {
                ...noNodes,
                before: ["write"],
              }).event(event.event);
              break;
            case "sequence":
              break;
          }
      }
    },
    async close() {
      for (const reporter of reporters.values()) await reporter.close();
    },
  };
}

interface Layout {
  readonly nodes: readonly string[];
  readonly phases: readonly PhaseName[];
  readonly before: readonly PhaseName[];
  readonly after: readonly PhaseName[];
}

const noNodes: Layout = { nodes: [], phases: [], before: [], after: [] };

function nodeLayout({ goal }: NodesAbout): Layout {
  return {
    nodes: goal.nodes,
    phases: nodePhases(goal),
    before: ["hold", ...(goal.template === undefined ? [] : (["template"] as const))],
    after: ["finish"],
  };
}

function nodeWords(about: NodesAbout, dryRun: DryRun, suffix: string): StepWords<Seen, NodeStep> {
  return {
    phase: nodePhaseOf,
    title: (phase) => phaseTitles[phase],
    line: (step) => suffixed(mutationLine(step, about.resource), suffix),
    notice: stepNotice,
    nodeLine: (node, seen) => (dryRun === "none" ? nodeLine(node, { ...about, seen }) : undefined),
  };
}

function controllerWords(about: ControllerAbout, suffix: string): StepWords<ControllerSeen, ControllerStep> {
  return {
    phase: controllerPhaseOf,
    title: (phase) => controllerTitles[phase] ?? phase,
    line: (step) => suffixed(controllerLine(step, about.group, about.restart), suffix),
    notice: () => undefined,
    nodeLine: () => undefined,
  };
}

function objectsWords(about: ObjectsAbout, suffix: string): StepWords<ObjectsSeen, ObjectsStep> {
  return {
    phase: () => ({ phase: "write" }),
    title: (phase) => phaseTitles[phase],
    line(step) {
      const lines = putLines(step, about.namespaced).map((line) => `${line}${suffix}`);
      return lines.length === 0 ? undefined : lines.join("\n");
    },
    notice: () => undefined,
    nodeLine: () => undefined,
  };
}

function policyWords(about: PoliciesAbout, suffix: string): StepWords<PolicySeen, PolicyStep> {
  return {
    phase: () => ({ phase: "write" }),
    title: (phase) => phaseTitles[phase],
    line: ({ puts }) =>
      puts.map(({ step }) => policyLine(changeOfStep(step, about.resource), suffix)).join("\n"),
    notice: () => undefined,
    nodeLine: () => undefined,
  };
}

function suffixed(line: string | undefined, suffix: string): string | undefined {
  return line === undefined ? undefined : `${line}${suffix}`;
}

/** Mutation lines are the result unless another format is asked for. */
export function showsLines(format: OutputFormat): boolean {
  return format === "table" || format === "wide";
}

/** Without a width every character would get a line of its own. */
export function showsTaskList(
  { terminal, env }: Pick<AppContext, "terminal" | "env">,
  { format, dryRun, plain }: Pick<ReportOptions, "format" | "dryRun" | "plain">,
): boolean {
  return (
    plain !== true &&
    showsLines(format) &&
    terminal.stderrTty &&
    (terminal.columns ?? 0) > 0 &&
    env["TERM"] !== "dumb" &&
    dryRun === "none"
  );
}
