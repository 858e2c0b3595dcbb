/**
 * Writes docs/faults.md of a file that FAULTS_TABLE named: `node test/faults/write-table-main.ts FILE`. Of a cell that was
 * tried more than once, after what it found was mended, the last line counts.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderTable } from "./render-table.ts";
import type { Outcome } from "./table.ts";

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error("usage: node test/faults/write-table-main.ts FILE");
const lines = readFileSync(file, "utf8").trimEnd().split("\n");
const outcomes = lines.map((line) => JSON.parse(line) as Outcome);
const last = new Map(
  outcomes.map((outcome) => {
    const { story, kubeVersion, requestClass, fault } = outcome;
    return [JSON.stringify([story, kubeVersion, requestClass, fault]), outcome] as const;
  }),
);
writeFileSync(join(import.meta.dirname, "../../docs/faults.md"), renderTable([...last.values()]));
