// Our own slice would count a wide character as one place and break the screen; listr2 brings this one anyway.
import cliTruncate from "cli-truncate";
import { table } from "../table.ts";
import type { UpgradeStatus } from "./kind.ts";
import { type LiveFacts, type ScreenLook } from "./live-nodes.ts";
import { screenFrame, type ScreenMemory, type ScreenSize } from "./live-screen.ts";
import { inOrder } from "./order.ts";
import { printableStatus } from "./print.ts";
import { nodeGrid } from "./tables.ts";

/** What is to be written for the next status: everything at first, then what has changed. */
export type LiveText = (status: UpgradeStatus, live?: LiveFacts) => string;

export interface LiveTextOptions extends ScreenLook {
  /** The terminal's size now; undefined when it is no terminal. */
  readonly screen: (() => ScreenSize) | undefined;
}

const nothingLive: LiveFacts = { down: new Map(), paces: [], commands: [] };

export function makeLiveText(options: LiveTextOptions): LiveText {
  return options.screen === undefined ? changedRows(options) : wholeScreen(options, options.screen);
}

const home = "\u001B[H";
const clearLine = "\u001B[K";
const clearBelow = "\u001B[J";
const clearScreen = "\u001B[2J";

function wholeScreen(options: LiveTextOptions, screen: () => ScreenSize): LiveText {
  let memory: ScreenMemory | undefined;
  return (status, live = nothingLive) => {
    const size = screen();
    const frame = screenFrame(status, live, options, size, memory);
    // What a terminal made of its lines when it got another size is not known.
    const same = memory?.size.rows === size.rows && memory.size.columns === size.columns;
    memory = frame.memory;
    const cut = frame.lines.map(
      (line) => `${cliTruncate(line, size.columns, { truncationCharacter: "" })}${clearLine}\n`,
    );
    return `${same ? home : clearScreen + home}${cut.join("")}${clearBelow}`;
  };
}

/** Rows that are new or say something else; an age that goes on by itself is no change. */
function changedRows(options: LiveTextOptions): LiveText {
  const { wide } = options;
  let before: ReadonlyMap<string, string> | undefined;
  let widths: readonly number[] = [];
  return (status) => {
    const ordered = inOrder(status, options);
    const { head, rows } = nodeGrid(ordered, wide, options);
    const seen = new Map(
      ordered.nodes.map((node) => [
        `${node.name} ${node.daemonSet ?? ""}`,
        JSON.stringify(printedFields(node)),
      ]),
    );
    const keys = [...seen.keys()];
    const changed = rows.filter((_, index) => {
      const key = keys[index] ?? "";
      return before?.get(key) !== seen.get(key);
    });
    const first = before === undefined;
    before = seen;
    if (!first) return changed.length === 0 ? "" : table(undefined, changed, widths);
    widths = [head, ...rows].reduce<readonly number[]>(
      (widest, row) => row.map((text, column) => Math.max(widest[column] ?? 0, Array.from(text).length)),
      [],
    );
    return printableStatus(status, options).table(wide);
  };
}

/** What a row says, without the ages in its notes. */
function printedFields(node: UpgradeStatus["nodes"][number]): unknown {
  return {
    ...node,
    notes: node.notes.map(({ id, text }) => [id, text.replaceAll(/\b\d+[smhdy](\d+[smhdy])?\b/g, "")]),
  };
}
