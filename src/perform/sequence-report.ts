import type { LeaseStep } from "../plan/lease/step.ts";
import type { RunPart, PartResult, SequenceSeen } from "../plan/sequence/procedure.ts";
import type { Reporter } from "./reporter.ts";
import { leaveOut, newItem, notReached, type Item } from "./task-item.ts";

export interface SequenceReportOptions {
  /** Where the lines of the parts belong. */
  readonly items: Item[];
  readonly parts: readonly RunPart[];
  readonly title: (part: RunPart) => string;
  /** Tells where the lines of what happens in a part belong. */
  readonly opened: (part: RunPart, item: Item) => void;
}

const states = { done: "done", unchanged: "skipped", left: "skipped", failed: "failed" } as const;

/** A line for each part from the beginning on; its own lines come below it when it begins. */
export function sequenceReport(options: SequenceReportOptions): Reporter<SequenceSeen, LeaseStep, RunPart> {
  const lines = options.parts.map((part) => {
    const item = newItem(options.title(part));
    options.opened(part, item);
    return { part, item };
  });
  options.items.push(...lines.map(({ item }) => item));

  const itemOf = ({ id }: RunPart): Item | undefined => lines.find(({ part }) => part.id === id)?.item;

  function end(item: Item, { state, because }: PartResult): void {
    leaveOut(item.items, notReached);
    item.state = states[state];
    // Why it failed stands below the list, in full.
    if (state !== "failed" && because !== "") item.title = `${item.title}: ${because}`;
  }

  return {
    event(event) {
      switch (event.kind) {
        case "entered": {
          const item = itemOf(event.child);
          if (item !== undefined) item.state = "running";
          break;
        }
        case "left": {
          const [item, result] = [itemOf(event.child), event.memory.ended[event.child.id]];
          if (item !== undefined && result !== undefined) end(item, result);
          break;
        }
        case "stopping":
        case "stopped":
          leaveOut(
            lines.map(({ item }) => item),
            notReached,
          );
          break;
        case "begun":
        case "performed":
        case "waiting":
        case "settled":
        case "done":
          break;
      }
    },
  };
}
