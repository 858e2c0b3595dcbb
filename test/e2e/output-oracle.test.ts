import { array, constantFrom, integer, sample, type Arbitrary } from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/model/kube.ts";
import { columnsFromSpec } from "../../src/render/custom-columns.ts";
import { goJson } from "../../src/render/go/print.ts";
import { printed } from "../../src/render/output.ts";
import { makeSort } from "../../src/render/sort-by.ts";
import { jsonPathPrinter, type PrintResult } from "../../src/render/jsonpath/print.ts";
import { table } from "../../src/render/table.ts";
import { resolveBinaries } from "../cluster/binaries/resolve.ts";
import { kubectlPrinter, type KubectlPrinter, type Printed } from "./support/kubectl-print.ts";
import { brokenTemplate, columns, printedObject, template } from "./support/paths.ts";

/** The same templates on the same JSON, printed by kubectl and by us. */

const all = process.env["TEST_ALL"] === "1";
const seed = 7;
const object: JsonObject = printedObject;
const printedRows = printedObject.nodes.map((node, at) => ({
  apiVersion: "test/v1",
  kind: "Thing",
  metadata: { name: node.name },
  ...node,
  ...(at === 0 ? { lines: printedObject.lines, wide: printedObject.wide, mixed: printedObject.mixed } : {}),
}));
const rows: readonly JsonObject[] = printedRows;

let kubectl: KubectlPrinter;

beforeAll(async () => {
  const binaries = await resolveBinaries({ kubeVersion: "1.36", progress: () => {} });
  kubectl = await kubectlPrinter(binaries.kubectl, object, rows);
}, 1_800_000);

afterAll(() => kubectl.stop());

function ours(text: string, asJson = false, allowMissingKeys = true): PrintResult<string> {
  const printer = jsonPathPrinter(text, { asJson, allowMissingKeys });
  return printer.ok ? printer.value(object) : printer;
}

/** What kubectl says, in the form of ours; undefined where it breaks down. */
function theirs({ stdout, stderr }: Printed): PrintResult<string> | undefined {
  if (stderr === "") return { ok: true, value: stdout };
  if (stderr.includes("goroutine ")) return undefined;
  return { ok: false, message: stderr.replace(/^error: /, "").replace(/\n$/, "") };
}

/** kubectl goes through a map in any order. */
function inAnyOrder(text: string): boolean {
  return /\.\*|\.\.|'\*'/.test(text);
}

function same(text: string, a: PrintResult<string>, b: PrintResult<string>): boolean {
  if (JSON.stringify(a) === JSON.stringify(b)) return true;
  if (!inAnyOrder(text)) return false;
  if (a.ok && b.ok) return sorted(a.value) === sorted(b.value);
  // Which value is met first decides which mistake is found first.
  return !a.ok && !b.ok;
}

function sorted(text: string): string {
  return Array.from(text).sort().join("");
}

interface Difference {
  readonly text: string;
  readonly ours: PrintResult<string>;
  readonly kubectl: PrintResult<string>;
}

/** Two processes at a time. */
async function differences(
  texts: readonly string[],
  our: (text: string) => PrintResult<string>,
  their: (text: string) => Promise<Printed>,
): Promise<Difference[]> {
  const found: Difference[] = [];
  const left = [...texts];
  const worker = async (): Promise<void> => {
    for (let text = left.pop(); text !== undefined; text = left.pop()) {
      const kubectl = theirs(await their(text));
      if (kubectl === undefined) continue;
      const own = our(text);
      if (!same(text, own, kubectl)) found.push({ text, ours: own, kubectl });
    }
  };
  await Promise.all([worker(), worker()]);
  return found;
}

function samples(arbitrary: Arbitrary<string>, count: number): string[] {
  return [...new Set(sample(arbitrary, { seed, numRuns: count }))].filter((text) => text !== "");
}

describe("jsonpath", () => {
  const separator = "\u2042";
  const jsonPath = (text: string): Promise<Printed> => kubectl.print(["-o", `jsonpath=${text}`]);

  test("thousands of templates print what kubectl prints", { timeout: 900_000 }, async () => {
    const texts = samples(template, all ? 80_000 : 16_000).filter(
      // A range left open would reach into the next template; these go one by one below.
      (text) => !/range|end/.test(text) && !inAnyOrder(text) && ours(text).ok,
    );
    expect(texts.length).toBeGreaterThan(all ? 5000 : 1500);
    const doubtful: string[] = [];
    for (let at = 0; at < texts.length; at += 200) {
      const batch = texts.slice(at, at + 200);
      const printed = await jsonPath(batch.join(separator));
      const own = batch.map((text) => ours(text)).map((outcome) => (outcome.ok ? outcome.value : ""));
      if (printed.stderr !== "" || printed.stdout !== own.join(separator)) doubtful.push(...batch);
    }
    expect(await differences(doubtful, ours, jsonPath)).toEqual([]);
  });

  test("ranges, maps in any order, and mistakes, in kubectl's words", { timeout: 900_000 }, async () => {
    const texts = samples(template, all ? 4000 : 700).filter(
      (text) => /range|end/.test(text) || inAnyOrder(text) || !ours(text).ok,
    );
    expect(await differences(texts, ours, jsonPath)).toEqual([]);
  });

  test("templates with a slip of the pen, in kubectl's words", { timeout: 900_000 }, async () => {
    const texts = samples(brokenTemplate, all ? 2000 : 250);
    expect(await differences(texts, ours, jsonPath)).toEqual([]);
  });

  test("jsonpath-as-json, and missing keys that are not allowed", { timeout: 900_000 }, async () => {
    const texts = samples(template, all ? 600 : 80);
    const asJson = (text: string): Promise<Printed> => kubectl.print(["-o", `jsonpath-as-json=${text}`]);
    expect(await differences(texts, (text) => ours(text, true), asJson)).toEqual([]);
    const strict = (text: string): Promise<Printed> =>
      kubectl.print(["-o", "jsonpath", "--template", text, "--allow-missing-template-keys=false"]);
    expect(await differences(texts, (text) => ours(text, false, false), strict)).toEqual([]);
  });
});

