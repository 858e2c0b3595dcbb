import { expect, test } from "vitest";
import { catalogue } from "../../../src/releases/catalogue.ts";
import { printableReleases } from "../../../src/render/releases/list.ts";
import { schemaErrorsOf } from "./schema.ts";

const printable = printableReleases(catalogue);

test("a pipeline sees every release, held to the published schema", () => {
  const object = printable.object();
  expect(schemaErrorsOf("release-catalogue", object)).toEqual([]);
  expect(object["releases"]).toHaveLength(254);
  expect(printable.names()).toHaveLength(254);
});

test("the table shows what a release needs and what is wrong with it", () => {
  const lines = printable.table(false).split("\n");
  const line = (name: string) => lines.find((each) => each.startsWith(`${name} `))?.split(/ {2,}/);
  expect(line("v3.28.4")).toEqual([
    "v3.28.4",
    "2025-04-15",
    "v3.28.4",
    "1.25 or newer",
    "1.27 – 1.30",
    "R15",
  ]);
  expect(line("v1.6.1")).toEqual(["v1.6.1", "<none>", "v0.23.1", "1.15 or older", "<none>", "R04"]);
  expect(printable.table(true)).toMatch(/^v2\.3\.0 .*v1\.9\.1 +v0\.6\.0 +v0\.2\.2 +<none>/m);
});
