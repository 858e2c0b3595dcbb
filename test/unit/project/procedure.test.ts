import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { commands } from "../../../src/cli.ts";
import { flagsOf } from "../../../src/commands/base.ts";

const root = join(import.meta.dirname, "../../..");
const text = readFileSync(join(root, "docs/procedure.md"), "utf8");
const [, table = ""] = text.split(/<!-- \/?table -->/);
const rows = table
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.includes("---"))
  .slice(1)
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .map(([, paragraph = "", command = "", named = ""]) => ({ paragraph, command, named }));

const mark = "// Procedure: ";

/** The paragraphs in the lines right above the test that has this title. */
function namedAbove(source: string, title: string): readonly string[] {
  const before = source.slice(0, source.indexOf(title)).split("\n");
  const above = before.slice(
    0,
    before.findLastIndex((line) => /^\s*test[.(]/.test(line)),
  );
  const first = above.findLastIndex((line) => !line.trim().startsWith(mark)) + 1;
  return above.slice(first).map((line) => line.trim().slice(mark.length));
}

describe("docs/procedure.md promises nothing that is not there", () => {
  test("it has a row for every paragraph of the document", () => {
    expect(rows.length).toBeGreaterThanOrEqual(19);
  });

  test.each(rows)("$paragraph: $command", async ({ paragraph, command, named }) => {
    const [name, ...words] = command.replaceAll("`", "").split(" ");
    const found = commands.find((each) => each.name === name);
    expect(found, command).toBeDefined();
    const flags = found === undefined ? [] : flagsOf(await found.load());
    for (const word of words.filter((each) => each.startsWith("-"))) {
      const known = flags.some((flag) => `--${flag.name}` === word || `-${flag.short ?? ""}` === word);
      expect(known, `${command}: ${word}`).toBe(true);
    }
    const [, file = "", title = ""] = /^`([^`]+)`: (.+)$/.exec(named) ?? [];
    expect(title, named).not.toBe("");
    expect(existsSync(join(root, file)), file).toBe(true);
    // A user's server, not a model of it.
    expect(file).toMatch(/^test\/e2e\//);
    const source = readFileSync(join(root, file), "utf8");
    expect(source).toContain(title);
    expect(namedAbove(source, title)).toContain(paragraph);
  });
});
