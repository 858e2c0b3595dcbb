import { objectKey, objectName } from "../model/object-name.ts";
import type { PhaseName, Wait } from "../plan/decision.ts";
import type { ObjectWrite, ObjectsSeen, ObjectsStep } from "../plan/objects/procedure.ts";
import type { Lines, Reporter } from "./reporter.ts";
import { addInOrder, isOver, newItem, type Item } from "./task-item.ts";

export interface ObjectsReportOptions {
  /** Where the lines of this procedure belong. */
  readonly items: Item[];
  /** Undefined: the task list stands where the results go, and shows the mutation lines itself. */
  readonly lines: Lines | undefined;
  readonly title: (phase: PhaseName) => string;
  /** kubectl's mutation line. */
  /** undefined: bookkeeping of ours, which is not shown. */
  readonly line: (put: ObjectWrite) => string | undefined;
}

/** A line for each object when its write begins, and one for what is waited for. */
export function objectsReport(options: ObjectsReportOptions): Reporter<ObjectsSeen, ObjectsStep> {
  const { items, lines } = options;
  /** Of writes that have begun: one that lost a race begins again. */
  const writes = new Map<string, Item>();
  let waiting: { readonly phase: PhaseName; readonly item: Item } | undefined;
  const own: Item[] = [];

  function add(title: string): Item {
    const item = newItem(title, "running");
    own.push(item);
    addInOrder(items, item);
    return item;
  }

  function itemOf({ stage }: ObjectsStep, { ref }: ObjectWrite): Item {
    const key = `${String(stage)} ${objectKey(ref)}`;
    const item = writes.get(key) ?? add(objectName(ref));
    writes.set(key, item);
    return item;
  }

  function endWait(): void {
    if (waiting !== undefined && !isOver(waiting.item)) waiting.item.state = "done";
    waiting = undefined;
  }

  function wait({ phase, for: what, stuck, alarm }: Wait): void {
    if (waiting?.phase !== phase) {
      endWait();
      waiting = { phase, item: add(options.title(phase)) };
    }
    const text = [`waiting for ${what}`, stuck, alarm].filter((each) => each !== undefined).join("\n");
    waiting.item.output = () => text;
  }

  return {
    event(event) {
      switch (event.kind) {
        case "begun":
          endWait();
          for (const put of event.step.puts) if (options.line(put) !== undefined) itemOf(event.step, put);
          break;
        case "performed":
          for (const put of event.step.puts) {
            const line = options.line(put);
            if (line === undefined) continue;
            const item = itemOf(event.step, put);
            item.state = "done";
            if (lines === undefined) item.title = line;
            else lines(line);
          }
          break;
        case "waiting":
          wait(event.wait);
          break;
        case "stopping":
          for (const item of own) if (!isOver(item)) item.state = "failed";
          break;
        case "done":
          endWait();
          break;
        case "stopped":
        case "settled":
        case "entered":
        case "left":
          break;
      }
    },
  };
}
