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
