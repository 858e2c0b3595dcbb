import { describe, expect, test } from "vitest";
import { columnsFromFile, columnsFromSpec } from "../../../src/render/custom-columns.ts";
import { jsonPathPrinter } from "../../../src/render/jsonpath/print.ts";
import { alignTabs } from "../../../src/render/tabwriter.ts";

/** Answers of kubectl 1.36; test/e2e/output-oracle.test.ts asks it for thousands more. */

const object = {
  kind: "UpgradeStatus",
  nodes: [
    { name: "a<", n: 1, f: 1.5, z: null, tags: ["x", "y"] },
    { name: "b", n: 2, f: 1234567.5, tags: [] },
  ],
};

function print(template: string, { asJson = false, allowMissingKeys = true } = {}): string {
  const printer = jsonPathPrinter(template, { asJson, allowMissingKeys });
  const printed = printer.ok ? printer.value(object) : printer;
  return printed.ok ? printed.value : `error: ${printed.message}`;
}

describe("a path finds what it finds in kubectl", () => {
  test.each([
    ["{.nodes[*].name}", "a< b"],
    ["{.nodes[0]}", '{"f":1.5,"n":1,"name":"a\\u003c","tags":["x","y"],"z":null}'],
    ["{.nodes[0].z}|{.nodes[1].f}", "null|1.2345675e+06"],
    ['{range .nodes[*]}{.name}{"\\n"}{end}', "a<\nb\n"],
    ['{.nodes[?(@.name=="b")].n}', "2"],
    ["{.nodes[?(@.n>=1)].n}", "1 2"],
    // An index out of bounds counts as there.
    ["{.nodes[?(@.tags[1])].name}", "a< b"],
    ["{.nodes[?(@.nope)].name}", ""],
    ["{..n}", "1 2"],
    ["{.nodes[-1:].name}{.missing}", "b"],
    ["{.nodes[0]['name','n']}", "a< 1"],
    ['{"\\x41\\u00e9"}', "Aé"],
    ["", ""],
  ])("%s", (template, expected) => {
    expect(print(template)).toBe(expected);
  });

  test("as JSON, every action is an array of its own", () => {
    expect(print("{.nodes[*].n}{.missing}", { asJson: true })).toBe("[\n    1,\n    2\n]\n[]\n");
  });
});

describe("a mistake is named in kubectl's words", () => {
  test.each([
    ["{.bad", "error parsing jsonpath {.bad, unclosed action"],
    ["{#}", "error parsing jsonpath {#}, unrecognized character in action: U+0023 '#'"],
    ['{.kind["a"]}', 'error parsing jsonpath {.kind["a"]}, invalid array index "a"'],
    ["{......}", "error parsing jsonpath {......}, invalid multiple recursive descent"],
    ["{'a}", "error parsing jsonpath {'a}, unterminated quoted string"],
    ["{.a[?(@.b==1)}", "error parsing jsonpath {.a[?(@.b==1)}, unclosed array expect ]"],
  ])("%s", (template, message) => {
    expect(print(template)).toBe(`error: ${message}`);
  });

  test("a value that is not there, where keys must not be missing", () => {
    expect(print("{.nodes[0].nope}", { allowMissingKeys: false })).toContain(
      'error executing jsonpath "{.nodes[0].nope}": Error executing template: nope is not found. ' +
        "Printing more information for debugging the template:\n\ttemplate was:\n\t\t{.nodes[0].nope}\n" +
        '\tobject given to jsonpath engine was:\n\t\tmap[string]interface {}{"kind":"UpgradeStatus", "nodes":' +
        '[]interface {}{map[string]interface {}{"f":1.5, "n":1, "name":"a<", ',
    );
  });
});

describe("custom columns", () => {
  test("a cell is there for every row, and <none> where there is nothing", () => {
    const printer = columnsFromSpec("NAME:.name,N:{n},TAGS:tags,NOPE:.nope", false);
    expect(printer.ok && printer.value(object.nodes)).toEqual({
      ok: true,
      value: "NAME   N     TAGS    NOPE\na<     1     [x y]   <none>\nb      2     []      <none>\n",
    });
  });

  test("--no-headers leaves the first line out, from a file too", () => {
    for (const printer of [columnsFromSpec("A:.name", true), columnsFromFile("A\n.name\n", true)])
      expect(printer.ok && printer.value(object.nodes)).toEqual({ ok: true, value: "a<\nb\n" });
  });

  test.each([
    ["NAME", "unexpected custom-columns spec: NAME, expected <header>:<json-path-expr>"],
    ["A:.b[x]", "invalid array index x"],
  ])("%s is refused in kubectl's words", (spec, message) => {
    expect(columnsFromSpec(spec, false)).toEqual({ ok: false, message });
  });

  test("a file without its second line is refused", () => {
    expect(columnsFromFile("A B\n", false)).toMatchObject({
      message: expect.stringContaining("missing spec line"),
    });
    expect(columnsFromFile("A B\n.a\n", false)).toMatchObject({
      message: "number of headers (2) and field specifications (1) don't match",
    });
  });
});

test("a wide character counts as one place, as in kubectl's columns", () => {
  expect(alignTabs("漢字\tB\nlonger\tB\n")).toBe("漢字       B\nlonger   B\n");
});
