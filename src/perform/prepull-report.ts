import type { PrepullStep } from "../plan/prepull/procedure.ts";
import type { PrepullSeen } from "../plan/prepull/seen.ts";
import type { Lines, Reporter } from "./reporter.ts";
import { isOver, newItem, type Item } from "./task-item.ts";

interface PrepullReportWords {
  readonly title: string;
  readonly begins: string;
  readonly progress: (seen: PrepullSeen, node?: string) => string;
}

/** One line for each node that has its images, and one for each reason why one does not. */
export function prepullReport(
  words: PrepullReportWords,
  progress: Lines,
): Reporter<PrepullSeen, PrepullStep> {
  let begun = false;
  const reported = new Set<string>();
  const said = new Set<string>();

  function reportPulled(memory: PrepullSeen): void {
    for (const node of Object.keys(memory.pulled)) {
      if (reported.has(node)) continue;
      reported.add(node);
      const pulled = Object.fromEntries(
        [...reported].flatMap((each) => {
          const took = memory.pulled[each];
          return took === undefined ? [] : [[each, took]];
        }),
      );
      progress(words.progress({ ...memory, pulled }, node));
    }
  }

  return {
    event(event) {
      reportPulled(event.memory);
      if (event.kind === "begun" && event.step.kind === "pull" && !begun) {
        begun = true;
        progress(words.begins);
      }
      if (event.kind !== "waiting") return;
      const { stuck } = event.wait;
      if (stuck !== undefined && !said.has(stuck)) progress(`node/${stuck}`);
      if (stuck !== undefined) said.add(stuck);
    },
  };
}

/** One line of the task list for all nodes. */
export function prepullTask(words: PrepullReportWords, items: Item[]): Reporter<PrepullSeen, PrepullStep> {
  const item = newItem(words.title);
  items.push(item);
  return {
    event(event) {
      if (isOver(item)) return;
      item.state = "running";
      const progress = words.progress(event.memory);
      const stuck = event.kind === "waiting" ? event.wait.stuck : undefined;
      item.title = progress;
      item.output = () => stuck ?? "";
      if (event.kind === "done") item.state = "done";
      if (event.kind === "stopping") item.state = "failed";
    },
  };
}
