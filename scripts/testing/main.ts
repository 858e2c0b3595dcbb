import { oneFailed, sum, summary } from "./counts.ts";
import type { Counts } from "./counts.ts";
import { parts } from "./parts.ts";
import type { Part, Preparation, Wanted } from "./parts.ts";

const usage = `usage: scripts/test [PART [FILE…] [-t NAME]] [--all]

Without PART everything is run, as .ci/run does it. Parts:
${parts.map(({ name, about, extra }) => `  ${name.padEnd(9)}${about}${extra === true ? " (only with --all)" : ""}`).join("\n")}

  FILE…     only these test files of the part
  -t NAME   only tests whose name matches
  --all     also what is only sampled otherwise

A PART with clusters leaves them for its next run: scripts/cluster list, scripts/cluster down --name NAME.
`;

interface Row {
  readonly name: string;
  readonly seconds: number;
  readonly counts?: Counts;
}

const args = process.argv.slice(2);
const all = args.includes("--all");
const [name, ...filters] = args.filter((arg) => arg !== "--all");
const chosen = parts.filter((part) => (name === undefined ? all || part.extra !== true : part.name === name));
// A Ctrl-C reaches the part that runs, too; what was counted until then is still said.
let interrupted = false;
process.on("SIGINT", () => {
  interrupted = true;
});

if (args.includes("--help") || args.includes("-h")) console.log(usage);
else if (chosen.length === 0) {
  console.log(`there is no part "${name ?? ""}"\n\n${usage}`);
  finish([{ name: "usage", seconds: 0, counts: oneFailed }]);
} else finish(await runAll(chosen, { all, filters, keep: name !== undefined }));

async function runAll(wantedParts: readonly Part[], wanted: Wanted): Promise<Row[]> {
  const rows: Row[] = [{ name: "set-up", seconds: Number(process.env["SETUP_SECONDS"] ?? 0) }];
  const made = new Map<Preparation, boolean>();
  for (const part of wantedParts) {
    if (interrupted) break;
    for (const need of part.needs.filter((each) => !made.has(each))) {
      head(need.name);
      const [ready, seconds] = await timed(() => need.run());
      made.set(need, ready);
      rows.push({ name: need.name, seconds });
    }
    head(`${part.name}: ${part.about}`);
    const lacking = part.needs.filter((need) => made.get(need) !== true);
    if (lacking.length > 0) {
      console.log(
        `FAILED: ${part.name} could not run, because this failed: ${lacking.map((need) => need.name).join(", ")}`,
      );
      rows.push({ name: part.name, seconds: 0, counts: oneFailed });
      continue;
    }
    const [counts, seconds] = await timed(() => part.run(wanted));
    rows.push({ name: part.name, seconds, counts });
  }
  return interrupted ? [...rows, { name: "interrupted", seconds: 0, counts: oneFailed }] : rows;
}

function finish(rows: readonly Row[]): void {
  const total = sum(rows.flatMap(({ counts }) => counts ?? []));
  head("summary");
  for (const row of rows) {
    const text = row.counts === undefined ? "" : `  ${summary(row.counts)}`;
    console.log(`${row.seconds.toFixed(0).padStart(6)} s  ${row.name}${text}`);
  }
  console.log(summary(total));
  process.exitCode = interrupted ? 130 : total.failed > 0 ? 1 : 0;
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const began = performance.now();
  const result = await work();
  return [result, (performance.now() - began) / 1000];
}

function head(text: string): void {
  console.log(`\n=== ${text}`);
}
