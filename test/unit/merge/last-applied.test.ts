import { describe, expect, test } from "vitest";
import { goJson, lastApplied, withLastApplied } from "../../../src/merge/last-applied.ts";
import { lastAppliedAnnotation } from "../../../src/model/names.ts";
import { file, stored } from "./owned.ts";

describe("the annotation is kubectl's to the byte, or the user's next apply writes", () => {
  test("keys sorted, no blanks, a line end at the end, an empty map of annotations", () => {
    const object = {
      kind: "ConfigMap",
      apiVersion: "v1",
      metadata: { name: "c", namespace: "n" },
      data: { b: "2", a: "1" },
    };
    expect(withLastApplied(object).metadata.annotations).toEqual({
      [lastAppliedAnnotation]:
        '{"apiVersion":"v1","data":{"a":"1","b":"2"},"kind":"ConfigMap","metadata":{"annotations":{},"name":"c","namespace":"n"}}\n',
    });
  });

  test("the file's own annotations stand in it, an older last-applied does not", () => {
    const object = {
      ...file("i"),
      metadata: { name: "c", annotations: { mine: "yes", [lastAppliedAnnotation]: "{}" } },
    };
    const text = withLastApplied(object).metadata.annotations?.[lastAppliedAnnotation] ?? "";
    expect(JSON.parse(text)).toHaveProperty("metadata.annotations", { mine: "yes" });
  });

  test("Go's escapes: <, >, & and the two line separators of Unicode", () => {
    expect(goJson({ a: "<b> & c\u2028\u2029" })).toBe(String.raw`{"a":"\u003cb\u003e \u0026 c\u2028\u2029"}`);
    expect(goJson({ tab: "\t", quote: '"', back: "\\", umlaut: "ü", face: "😀" })).toBe(
      String.raw`{"back":"\\","face":"😀","quote":"\"","tab":"\t","umlaut":"ü"}`,
    );
  });

  test("numbers, nothing and lists", () => {
    expect(goJson({ int: 0, float: 0.5, yes: true, none: null, list: [1, { b: 1, a: 2 }] })).toBe(
      '{"float":0.5,"int":0,"list":[1,{"a":2,"b":1}],"none":null,"yes":true}',
    );
  });
});

test("an annotation that is no JSON counts as none, so that the run goes on", () => {
  expect(lastApplied(stored(file("i"), { annotations: { [lastAppliedAnnotation]: "{" } }))).toBeUndefined();
  expect(lastApplied(stored(file("i")))).toBeUndefined();
});
