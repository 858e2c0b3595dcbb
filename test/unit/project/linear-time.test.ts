import { globSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { plainYaml as readPlain } from "../../../src/cluster/connection/plain-yaml.ts";
import { splitDocuments, splitJson } from "../../../src/manifest/documents.ts";
import { plainYaml as writePlain } from "../../../src/manifest/plain-text.ts";
import { parseImage } from "../../../src/model/image.ts";
import { ipamType } from "../../../src/model/ipam.ts";
import { quantity } from "../../../src/render/quantity.ts";
import { cpuMillis } from "./cpu-time.ts";
import { expressionsIn, repeats, slowText } from "./expressions.ts";

const src = join(import.meta.dirname, "../../../src");

describe("a text that a node, a file or a server sends cannot keep an expression busy", () => {
  test("the search finds what is quadratic or worse, and nothing else", () => {
    const slow = [
      String.raw`"ipam"\s*:\s*\{[\s\S]*?"type"\s*:\s*"([^"]+)"`,
      String.raw`"(?:[^"\\]|\\.)*"`,
      "^(a+)+$",
    ];
    const found = slow.map((pattern) => slowText({ pattern, flags: "" }) !== undefined);
    expect(found).toEqual(slow.map(() => true));
    const linear = ["^[a-z]+(?:-[a-z]+)*$", String.raw`^v?(\d+)\.(\d+)`, "^[^/]+/[^/]+$"];
    expect(linear.map((pattern) => slowText({ pattern, flags: "" }))).toEqual(linear.map(() => undefined));
  });

  test("every expression of the program takes a time that is linear in the text", () => {
    const found = globSync("**/*.ts", { cwd: src }).flatMap((name) =>
      expressionsIn(join(src, name))
        .filter(repeats)
        .map((expression) => ({ name, ...expression })),
    );
    expect(found.length).toBeGreaterThan(100);
    const slow = found.flatMap((each) => {
      const text = slowText(each);
      return text === undefined
        ? []
        : [`${each.name} /${each.pattern}/ on ${JSON.stringify(text.slice(0, 60))}`];
    });
    expect(slow).toEqual([]);
  }, 120_000);
});

describe("four times the text takes a reader about four times as long", () => {
  test.each<readonly [string, (text: string) => unknown, (count: number) => string]>([
    ["the type of IPAM", ipamType, (count) => '"ipam": {'.repeat(count)],
    ["an image", parseImage, (count) => "a/".repeat(count)],
    ["an image of colons", parseImage, (count) => ":@".repeat(count)],
    ["a quantity", quantity, (count) => `${"1".repeat(count)}.x!`],
    ["JSON objects", splitJson, (count) => "\uFEFF{}".repeat(1) + "{}".repeat(count)],
    ["JSON of quotes", splitJson, (count) => '"\\"'.repeat(count)],
    ["YAML documents", splitDocuments, (count) => "--- \n#\n".repeat(count)],
    ["a kubeconfig", readPlain, (count) => "a:\n".repeat(count)],
    [
      "a text of many lines that is written",
      (text) => write({ text }),
      (count) => `${"a b\n".repeat(count)}\u0001`,
    ],
    ["JSON that is written", (text) => write({ text }), (count) => `["${'a"'.repeat(count)}\u0001`],
  ])("%s", (_what, read, text) => {
    const [small, large] = [text(10_000), text(40_000)];
    const once = cpuMillis(() => read(small), 3);
    // What takes less than that is linear enough at any size.
    expect(cpuMillis(() => read(large), 3)).toBeLessThan(Math.max(20, once * 10));
  });
});

/** What it does not write itself goes to the library. */
function write(value: unknown): string | undefined {
  return writePlain(value);
}
