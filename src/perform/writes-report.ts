import type { PhaseName, Stop, Wait } from "../plan/decision.ts";
import type { Planned, WriteKind } from "../plan/planned-writes.ts";
import type { Put, WriteWords } from "../plan/step-words.ts";
import type { Comparison, Lines, Reporter } from "./reporter.ts";
import { addInOrder, isOver, newItem, type Item } from "./task-item.ts";

export interface WritesReportOptions {
  /** Where the lines of this procedure belong. */
  readonly items: Item[];
  /** Undefined: the task list stands where the results go, and shows the mutation lines itself. */
  readonly lines: Lines | undefined;
  /** What is known before it begins, which is shown waiting; other writes get a line each as they begin. */
  readonly planned?: readonly Planned[] | undefined;
  /** Title of the look at both sides that follows the writes. */
  readonly comparison?: string | undefined;
}

/** Writes that belong together. */
interface WriteGroup {
  readonly kind: WriteKind | undefined;
  readonly item: Item;
  /** How many there are to be, at least. */
  readonly planned: number;
  /** Keys of those that are through. */
  readonly done: Set<string>;
}

/** More than so many writes of a group are counted, and have no lines of their own. */
const mostLines = 50;

/**
 * A line for each object when its write begins, or a counter where there are many; and one for what is waited for.
 * What is planned stands there from the beginning on.
 */
export function writesReport<Memory, Step>(
  words: WriteWords<Memory, Step>,
  { items, lines, planned = [], comparison }: WritesReportOptions,
): Reporter<Memory, Step> {
  /** Of writes that have begun: one that lost a race begins again. */
  const begun = new Map<
    string,
    { readonly group: WriteGroup | undefined; readonly line: Item | undefined }
  >();
  const groups: WriteGroup[] = [];
  const waits = new Map<PhaseName, Item>();
  /** What is planned, in its order. */
  const steps = planned.map((each) =>
    each.kind === "write" ? newGroup(each.what, each.count).item : newWait(each.phase),
  );
  const compared = comparison === undefined ? undefined : newItem(comparison);
  items.push(...steps, ...(compared === undefined ? [] : [compared]));
  const own: Item[] = [...steps];
  let waiting: Item | undefined;

  function newGroup(kind: WriteKind | undefined, count: number): WriteGroup {
    const item = newItem(kind === undefined ? words.title("write") : words.kindTitle(kind));
    const group: WriteGroup = { kind, item, planned: count, done: new Set() };
    if (count > mostLines) item.output = () => progress(group);
    groups.push(group);
    return group;
  }

  function newWait(phase: PhaseName): Item {
    const item = newItem(words.title(phase));
    waits.set(phase, item);
    return item;
  }

  function progress({ kind, done, planned: count }: WriteGroup): string {
    return words.counted(kind, done.size, Math.max(count, done.size));
  }

  function add(item: Item, to: Item[] = items): Item {
    item.state = "running";
    own.push(item);
    addInOrder(to, item);
    return item;
  }

  function endWait(): void {
    if (waiting !== undefined && !isOver(waiting)) waiting.state = "done";
    waiting = undefined;
  }

  /** What is planned before it is behind us. */
  function reach(item: Item): void {
    const at = steps.indexOf(item);
    for (const step of steps.slice(0, Math.max(0, at))) conclude(step);
    if (!isOver(item)) item.state = "running";
  }

  function conclude(step: Item): void {
    if (isOver(step)) return;
    const group = groups.find(({ item }) => item === step);
    if (step.state === "waiting") {
      step.title = `${step.title}: not needed`;
      step.state = "skipped";
    } else {
      step.state = "done";
      if (group !== undefined && group.planned > mostLines) step.title = `${step.title}: ${progress(group)}`;
    }
  }

  function begin(puts: readonly Put[]): void {
    endWait();
    const fresh = puts.filter(({ key }) => !begun.has(key));
    const unplanned = fresh.filter(({ kind }) => groupOf(kind) === undefined);
    const many = unplanned.length > mostLines ? newGroup(undefined, unplanned.length) : undefined;
    if (many !== undefined) add(many.item);
    for (const put of fresh) {
      const group = groupOf(put.kind) ?? many;
      if (group !== undefined) reach(group.item);
      const counted = group !== undefined && group.planned > mostLines;
      const line = counted ? undefined : add(newItem(put.name), group?.item.items);
      begun.set(put.key, { group, line });
    }
  }

  function groupOf(kind: WriteKind | undefined): WriteGroup | undefined {
    return kind === undefined ? undefined : groups.find((group) => group.kind === kind);
  }

  function perform(puts: readonly Put[]): void {
    // What an earlier try did, and nobody answered, was not begun again.
    begin(puts);
    for (const { key, line: text } of puts) {
      lines?.(text);
      const { group, line } = begun.get(key) ?? {};
      group?.done.add(key);
      if (line !== undefined) {
        line.state = "done";
        if (lines === undefined) line.title = text;
      }
      if (group !== undefined && group.done.size >= group.planned) conclude(group.item);
    }
  }

  function wait({ phase, for: what, stuck, alarm }: Wait): void {
    const item = waits.get(phase);
    if (waiting === undefined || waiting !== item) {
      endWait();
      waiting = item === undefined || isOver(item) ? add(newWait(phase)) : item;
      reach(waiting);
    }
    const text = [`waiting for ${what}`, stuck, alarm].filter((each) => each !== undefined).join("\n");
    waiting.output = () => text;
  }

  function stop({ outdated = false }: Stop): void {
    for (const item of own) {
      if (item.state !== "running") continue;
      const group = groups.find((each) => each.item === item);
      const far =
        group !== undefined && (outdated || group.planned > mostLines) ? `: ${progress(group)}` : "";
      item.title = `${item.title}${far}`;
      item.state = outdated ? "skipped" : "failed";
    }
    if (!outdated) return;
    // What is left is planned again, from what is there now.
    for (const item of steps) if (item.state === "waiting") items.splice(items.indexOf(item), 1);
    if (compared !== undefined) compared.state = "running";
  }

  function end(): void {
    endWait();
    for (const step of steps) conclude(step);
    if (compared !== undefined) compared.state = "running";
  }

  return {
    event(event) {
      switch (event.kind) {
        case "begun":
          begin(words.puts(event.step));
          break;
        case "performed":
          perform(words.puts(event.step));
          break;
        case "waiting":
          wait(event.wait);
          break;
        case "stopping":
          stop(event.reason);
          break;
        case "done":
          end();
          break;
        case "stopped":
        case "settled":
        case "entered":
        case "left":
          break;
      }
    },
    compared(found) {
      if (compared === undefined) return;
      compared.state = states[found];
      if (found === "different") compared.title = `${compared.title}: something changed during the run`;
    },
  };
}

const states = { equal: "done", different: "skipped", unknown: "failed" } as const satisfies Record<
  Comparison,
  Item["state"]
>;
