import type { AppContext } from "../../context.ts";
import { usesColor } from "../../flags/color.ts";
import type { DryRun } from "../../flags/dry-run.ts";
import { plainReport } from "../../perform/plain-report.ts";
import type { Reporter, StepWords } from "../../perform/reporter.ts";
import type { NodeGoal } from "../../plan/node/goal.ts";
import { nodePhases, phaseOf } from "../../plan/node/phases.ts";
import type { Seen } from "../../plan/node/seen.ts";
import type { NodeStep } from "../../plan/node/step.ts";
import { mutationLine, phaseTitles, stepNotice } from "../../render/node-lines.ts";
import type { OutputFormat } from "../../render/output.ts";
import { seconds } from "../../render/seconds.ts";

export interface ReportOptions {
  readonly goal: NodeGoal;
  /** `daemonset.apps/calico-node`. */
  readonly resource: string;
  readonly format: OutputFormat;
  readonly dryRun: DryRun;
  /** --color */
  readonly color: string;
  readonly suffix: string;
  readonly nodeLine: (node: string, seen: Seen) => string | undefined;
}

/**
 * A live task list where standard error is a terminal, one line per change otherwise. Mutation lines are
 * results and go to standard output, except where the task list stands on the same terminal and shows
 * them itself, or where another format is the result.
 */
export async function reporterFor(
  context: Pick<AppContext, "stdout" | "stderr" | "terminal" | "now" | "env">,
  options: ReportOptions,
): Promise<Reporter<Seen, NodeStep>> {
  const words: StepWords<Seen, NodeStep> = {
    phase: phaseOf,
    title: (phase) => phaseTitles[phase],
    line: (step) => {
      const line = mutationLine(step, options.resource);
      return line === undefined ? undefined : `${line}${options.suffix}`;
    },
    notice: stepNotice,
    nodeLine: options.nodeLine,
  };
  const { terminal } = context;
  const lines = (line: string): void => void context.stdout.write(`${line}\n`);
  if (!showsTaskList(context, options)) {
    const result = showsLines(options.format);
    return plainReport(words, result ? lines : () => {}, (line) => void context.stderr.write(`${line}\n`));
  }
  const { taskReport } = await import("../../perform/task-report.ts");
  const { goal } = options;
  return taskReport(words, {
    stream: context.stderr as NodeJS.WriteStream,
    nodes: goal.nodes,
    phases: nodePhases(goal),
    before: ["hold", ...(goal.template === undefined ? [] : (["template"] as const))],
    after: ["finish"],
    lines: terminal.sameTerminal ? undefined : lines,
    onSuspend: terminal.onSuspend,
    colored: usesColor(options.color, terminal.stderrColor),
    now: context.now,
    elapsed: (since) => seconds(context.now() - since),
  });
}

/** Mutation lines are the result unless another format is asked for. */
export function showsLines(format: OutputFormat): boolean {
  return format === "table" || format === "wide";
}

/** Without a width every character would get a line of its own. */
export function showsTaskList(
  { terminal, env }: Pick<AppContext, "terminal" | "env">,
  { format, dryRun }: Pick<ReportOptions, "format" | "dryRun">,
): boolean {
  return (
    showsLines(format) &&
    terminal.stderrTty &&
    (terminal.columns ?? 0) > 0 &&
    env["TERM"] !== "dumb" &&
    dryRun === "none"
  );
}
