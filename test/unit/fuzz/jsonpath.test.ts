import { assert, constantFrom, property, string, array, oneof } from "fast-check";
import { expect, test } from "vitest";
import { jsonPathPrinter } from "../../../src/render/jsonpath/print.ts";
import { broken, brokenText, runs } from "./broken.ts";

const object = {
  kind: "UpgradeStatus",
  nodes: [
    { name: "node-01", pod: { image: "a", restarts: 0 }, labels: { "a.b/c": "d" }, notes: [] },
    { name: "node-02", pod: null, labels: {}, notes: [{ id: "silent", text: "x" }] },
  ],
};

const templates = [
  "{.nodes[*].name}",
  '{range .nodes[?(@.name=="node-01")]}{.pod.image}{"\\t"}{end}',
  "{.nodes[-1:].labels.a\\.b/c}",
  "{..name}{.nodes[0:2:1]['name','pod']}",
];

const pieces = constantFrom(
  "{",
  "}",
  "[",
  "]",
  "?(",
  ")",
  "@",
  "..",
  "*",
  ":",
  "'",
  '"',
  "\\",
  "range",
  "end",
  "-1",
  ".",
);

/** An answer, or a message in words: nothing is thrown. */
function print(template: string, value: object): void {
  for (const asJson of [false, true]) {
    const printer = jsonPathPrinter(template, { asJson, allowMissingKeys: template.length % 2 === 0 });
    if (!printer.ok) {
      expect(printer.message).not.toBe("");
      continue;
    }
    const printed = printer.value(value as never);
    if (!printed.ok) expect(printed.message).not.toBe("");
  }
}

test("a template with anything in it prints, or says what is wrong with it", () => {
  const template = oneof(
    ...templates.map(brokenText),
    array(oneof(pieces, string({ maxLength: 3 })), { maxLength: 25 }).map((parts) => parts.join("")),
  );
  assert(
    property(template, (text) => print(text, object)),
    { numRuns: runs(800) },
  );
});

test("a template prints an object of any shape, or says what is wrong with it", () => {
  assert(
    property(constantFrom(...templates), broken(object), (text, value) => {
      if (typeof value === "object" && value !== null && !Array.isArray(value)) print(text, value);
    }),
    { numRuns: runs(400) },
  );
});
