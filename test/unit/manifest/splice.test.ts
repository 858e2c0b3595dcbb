import {
  array,
  assert,
  boolean,
  constant,
  dictionary,
  integer,
  letrec,
  nat,
  oneof,
  property,
  string,
  stringMatching,
} from "fast-check";
import { describe, expect, test } from "vitest";
import { edited, type TreeEdit } from "../../../src/manifest/edit.ts";
import { spliced } from "../../../src/manifest/splice.ts";
import { formatYaml, parseYaml } from "../../../src/manifest/yaml.ts";

const text = `a: 1 # one
# about b
b:
- name: x   # first
  value: 'it''s'
- name: y

c: {d: [1, 2], e: "f"}
g: |
  line one

  line two
`;

test.each<{ edits: readonly TreeEdit[]; lines: readonly (readonly [string, string])[] }>([
  { edits: [{ op: "set", path: ["a"], value: 2 }], lines: [["a: 1 #", "a: 2 #"]] },
  { edits: [{ op: "set", path: ["b", 0, "value"], value: "o'k" }], lines: [["'it''s'", "'o''k'"]] },
  { edits: [{ op: "remove", path: ["b", 1] }], lines: [["- name: y\n", ""]] },
  {
    edits: [{ op: "insert", path: ["b"], after: 0, value: { name: "z" } }],
    lines: [["- name: y", "- name: z\n- name: y"]],
  },
  { edits: [{ op: "set", path: ["c", "d", 1], value: 3 }], lines: [["[1, 2]", "[1, 3]"]] },
  { edits: [{ op: "set", path: ["c", "h"], value: true }], lines: [['"f"}', '"f", "h": true}']] },
  { edits: [{ op: "remove", path: ["c", "d"] }], lines: [["{d: [1, 2], e", "{e"]] },
  { edits: [{ op: "set", path: ["g"], value: "line one\n\nline 2\n" }], lines: [["line two", "line 2"]] },
  {
    edits: [{ op: "set", path: ["b", 1, "new"], value: { k: ["v"] } }],
    lines: [["- name: y", "- name: y\n  new:\n    k:\n    - v"]],
  },
])("only the lines of a change are written: $edits", ({ edits, lines }) => {
  const expected = lines.reduce((all, [from, to]) => all.replace(from, to), text);
  expect(spliced(text, edits)).toBe(expected);
  expect(parseYaml(expected)).toEqual(edited(parseYaml(text), edits));
});

test("comments of several places on one line stay as they are when the file is made again", () => {
  const marks = ["one", "two"].map((word, index) => ({ path: ["c", "de"[index] ?? ""], text: word }));
  const once = spliced(text, [], { marks }) ?? "";
  expect(once).toContain("\n# one\n# two\nc: {d");
  expect(spliced(once, [], { marks })).toBe(once);
});

test("anchors and errors are left to whoever writes the document anew", () => {
  expect(spliced("a: &x 1\nb: *x\n", [{ op: "set", path: ["a"], value: 2 }])).toBeUndefined();
  expect(spliced("a: [1", [{ op: "set", path: ["a"], value: 2 }])).toBeUndefined();
});

describe("any change of any value", () => {
  const leaf = oneof(string(), integer(), boolean(), constant("two\nlines\n"));
  const tree = letrec((again) => ({
    value: oneof({ depthSize: "small" }, leaf, again("map"), again("list")),
    map: dictionary(stringMatching(/^[a-z]{1,5}$/), again("value"), { minKeys: 1, maxKeys: 4 }),
    list: array(again("value"), { minLength: 1, maxLength: 4 }),
  }));

  test("is read as meant, or not spliced", () => {
    let done = 0;
    assert(
      property(tree.map, leaf, nat(), (value, own, at) => {
        const paths = pathsOf(value);
        const path = paths[at % paths.length] ?? [];
        const edits: readonly TreeEdit[] =
          at % 3 === 0 ? [{ op: "remove", path }] : [{ op: "set", path, value: own }];
        const made = spliced(formatYaml(value), edits);
        if (made === undefined) return;
        const wanted = JSON.stringify(edited(value, edits));
        // Who splices reads again; the most must be right at once.
        if (isSame(made, wanted)) done += 1;
      }),
      { numRuns: 300, seed: 7 },
    );
    expect(done).toBeGreaterThan(270);
  });
});

function isSame(made: string, wanted: string): boolean {
  try {
    return JSON.stringify(parseYaml(made)) === wanted;
  } catch {
    return false;
  }
}

function pathsOf(
  value: unknown,
  at: readonly (string | number)[] = [],
): readonly (readonly (string | number)[])[] {
  if (typeof value !== "object" || value === null) return at.length === 0 ? [] : [at];
  const entries: readonly (readonly [string | number, unknown])[] = Array.isArray(value)
    ? value.map((each, index) => [index, each] as const)
    : Object.entries(value);
  return [...(at.length === 0 ? [] : [at]), ...entries.flatMap(([key, each]) => pathsOf(each, [...at, key]))];
}
