/** docs/faults.md, of the outcomes of cells. */
import { faultNames } from "./faults-tried.ts";
import type { Outcome } from "./table.ts";

/** Of what made it: a command, and what it ran on. */
export function renderTable(outcomes: readonly Outcome[]): string {
  const failing = outcomes.filter(({ fault }) => isFault(fault));
  const others = outcomes.filter(({ fault }) => !isFault(fault));
  const stories = unique(outcomes.map(storyOf));
  const broken = outcomes.filter((outcome) => outcome.broken.length > 0);
  return [
    "# Faults at every request",
    "",
    "What becomes of a command when one of its requests fails, or somebody else works on the cluster at the same time. A",
    "proxy between the executable and a real API server counts the requests of a run; in the next run it lets one of them",
    "fail. A watcher of its own looks on. Each cell is a run on a cluster that was put back to its beginning, with these checks:",
    "no invariant is broken at any moment (a user's cordon stays, a cordon of ours has its lease, one calico-node down at",
    "most, never two controllers, no delete without a UID and a bundle); it ends by itself, with 0 or with an error that",
    "says what happened; what it says was done was done, and what was done is said; the command that it prints, or the same",
    "command, comes to the end of a run without faults, and nothing of ours is left. A request that clients of Kubernetes",
    "ask again (429 and 503 with a time, a cut read, a watch) has to succeed.",
    "",
    "Made by",
    "",
    "```sh",
    "FAULTS_TABLE=$PWD/faults.jsonl scripts/test e2e faulty --all    # every class; else the sample of each test run",
    "node test/faults/write-table-main.ts faults.jsonl",
    "```",
    "",
    `${String(outcomes.length)} cells on ${String(stories.length)} stories, ${String(broken.length)} of them broken.`,
    "",
    "A cell that broke was tried again when that was mended; its last run is what counts here.",
    "",
    "## A request fails",
    "",
    "How many cells were tried; `2 of 5` where 2 of them broke.",
    "",
    ...grid(failing, ({ requestClass }) => rowOf(requestClass), faultNames),
    "",
    "`reset`: cut before the server hears of it. `half`: cut in the middle of the answer; of a watch after its first event.",
    "`lost`: the server did it, and no answer came. `delay`: 30 s. 429 and 503 name a time to come back.",
    "",
    "## Somebody else",
    "",
    "What else happened at the moment of a request, and what stood still.",
    "",
    ...grid(
      others,
      ({ fault }) => fault,
      unique(others.map(({ story }) => commandOf(story))),
      ({ story }) => commandOf(story),
    ),
    "",
    "## The stories",
    "",
    ...stories.map((story) => `- ${story}`),
    "",
    "## What broke",
    "",
    ...(broken.length === 0 ? ["Nothing."] : broken.flatMap(brokenLines)),
    "",
  ].join("\n");
}

function isFault(fault: string): boolean {
  return (faultNames as readonly string[]).includes(fault);
}

function storyOf({ story, kubeVersion }: Outcome): string {
  return `\`${story}\` on Kubernetes ${kubeVersion}`;
}

/** `migrate-policy` of `migrate-policy of 16 namespaces`. */
function commandOf(story: string): string {
  return story.split(/[ ,]/)[0] ?? story;
}

/** Writes by their resource, reads by their verb: all of those go one way. */
function rowOf(requestClass: string): string {
  const [what = "", ...rest] = requestClass.split(", ");
  if (rest.length === 0) return what;
  const verb = rest[0] === "dry run" ? "dry run" : (what.split(" ")[0] ?? "");
  return [verb, rest.at(-1)].join(", ");
}

function grid(
  outcomes: readonly Outcome[],
  rowName: (outcome: Outcome) => string,
  columns: readonly string[],
  columnName: (outcome: Outcome) => string = ({ fault }) => fault,
): readonly string[] {
  const rows = unique(outcomes.map(rowName)).toSorted();
  return [
    `| | ${columns.join(" | ")} |`,
    `| --- |${" ---: |".repeat(columns.length)}`,
    ...rows.map((row) => {
      const cells = columns.map((column) =>
        count(outcomes.filter((outcome) => rowName(outcome) === row && columnName(outcome) === column)),
      );
      return `| ${row} | ${cells.join(" | ")} |`;
    }),
  ];
}

function count(outcomes: readonly Outcome[]): string {
  const broken = outcomes.filter((outcome) => outcome.broken.length > 0).length;
  if (broken > 0) return `**${String(broken)} of ${String(outcomes.length)}**`;
  return outcomes.length === 0 ? "" : String(outcomes.length);
}

function brokenLines(outcome: Outcome): readonly string[] {
  return [
    `- ${storyOf(outcome)}, ${outcome.fault} at ${outcome.requestClass}:`,
    ...unique(outcome.broken).map((each) => `  - ${each.replaceAll(/[^\s=]*\/faults-story-\w+/g, "FOLDER")}`),
  ];
}

function unique(all: readonly string[]): readonly string[] {
  return [...new Set(all)];
}
