import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const src = join(import.meta.dirname, "../../../src");

/** Declared in several files: each has the fields of the raw object that the file reads. */
const severalTimes = new Set(["RawContainer", "RawPod"]);

test("a type's name has one meaning: whoever looks for it finds one declaration", () => {
  const declared = globSync("**/*.ts", { cwd: src }).flatMap((file) =>
    [
      ...readFileSync(join(src, file), "utf8").matchAll(/^(?:export )?(?:interface|type|class) ([A-Z]\w*)/gm),
    ].map(([, name = ""]) => ({ name, file })),
  );
  expect(declared.length).toBeGreaterThan(500);
  const several = [...Map.groupBy(declared, ({ name }) => name)]
    .filter(([name, all]) => all.length > 1 && !severalTimes.has(name))
    .map(([name, all]) => `${name}: ${all.map(({ file }) => file).join(", ")}`);
  expect(several).toEqual([]);
});

/** Words that only this program had for what the trade has a name for; in sentences they are English. */
const dialect =
  "heard|bell|told|Told|looked|Looked|Scene|Standing|Leg|Way|Around|anew|bringInLine|bringAbout|quietly|tell|usable";

test("what is declared has the name that a Kubernetes engineer would search for", () => {
  const declared = new RegExp(
    String.raw`\b(?:const|let|function|interface|type|class) \{?\s*(${dialect})\b|^\s*(?:readonly |async |#)*(${dialect})\??(?:[:<]|\(.*\{$)`,
    "gm",
  );
  const found = globSync("**/*.ts", { cwd: src }).flatMap((file) =>
    [...readFileSync(join(src, file), "utf8").matchAll(declared)].map(
      ([, name = "", field = ""]) => `${file}: ${name}${field}`,
    ),
  );
  expect(found).toEqual([]);
  const files = globSync("**/*.ts", { cwd: src }).filter((file) =>
    new RegExp(String.raw`(?:^|[/-])(?:${dialect})\.ts$`).test(file),
  );
  expect(files).toEqual([]);
});