async function ownPrinted(format: "json" | "yaml", of: JsonObject): Promise<string> {
  const text = await printed(
    { format },
    { object: () => of, table: () => "", rows: () => [], names: () => [] },
  );
  if (!text.ok) throw new Error(text.message);
  return text.value;
}

test("-o json is kubectl's, byte by byte", { timeout: 120_000 }, async () => {
  // kubectl sorts the keys of what it has read; ours stand in the order of the document.
  const inOrder = JSON.parse(goJson(object)) as JsonObject;
  const { stdout, stderr } = await kubectl.print(["-o", "json"]);
  expect(stderr).toBe("");
  expect(goJson(object, "    ")).toBe(stdout.replace(/\n$/, ""));
  const own = await ownPrinted("json", inOrder);
  const sortedLines = (text: string): string[] => text.replaceAll(/,$/gm, "").split("\n").toSorted();
  expect(sortedLines(own)).toEqual(sortedLines(stdout));
});

test("kubectl reads out of -o yaml what stands in -o json", { timeout: 120_000 }, async () => {
  const texts = [
    "yes",
    "n",
    "~",
    "017",
    "0o17",
    "1e3",
    "12:30",
    "2020-01-01",
    "a: b",
    "- a",
    "#x",
    "'",
    "",
    " a ",
  ];
  const tricky = {
    ...object,
    texts,
    lines: ["a\nb\n", "\n\na", "  a\nb", "a\t", "\u0007", "x ".repeat(200)],
  };
  const { stdout, stderr } = await kubectl.read(await ownPrinted("yaml", tricky));
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toEqual(tricky);
});

test("custom columns come out as kubectl's, to the last space", { timeout: 900_000 }, async () => {
  // `A:.` and `A:*` go through a map too, and where a text with line breaks stands moves the rest.
  const texts = samples(columns, all ? 2000 : 400).filter(
    (text) => !inAnyOrder(text) && !/:\{?\.?(\*|,|$)/.test(text),
  );
  const own = (text: string): PrintResult<string> => {
    const printer = columnsFromSpec(text, false);
    return printer.ok ? printer.value(rows) : printer;
  };
  const get = (text: string): Promise<Printed> => kubectl.get(["-o", `custom-columns=${text}`]);
  expect(await differences(texts, own, get)).toEqual([]);
});

test("--sort-by puts objects in kubectl's order", { timeout: 120_000 }, async () => {
  // No ties: kubectl leaves them in any order.
  const paths = [".n", "n", "{.name}", ".f", ".metadata.name", ".nope", "{.n", "{.n}{.f}", ".n[x]"];
  const own = (path: string): PrintResult<string> => {
    const sort = makeSort(path, false);
    const order = sort.ok ? sort.value(printedRows) : sort;
    return order.ok ? { ok: true, value: order.value.map(({ name }) => `${name}\n`).join("") } : order;
  };
  const get = (path: string): Promise<Printed> =>
    kubectl.get(["--sort-by", path, "-o", "custom-columns=N:.name", "--no-headers"]);
  expect(await differences(paths, own, get)).toEqual([]);
});

test("tables come out as kubectl's: widths, escapes, wide characters", { timeout: 120_000 }, async () => {
  const cell = constantFrom(
    "",
    "a",
    "Ready",
    "<none>",
    "漢字",
    "é😀",
    "two\nlines",
    "cut\rhere",
    "\u001B[31m",
    "a b",
  );
  const tables = sample(
    integer({ min: 1, max: 4 }).chain((columns) =>
      array(array(cell, { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 4 }),
    ),
    { seed, numRuns: all ? 300 : 60 },
  );
  for (const rows of tables) {
    const head = ["NAME", "A", "STATUS", "漢"].slice(0, rows[0]?.length);
    const { stdout, stderr } = await kubectl.table(head, rows);
    expect(stderr).toBe("");
    // Spaces at the end of a line are the one thing that we leave out.
    expect(table(head, rows)).toBe(stdout.replaceAll(/ +$/gm, ""));
  }
});
