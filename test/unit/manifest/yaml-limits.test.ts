import { describe, expect, test } from "vitest";
import { cpuMillis } from "../project/cpu-time.ts";
import { parseYaml } from "../../../src/manifest/yaml.ts";

describe("a document that would take all memory is refused with what to do", () => {
  test.each([
    ["a flow of letters", `[${"a,".repeat(400_000)}]`],
    ["a flow of commas", `[${",".repeat(600_000)}]`],
    ["lists in lists", "- - - - - - - -\n".repeat(80_000)],
    ["keys", Array.from({ length: 200_000 }, (_, index) => `k${String(index)}: v`).join("\n")],
    ["anchors", "- &a x\n".repeat(200_000)],
  ])("%s", (_what, text) => {
    expect(() => parseYaml(text)).toThrow(
      "yaml: the document has more than 500000 keys and values: split it into several documents, or give it as JSON",
    );
  });

  test("many aliases of a large document: each is looked for in all of it", () => {
    expect(() => parseYaml("- &a x\n- *a\n".repeat(8000))).toThrow("yaml: the document has too many aliases");
    expect(parseYaml(`a: &a 1\nb: [${"*a, ".repeat(50)}]`)).toMatchObject({ a: 1 });
    // Stars in rules and text are none.
    expect(parseYaml("- resources: ['*']\n".repeat(8000))).toHaveLength(8000);
  });

  test("lists within lists, without an end", () => {
    expect(() => parseYaml("[".repeat(50_000))).toThrow("yaml: line 1: it is nested too deeply");
  });

  test("more bytes than any manifest has", () => {
    expect(() => parseYaml(`a: ${"x".repeat(33 * 1024 ** 2)}`)).toThrow("the document has more than 32 MiB");
  });

  test("a long text in one value is no reason: only what it is made of counts", () => {
    const text = "word - word, [x]: {y}\n  ".repeat(60_000);
    const value = parseYaml(`a: |\n  ${text}`) as { readonly a: string };
    expect(value.a.length).toBeGreaterThan(1_000_000);
  });
});

test("errors of one long line take no longer than the line: each was quoted with all of it", () => {
  const text = `a: b\n[${",".repeat(20_000)}]`;
  const read = (): void => expect(() => parseYaml(text, 7)).toThrow(/^yaml: line 8: /);
  // It took more than ten seconds.
  expect(cpuMillis(read, 1)).toBeLessThan(5000);
});

test("an anchor that contains itself is refused, as kubectl does, and one that is used twice is not", () => {
  for (const text of ["a: &a [*a]", "a: &a {b: {c: *a}}", "&a [[*a]]"])
    expect(() => parseYaml(text)).toThrow("yaml: an anchor's value contains itself");
  expect(parseYaml("a: &a [1]\nb: *a\nc: [*a, *a]")).toEqual({ a: [1], b: [1], c: [[1], [1]] });
});
