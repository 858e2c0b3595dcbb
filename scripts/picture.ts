/**
 * Writes docs/demo.svg, the README's picture, from a recording of a terminal:
 *   script -qec 'stty cols 136 rows 60; scripts/demo' recording && node scripts/picture.ts recording
 * Everything before the first command of ours is left out.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { screenAfter } from "./picture/screen.ts";
import { svgOf } from "./picture/svg.ts";

const [recording = "recording"] = process.argv.slice(2);
// The demo keeps its bundles in a folder that goes with it; the picture shows where they are for a user.
const text = readFileSync(recording, "utf8").replaceAll(/\/tmp\/tmp\.\w+\/state\b/g, "~/.local/state");
const lines = screenAfter(text, 136);
const texts = lines.map((line) =>
  line
    .map(({ text }) => text)
    .join("")
    .trimEnd(),
);
const first = texts.findIndex((text) => text.startsWith("$ kubectl calico-upgrade"));
// The last line of our own output; `script` adds one about itself.
const last = texts.findLastIndex((text) => text !== "" && !text.startsWith("Script "));
if (first === -1) throw new Error(`${recording} holds no call of kubectl calico-upgrade`);
const picture = svgOf(lines.slice(first, last + 1), "A run of scripts/demo");
writeFileSync(join(import.meta.dirname, "../docs/demo.svg"), picture);
