import { describe, expect, test } from "vitest";
import { readOutput, type OutputFlags } from "../../../src/commands/read-output.ts";
import { printed, type Printable } from "../../../src/render/output.ts";
import { makeSort } from "../../../src/render/sort-by.ts";

const result: Printable = {
  table: (wide) => (wide ? "WIDE" : "TABLE"),
  object: () => ({ kind: "K", nodes: [{ name: "a" }] }),
  rows: () => [{ name: "a" }],
  names: () => ["node/a"],
};
const files: Readonly<Record<string, string>> = {
  path: "{.kind}",
  columns: "NAME\n.name\n",
  "./-": "{.kind}!",
};

async function print(flags: Partial<OutputFlags>): Promise<string> {
  const output = await readOutput(
    { output: "table", template: "", allowMissingTemplateKeys: true, noHeaders: false, ...flags },
    (path) => {
      const text = files[path];
      return text === undefined
        ? Promise.reject(new Error(`ENOENT: no such file or directory, open '${path}'`))
        : Promise.resolve(text);
    },
  );
  if (!output.ok) return `error: ${output.message}`;
  const text = await printed(output.value, result);
  return text.ok ? text.value : `error: ${text.message}`;
}

describe("-o, --template and their kin mean what they mean in kubectl", () => {
  test.each<[Partial<OutputFlags>, string]>([
    [{ output: "" }, "TABLE\n"],
    [{ output: "wide" }, "WIDE\n"],
    [{ output: "name" }, "node/a\n"],
    [{ output: "Name" }, "node/a\n"],
    [{ output: "YAML" }, "kind: K\nnodes:\n- name: a\n"],
    [{ output: "yaml" }, "kind: K\nnodes:\n- name: a\n"],
    [{ output: "jsonpath={.kind}=" }, "K="],
    [{ output: "jsonpath", template: "{.kind}" }, "K"],
    [{ output: "jsonpath-file=path" }, "K"],
    // Standard input is for manifests.
    [{ output: "jsonpath-file=-" }, "K!"],
    [{ output: "jsonpath-as-json={.kind}" }, '[\n    "K"\n]\n'],
    [{ output: "custom-columns=NAME:.name" }, "NAME\na\n"],
    [{ output: "custom-columns=NAME:.name", noHeaders: true }, "a\n"],
    [{ output: "custom-columns", template: "N:.name" }, "N\na\n"],
    [{ output: "custom-columns-file=columns" }, "NAME\na\n"],
    [{ output: "jsonpath" }, "error: template format specified but no template given"],
    [{ output: "jsonpath=" }, "error: template format specified but no template given"],
    [{ output: "custom-columns" }, "error: custom-columns format specified but no custom columns given"],
    [
      { output: "jsonpath-file=nope" },
      "error: error reading --template nope, open nope: no such file or directory",
    ],
    [
      { output: "custom-columns-file=nope" },
      "error: error reading template nope, open nope: no such file or directory",
    ],
  ])("%j", async (flags, expected) => {
    expect(await print(flags)).toBe(expected);
  });

  test("-o json escapes what HTML could take for its own, as Go does, and keeps the order of our fields", async () => {
    const output = await readOutput(
      { output: "json", template: "", allowMissingTemplateKeys: true, noHeaders: false },
      () => Promise.reject(new Error("no file is read")),
    );
    if (!output.ok) throw new Error(output.message);
    const object = { kind: "K", apiVersion: "v1", text: '<b> & \u2028\u2029 \u001B "é"', none: {}, list: [] };
    expect(await printed(output.value, { ...result, object: () => object })).toEqual({
      ok: true,
      value: [
        "{",
        '    "kind": "K",',
        '    "apiVersion": "v1",',
        String.raw`    "text": "\u003cb\u003e \u0026 \u2028\u2029 \u001b \"é\"",`,
        '    "none": {},',
        '    "list": []',
        "}\n",
      ].join("\n"),
    });
  });

  test.each([["bogus"], ["json=x"], ["go-template={{.kind}}"], ["WIDE"]])(
    "-o %s is refused with the formats that there are",
    async (output) => {
      expect(await print({ output })).toBe(
        `error: unable to match a printer suitable for the output format "${output}", allowed formats are: ` +
          "custom-columns,custom-columns-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,table,wide,yaml",
      );
    },
  );

  test("--template alone is a Go template, which there is not", async () => {
    expect(await print({ template: "{{.kind}}" })).toMatch(
      /^error: unable to match a printer suitable for the output format "go-template", /,
    );
  });
});

describe("--sort-by puts rows in kubectl's order", () => {
  const rows = [
    { name: "b", n: 10, size: "2Gi", mixed: 1, at: null },
    { name: "a", n: 9, size: "500Mi", mixed: "x" },
    { name: "c", size: "1Gi", mixed: 2, at: "2020" },
  ];
  function sorted(path: string, forTable = true): string {
    const sort = makeSort(path, forTable);
    const order = sort.ok ? sort.value(rows) : sort;
    return order.ok ? order.value.map(({ name }) => name).join("") : `error: ${order.message}`;
  }

  test.each([
    [".name", "abc"],
    ["{.name}", "abc"],
    // What is not there comes first; numbers are not compared as text, nor are quantities.
    ["n", "cab"],
    [".size", "acb"],
    [".at", "abc"],
  ])("%s", (path, expected) => {
    expect(sorted(path)).toBe(expected);
  });

  test.each([
    [".nope", 'error: couldn\'t find any field with path "{.nope}" in the list of objects'],
    [
      ".mixed",
      "error: Field {.mixed} is an unsortable type: interface, err: unsortable interface: interface",
    ],
    ["{.name", "error: sorting error: unclosed action"],
    [".a[x]", "error: sorting error: invalid array index x"],
  ])("%s is refused", (path, message) => {
    expect(sorted(path)).toBe(message);
  });

  test("a template is no path where there is no table", () => {
    expect(sorted("{.name}{.n}")).toBe("abc");
    expect(sorted("{.name}{.n}", false)).toMatch(/^error: unexpected path string, expected a /);
  });
});
