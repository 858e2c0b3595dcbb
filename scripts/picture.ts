/**
 * Writes a picture of the README. docs/demo.svg from a recording of a terminal, everything before the first command of
 * ours left out:
 *   script -qec 'stty cols 136 rows 60; scripts/demo' recording && node scripts/picture.ts recording
 * Any other from a screen as it stands while something runs:
 *   tmux capture-pane -ep > screen && node scripts/picture.ts screen docs/node-all.svg TITLE
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { screenAfter, type Cell } from "./picture/screen.ts";
import { svgOf } from "./picture/svg.ts";

const root = join(import.meta.dirname, "..");
const [recorded = "recording", screen, title = ""] = process.argv.slice(2);
const text = readFileSync(recorded, "utf8");
if (screen === undefined) {
  writeFileSync(join(root, "docs/demo.svg"), svgOf(demo(text), "A run of scripts/demo"));
} else {
  // Who ran it and where says nothing to a reader.
  const shown = text.replaceAll(/\b[\w-]+@[\w.-]+(?=\/[0-9a-f]{6})/g, "ada@laptop").replaceAll("\n", "\r\n");
  const lines = screenAfter(shown, 200);
  const last = lines.findLastIndex((line) => line.length > 0);
  writeFileSync(join(root, screen), svgOf(lines.slice(0, last + 1), title));
}

function demo(recording: string): readonly (readonly Cell[])[] {
  // The demo keeps its bundles in a folder that goes with it; the picture shows where they are for a user.
  const lines = screenAfter(recording.replaceAll(/\/tmp\/tmp\.\w+\/state\b/g, "~/.local/state"), 136);
  const texts = lines.map((line) =>
    line
      .map((each) => each.text)
      .join("")
      .trimEnd(),
  );
  const first = texts.findIndex((each) => each.startsWith("$ kubectl calico-upgrade"));
  // The last line of our own output; `script` adds one about itself.
  const last = texts.findLastIndex((each) => each !== "" && !each.startsWith("Script "));
  if (first === -1) throw new Error(`${recorded} holds no call of kubectl calico-upgrade`);
  return lines.slice(first, last + 1);
}
