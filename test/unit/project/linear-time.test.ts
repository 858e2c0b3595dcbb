import { globSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { plainYaml as readPlain } from "../../../src/cluster/connection/plain-yaml.ts";
import { decodeText } from "../../../src/cluster/decode-text.ts";
import { splitDocuments, splitJson } from "../../../src/manifest/documents.ts";
import { parseObjects } from "../../../src/manifest/parse.ts";
import { cniTree } from "../../../src/merge/cni-tree.ts";
import { parseCidr } from "../../../src/model/cidr.ts";
import { readingNames } from "../../../src/model/cluster-facts.ts";
import { milliCpu } from "../../../src/model/cpu.ts";
import { parseFacts } from "../../../src/model/facts-file.ts";
import { parseCordonLease, parseRunLease } from "../../../src/model/lease.ts";
import { parseNodeRecord } from "../../../src/model/node-record.ts";
import { maskSecrets } from "../../../src/model/mask.ts";
import { misfitOwned } from "../../../src/model/owned-fields.ts";
import { quoted } from "../../../src/model/shell.ts";
import { parseTime } from "../../../src/model/time.ts";
import { visibleText } from "../../../src/model/visible.ts";
import { columnsFromSpec } from "../../../src/render/custom-columns.ts";
import { parseTemplate } from "../../../src/render/jsonpath/parse.ts";
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
    ["JSON of escapes", splitJson, (count) => `{"a":"${String.raw`\"`.repeat(count)}"}`],
    ["a YAML manifest", (text) => parseObjects(text, "a"), manifestOf],
    [
      "a manifest of many documents",
      (text) => parseObjects(text, "a"),
      (count) => "---\n# a\n".repeat(count / 40),
    ],
    ["facts", (text) => parseFacts(text, readingNames), (count) => factsOf(count, "{}")],
    ["facts of names", (text) => parseFacts(text, readingNames), (count) => factsOf(count, '{"name":"a"}')],
    ["who owns fields", (text) => misfitOwned(JSON.parse(text)), (count) => `{${fieldsOf(count)}}`],
    ["what looks like secrets", maskSecrets, (count) => '"token": "a'.repeat(count)],
    ["what looks like secrets, of flags", maskSecrets, (count) => "--token=a ".repeat(count)],
    ["what looks like secrets, of addresses", maskSecrets, (count) => "a://b:c@".repeat(count)],
    ["text that is shown", visibleText, (count) => "a\u001B[m\n".repeat(count)],
    ["a word for a shell", quoted, (count) => "'\n".repeat(count)],
    ["a template of jsonpath", parseTemplate, (count) => "{.a}x".repeat(count)],
    ["a path of jsonpath", parseTemplate, (count) => `{${".a['b']".repeat(count)}}`],
    ["columns", (text) => columnsFromSpec(text, false), (count) => "A:.b,".repeat(count)],
    ["a lease of a node", parseCordonLease, (count) => `{"run":"${"a/".repeat(count)}"}`],
    ["a record of a node", parseNodeRecord, (count) => `{"run":"${"a/".repeat(count)}"}`],
    ["a lease of a run", parseRunLease, (count) => `{"run":"a","command":[${'"a",'.repeat(count)}"b"]}`],
    ["a time", parseTime, (count) => "2026-11-30T00:00:00".repeat(count)],
    ["an address", parseCidr, (count) => "1:".repeat(count)],
    ["a CPU quantity", milliCpu, (count) => `${"1".repeat(count)}x`],
    ["bytes of a file", (text) => decodeText(Buffer.from(text)), (count) => "\uFEFFa\r\n".repeat(count)],
    ["a CNI configuration", cniTree, (count) => `{"plugins":[${'{"type":"a"},'.repeat(count / 10)}{}]}`],
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

function manifestOf(count: number): string {
  const keys = Array.from({ length: count / 10 }, (_each, at) => `  k${String(at)}: v`).join("\n");
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n${keys}\n`;
}

function factsOf(count: number, each: string): string {
  const value = `[${`${each},`.repeat(count / 10)}${each}]`;
  return `{"kind":"ClusterFacts","format":1,"facts":{"now":1,"serverVersion":"v1","tiers":{"known":true,"value":${value}}}}`;
}

function fieldsOf(count: number): string {
  return Array.from({ length: count / 10 }, (_each, at) => `"f:${String(at)}":{}`).join(",");
}

/** What it does not write itself goes to the library. */
function write(value: unknown): string | undefined {
  return writePlain(value);
}
