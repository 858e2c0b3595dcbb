import { describe, expect, test } from "vitest";
import { contentText } from "../../../src/bundle/content.ts";
import { goJson, lastApplied, withLastApplied, withOtherNotes } from "../../../src/merge/last-applied.ts";
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

describe("H03: who applies the same file again by kubectl's other way has changed nothing, so undo goes back", () => {
  const written = withLastApplied(file("calico/node:v3.29.7"));
  const { [lastAppliedAnnotation]: note = "", ...others } = written.metadata.annotations ?? {};
  const noted = (annotations: Readonly<Record<string, string>>) => ({
    ...written,
    metadata: { ...written.metadata, annotations },
  });

  test("server-side: the server writes the note without empty annotations", () => {
    const text = note.replace('"annotations":{},', "");
    expect(withOtherNotes(noted({ ...others, [lastAppliedAnnotation]: text })).map(contentText)).toContain(
      contentText(written),
    );
  });

  test("client-side: the note is new", () => {
    expect(withOtherNotes(written).map(contentText)).toContain(contentText(noted(others)));
  });

  test("another file, and a note that cannot be read, are a change", () => {
    for (const text of [note.replaceAll(written.metadata.name, "another"), "no JSON", "{}", "null"])
      expect(
        withOtherNotes(noted({ ...others, [lastAppliedAnnotation]: text })).map(contentText),
      ).not.toContain(contentText(written));
  });
});
