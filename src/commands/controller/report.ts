import type { AppContext } from "../../context.ts";
import { usesColor } from "../../flags/color.ts";
import { plainReport } from "../../perform/plain-report.ts";
import type { Reporter, StepWords } from "../../perform/reporter.ts";
import type { ControllerSeen } from "../../plan/controller/seen.ts";
import { controllerPhases, phaseOf, type ControllerStep } from "../../plan/controller/step.ts";
import { controllerLine, controllerTitles } from "../../render/controller-lines.ts";
import { seconds } from "../../render/seconds.ts";
import { showsLines, showsTaskList, type ReportOptions } from "../node/report.ts";

/** As the node run's: a live task list on a terminal, one line per change otherwise. */
export async function controllerReporter(
  context: Pick<AppContext, "stdout" | "stderr" | "terminal" | "now" | "env">,
  options: Pick<ReportOptions, "format" | "dryRun" | "color" | "suffix"> & {
    /** API group of Deployments: apps, extensions. */
    readonly group: string;
    readonly restart: boolean;
  },
): Promise<Reporter<ControllerSeen, ControllerStep>> {
  const words: StepWords<ControllerSeen, ControllerStep> = {
    phase: phaseOf,
    title: (phase) => controllerTitles[phase] ?? phase,
    line(step) {
      const text = controllerLine(step, options.group, options.restart);
      return text === undefined ? undefined : `${text}${options.suffix}`;
    },
    notice: () => undefined,
    nodeLine: () => undefined,
  };
  const lines = (line: string): void => void context.stdout.write(`${line}\n`);
  if (!showsTaskList(context, options)) {
    return plainReport(
      words,
      showsLines(options.format) ? lines : () => {},
      (line) => void context.stderr.write(`${line}\n`),
    );
  }
  const { taskReport } = await import("../../perform/task-report.ts");
  const { terminal } = context;
  return taskReport(words, {
    stream: context.stderr as NodeJS.WriteStream,
    nodes: [],
    phases: [],
    before: controllerPhases,
    after: [],
    lines: terminal.sameTerminal ? undefined : lines,
    onSuspend: terminal.onSuspend,
    colored: usesColor(options.color, terminal.stderrColor),
    now: context.now,
    elapsed: (since) => seconds(context.now() - since),
  });
}
