import { dryRunSuffix } from "../flags/dry-run.ts";
import type { Millis } from "../model/time.ts";
import type { PrepullHappening, SequenceHappening } from "../operations/events.ts";
import { plainReport } from "../perform/plain-report.ts";
import { prepullReport } from "../perform/prepull-report.ts";
import type { Reporter } from "../perform/reporter.ts";
import type { PrepullStep } from "../plan/prepull/procedure.ts";
import type { PrepullSeen } from "../plan/prepull/seen.ts";
import type { StepWords } from "../plan/step-words.ts";
import { controllerWords } from "../render/controller-lines.ts";
import { nodeWords } from "../render/node-lines.ts";
import { objectsWords } from "../render/objects-lines.ts";
import { policyWords } from "../render/policy-migration/words.ts";
import { prepullWords } from "../render/prepull-lines.ts";
import { partLine } from "../render/sequence-lines.ts";
import { showsLines, type Listener, type ListenerContext, type ListenerOptions } from "./listener.ts";

/** Each node has a line of its own; how far the run has come is said once a minute. */
const betweenProgress: Millis = 60_000;

/** One line per change, as pipes and logs want it. */
export function plainListener({ stdout, stderr, now }: ListenerContext, options: ListenerOptions): Listener {
  const suffix = dryRunSuffix(options.dryRun);
  const reporters = new Map<object, Reporter<never, never>>();
  const pulling = new Map<object, Reporter<PrepullSeen, PrepullStep>>();
  const result = showsLines(options.format) ? (text: string): void => stdout.line(text) : (): void => {};
  const progress = (text: string): void => stderr.line(text);
  let lastProgress = Number.NEGATIVE_INFINITY;

  /** One for each procedure, from its first event to its end. */
  function reporterOf<Memory, Step>(about: object, words: StepWords<Memory, Step>): Reporter<Memory, Step> {
    const known = reporters.get(about) as Reporter<Memory, Step> | undefined;
    if (known !== undefined) return known;
    const made = plainReport(words, result, progress, suffix);
    reporters.set(about, made);
    return made;
  }

  function part({ event }: SequenceHappening): void {
    if (event.kind !== "left") return;
    const ended = event.memory.ended[event.child.id];
    const line = ended && partLine(event.child, ended);
    if (line !== undefined) progress(line);
  }

  /** Progress and no result: what is pulled is removed by the kubelet when nothing needs it. */
  function pulls(event: PrepullHappening): void {
    const reporter =
      pulling.get(event.about) ?? prepullReport(prepullWords(event.about.goal, suffix), progress);
    pulling.set(event.about, reporter);
    reporter.event(event.event);
  }

  return {
    emit(event) {
      if (event.kind === "warning") progress(`Warning: ${event.text}`);
      else if (event.kind === "note") progress(event.text);
      else if (event.kind === "progress") {
        if (event.text === undefined || now() - lastProgress < betweenProgress) return;
        lastProgress = now();
        progress(event.text);
      } else if (event.kind === "procedure") {
        const { about } = event;
        switch (event.procedure) {
          case "nodes":
            reporterOf(about, nodeWords(event.about, suffix)).event(event.event);
            break;
          case "prepull":
            pulls(event);
            break;
          case "controller":
            reporterOf(about, controllerWords(event.about, suffix)).event(event.event);
            break;
          case "objects":
            reporterOf(about, objectsWords(event.about, suffix)).event(event.event);
            break;
          case "policies":
            reporterOf(about, policyWords(event.about, suffix)).event(event.event);
            break;
          case "sequence":
            part(event);
            break;
        }
      }
    },
    aside: (talk) => talk(),
    async close() {},
  };
}
