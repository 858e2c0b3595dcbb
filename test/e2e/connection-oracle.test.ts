/**
 * The same kubeconfigs, flags and environments go to kubectl and to us: the same server must be asked,
 * as the same user, for the same namespace, or the same error said. docs/kubectl-differences.md lists
 * what stays different, and holds nothing that does not.
 */
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { resolveBinaries } from "../cluster/binaries/resolve.ts";
import { askKubectl, askUs, type Answer } from "./oracle/ask.ts";
import type { Who } from "./oracle/api-servers.ts";
import { describeCase, makeCases } from "./oracle/draw-case.ts";
import { differences, heldElsewhere, type Outcome } from "./oracle/known-differences.ts";
import { oddAnswers } from "./oracle/odd-answers.ts";
import { oddTexts } from "./oracle/odd-texts.ts";
import { startWorld } from "./oracle/world.ts";
import { publicWords } from "./oracle/public-words.ts";
import { writeCase, writeText, type Written } from "./oracle/write-case.ts";

/** Changed now and then, so that other cases are met; a failure names its case in full. */
const seed = 20_261;
const drawn = 160;

const root = join(import.meta.dirname, "../..");

let world: Awaited<ReturnType<typeof startWorld>>;
let folder = "";
let kubectl = "";
const met = new Set<string>();

beforeAll(async () => {
  ({ kubectl } = await resolveBinaries({ kubeVersion: "1.36", progress: () => undefined }));
  const version = execFileSync(kubectl, ["version", "--client", "-o", "json"], { encoding: "utf8" });
  world = await startWorld((JSON.parse(version) as { readonly clientVersion: object }).clientVersion);
  folder = await mkdtemp(join(tmpdir(), "oracle-"));
});
afterAll(async () => {
  world?.servers.close();
  await rm(folder, { recursive: true, force: true });
});

async function outcome(who: Who, pod: string, asked: Promise<Answer>): Promise<Outcome> {
  const answer = await asked;
  return { ...answer, seen: world.servers.seen(who, pod), times: world.servers.times(who, pod) };
}

/** The lines in which the two differ; none where they do not, or where that is known. */
async function compare(pod: string, written: Written): Promise<string[]> {
  const [theirs, ours] = await Promise.all([
    outcome("kubectl", pod, askKubectl(kubectl, written, pod, join(folder, "cache"))),
    outcome("us", pod, askUs({ ...written, env: { ...written.env, KUBECTL_PATH: kubectl } }, pod)),
  ]);
  for (const each of [theirs, ours]) Object.assign(each, { stderr: publicWords(each.stderr) });
  const [theirLines, ourLines] = [theirs, ours].map((each) => JSON.stringify(each, undefined, 1).split("\n"));
  const known = differences.find(({ is }) => is(theirs, ours));
  if (known !== undefined) met.add(known.id);
  if (known !== undefined || JSON.stringify(theirLines) === JSON.stringify(ourLines)) return [];
  return [
    ...(theirLines ?? []).filter((line) => !ourLines?.includes(line)).map((line) => `kubectl: ${line}`),
    ...(ourLines ?? []).filter((line) => !theirLines?.includes(line)).map((line) => `ours:    ${line}`),
  ];
}

async function compareAll(cases: readonly (readonly [string, string, Written])[]): Promise<void> {
  const different: string[] = [];
  for (const [what, pod, written] of cases) {
    // One after the other: the working directory is the process's.
    const lines = await compare(pod, written);
    if (lines.length > 0) different.push([what, ...lines].join("\n"));
  }
  expect(different.join("\n\n")).toBe("");
}

test("a user reaches the same cluster as the same user, or gets the same error, however it is written", async () => {
  const cases = makeCases(drawn, seed);
  expect(cases.length).toBeGreaterThan(350);
  await compareAll(
    await Promise.all(
      cases.map(async (each, index) => {
        const pod = `case-${index}`;
        return [describeCase(each), pod, await writeCase(each, join(folder, pod), world)] as const;
      }),
    ),
  );
});

test("a kubeconfig that is odd YAML is read, or refused, as kubectl does", async () => {
  const texts = Object.entries(oddTexts);
  await compareAll(
    await Promise.all(
      texts.map(async ([name, text], index) => {
        const written = await writeText(text, join(folder, `text-${index}`), world);
        return [name, `text-${index}`, written] as const;
      }),
    ),
  );
});

test("a server that answers something odd is told in the same words", async () => {
  const written = await writeText(oddTexts["JSON"] ?? "", join(folder, "odd"), world);
  await compareAll(Object.keys(oddAnswers).map((pod) => [pod, pod, written] as const));
});

test.each([6, 7, 8, 9])(
  "-v=%i shows of each request what kubectl shows, credentials masked",
  async (level) => {
    const written = await writeText(oddTexts["JSON"] ?? "", join(folder, `verbose-${level}`), world);
    const verbose = { ...written, args: [`-v=${level}`] };
    const pod = `verbose-${level}`;
    const theirs = await askKubectl(kubectl, verbose, pod, join(folder, "cache"));
    const ours = await askUs(verbose, pod);
    expect(requestLog(ours.stderr)).toEqual(requestLog(theirs.stderr));
    expect(requestLog(ours.stderr).join("\n")).toContain("Response");
    expect(ours.stderr).not.toContain("Bearer t");
  },
);

/** What is said about requests, without what differs from run to run. */
function requestLog(stderr: string): string[] {
  return stderr
    .split("\n")
    .map((line) => line.replace(/^I\d{4} [\d:.]+ +\d+ [\w.:-]+\] /, ""))
    .filter((line) => !/^"?(Feature gate|HTTP Trace|Unable to decode|returning cached)/.test(line))
    .map((line) =>
      line
        .replace(/( \w*[mM]illiseconds=\d+)+/, "")
        .replace(/User-Agent: [^"]*/, "User-Agent: …")
        .replace(/(Date: ).*/, "$1…")
        // kubectl's curl has the headers in any order.
        .replace(/( -H "[^"]*")+/, (headers) => headers.split(" -H ").toSorted().join(" -H ")),
    );
}

test("docs/kubectl-differences.md lists exactly the differences that there are", async () => {
  const text = await readFile(join(root, "docs/kubectl-differences.md"), "utf8");
  const listed = [...text.matchAll(/^### ([a-z0-9-]+)$/gm)].map(([, id]) => id ?? "");
  const known = [...differences.map(({ id }) => id), ...Object.keys(heldElsewhere)];
  expect(listed.toSorted()).toEqual(known.toSorted());
  for (const [file, title] of Object.values(heldElsewhere)) {
    expect(await readFile(join(root, file), "utf8")).toContain(title);
  }
  expect(differences.map(({ id }) => id).filter((id) => !met.has(id))).toEqual([]);
});
