/** What reading one text takes of memory: `memory-main.ts READER SHAPE BYTES` prints bytes of text and of memory. */
import { parseObjects } from "../../../src/manifest/parse.ts";
import { readingNames } from "../../../src/model/cluster-facts.ts";
import { parseFacts } from "../../../src/model/facts-file.ts";

const [, , reader = "", shape = "", bytes = "0"] = process.argv;

const inside: Readonly<Record<string, (size: number) => string>> = {
  "one long text": (size) => JSON.stringify("x".repeat(size)),
  "one text of escapes": (size) => `"${String.raw`\u0041`.repeat(size / 6)}"`,
  texts: (size) => `[${'"abcdefghi",'.repeat(size / 12)}""]`,
  numbers: (size) => `[${"1.5,".repeat(size / 4)}0]`,
  objects: (size) => `[${'{"name":"a"},'.repeat(size / 13)}{}]`,
  "empty objects": (size) => `[${"{},".repeat(size / 3)}{}]`,
  "empty lists": (size) => `[${"[],".repeat(size / 3)}[]]`,
};

const value = (inside[shape] ?? (() => ""))(Number(bytes));
const texts: Readonly<Record<string, string>> = {
  facts: `{"kind":"ClusterFacts","format":1,"facts":{"now":1,"serverVersion":"v1.36.0","extra":${value}}}`,
  manifest: `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"extra":${value}}`,
};
const text = texts[reader] ?? "";
const readers: Readonly<Record<string, () => unknown>> = {
  facts() {
    const parsed = parseFacts(text, readingNames);
    if (!parsed.ok) throw new Error(parsed.why);
  },
  manifest: () => parseObjects(text, "calico.json"),
};
const before = process.memoryUsage().rss;
let said = "read";
try {
  readers[reader]?.();
} catch (error) {
  said = error instanceof Error ? error.message : String(error);
}
const most = process.resourceUsage().maxRSS * 1024;
process.stdout.write(
  `${JSON.stringify({ text: text.length, taken: most - before, said: said.slice(0, 200) })}\n`,
);
