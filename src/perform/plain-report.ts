import type { RunEvent } from "../plan/run-event.ts";
import type { StepWords } from "../plan/step-words.ts";
import type { Lines, Reporter } from "./reporter.ts";

/**
 * One line per change, for pipes and logs: results to `lines`, progress to `progress`. `suffix`: of a dry run, which
 * waits for nothing.
 */
export function plainReport<Memory, Step>(
  words: StepWords<Memory, Step>,
  lines: Lines,
  progress: Lines,
  suffix = "",
): Reporter<Memory, Step> {
  let lastWait = "";
  let lastStuck = "";
  let lastNotice: string | undefined;
  const alarms = new Set<string>();
  return {
    event(event: RunEvent<Memory, Step>): void {
      switch (event.kind) {
        case "begun": {
          const notice = words.notice(event.step);
          // A step that lost a race begins again.
          if (notice !== undefined && notice !== lastNotice) progress(`Warning: ${notice}`);
          lastNotice = notice;
          break;
        }
        case "performed": {
          const own = words.lines(event.step);
          if (own.length > 0) {
            for (const line of own) lines(line);
            // What is waited for after it is news; after a lease that was renewed it is not.
            lastWait = "";
            lastStuck = "";
          }
          const phase = words.phase(event.step);
          if (phase?.phase !== "uncordon" || phase.node === undefined) break;
          const nodeLine = words.nodeLine(phase.node, event.memory);
          if (nodeLine !== undefined) progress(nodeLine);
          break;
        }
        case "waiting": {
          const { wait } = event;
          const where = wait.node === undefined ? "" : `node/${wait.node}: `;
          if (wait.for !== lastWait) progress(`${where}waiting for ${wait.for}${suffix}`);
          if (wait.stuck !== undefined && wait.stuck !== lastStuck) progress(`${where}${wait.stuck}`);
          if (wait.alarm !== undefined && !alarms.has(wait.alarm)) progress(`Warning: ${wait.alarm}`);
          if (wait.alarm !== undefined) alarms.add(wait.alarm);
          lastWait = wait.for;
          lastStuck = wait.stuck ?? lastStuck;
          break;
        }
        case "settled": {
          const { node, kind } = event.what;
          if (kind === "failed") progress(`Warning: node/${node} failed: ${event.what.why}`);
          else
            progress(
              kind === "skip"
                ? `node/${node} skipped: ${event.what.why ?? "nothing to do"}`
                : `node/${node} went away, skipped`,
            );
          break;
        }
        case "entered":
        case "left":
        case "stopping":
        case "stopped":
        case "done":
          break;
      }
    },
  };
}
