/** One line of the task list, with what belongs to it below. Reporters change it; each frame shows it as it is. */
export interface Item {
  /** May have several lines. */
  title: string;
  state: ItemState;
  /** What goes on, below the title as long as it runs; empty: nothing to say. */
  output: () => string;
  readonly items: Item[];
  /** Its items are shown. */
  open: boolean;
}

/** Why something did not happen in a run that has ended. */
export const notReached = "not reached";

/** note: a line without a mark. */
export type ItemState = "waiting" | "running" | "done" | "skipped" | "failed" | "note";

export function newItem(title: string, state: ItemState = "waiting"): Item {
  return { title, state, output: () => "", items: [], open: true };
}

export function isOver({ state }: Pick<Item, "state">): boolean {
  return state !== "waiting" && state !== "running";
}

/** After what has begun already, before what waits for its turn. */
export function addInOrder(items: Item[], item: Item): void {
  const next = items.findIndex(({ state }) => state === "waiting");
  items.splice(next === -1 ? items.length : next, 0, item);
}

/** Nothing comes any more: what has not ended was not reached. */
export function leaveOut(items: readonly Item[], why: string): void {
  for (const item of items) {
    if (isOver(item)) continue;
    if (item.state === "running" && item.open && item.items.length > 0) {
      leaveOut(item.items, why);
      item.state = "done";
    } else {
      item.title = `${item.title}: ${why}`;
      item.state = "skipped";
    }
  }
}
