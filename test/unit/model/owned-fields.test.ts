import { expect, test } from "vitest";
import { misfitObject } from "../../../src/model/shape.ts";

const object = (fieldsV1: unknown): object => ({
  apiVersion: "apps/v1",
  kind: "DaemonSet",
  metadata: { name: "a", managedFields: [{ manager: "kubectl", operation: "Apply", fieldsV1 }] },
});

test.each([
  ["a text", { "f:spec": "x" }, "metadata.managedFields[0].fieldsV1.f:spec holds something else"],
  ["null", { "f:spec": { "f:template": null } }, "fieldsV1.f:spec.f:template holds something else"],
  ["an element that is not named", { "f:a": { 'k:{"name"': {} } }, "by what is no JSON"],
  ["an element named by a text", { "f:a": { 'k:"x"': {} } }, "by what is no JSON"],
])("who owns a field is told wrongly: %s", (_what, fields, told) => {
  expect(misfitObject(object(fields))).toContain(told);
});

test("who owns a field is told as servers do", () => {
  const fields = { "f:a": { 'k:{"name":"b"}': { ".": {}, "f:c": {} }, 'v:"x"': {}, "i:0": {} } };
  expect(misfitObject(object(fields))).toBe(undefined);
});

test("fields within fields without an end are told before they end the program", () => {
  const endless = JSON.parse(`${'{"f:a":'.repeat(5_000)}{}${"}".repeat(5_000)}`) as object;
  expect(misfitObject(object(endless))).toContain("nests more than 150 levels");
});
