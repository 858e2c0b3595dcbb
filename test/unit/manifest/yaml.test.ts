import * as fc from "fast-check";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseManifest } from "../../../src/manifest/parse.ts";
import { plainYaml } from "../../../src/manifest/plain-text.ts";
import { formatAny, formatYaml, parseYaml } from "../../../src/manifest/yaml.ts";
import { hostedCalico } from "../../calico/hosted-calico.ts";
import { manifests } from "../../e2e/support/manifest-pairs.ts";

const odd = [
  "",
  " ",
  "yes",
  "No",
  "null",
  "~",
  "017",
  "80",
  "0x1f",
  "1e3",
  "e0",
  "E-5",
  "1_000",
  "12:30",
  "2001-01-01",
  "1.5",
  "10.0.0.0/8",
  "127.0.0.1",
  "1.2.3",
  "-",
  "- a",
  "a: b",
  "a:",
  "a #b",
  "#a",
  "*",
  "<<",
  "=",
  "{}",
  "[]",
  '{"a":1}',
  '{"a":"it\'s"}',
  '{"a":1}\n',
  "a\nb",
  "a\nb\n",
  "a\n\nb\n",
  " a\nb",
  "a\n b\n",
  "a \nb",
  "a\n",
  "a\n\n",
  "\n",
  "\t",
  "a\tb",
  "a\\b",
  "\u00e9",
  "\u0007",
  "---",
  "...",
  "--- a\n",
  "...\nb\n",
  "%a",
  "@a",
  "docker.io/calico/node:v3.30.7",
  "http://a/b",
  "_a",
  "a=b",
  "a,b",
  "/",
  "a/",
  "x:y:z",
];
// No object has a key `<<`, which YAML 1.1 takes for a merge.
const key = (text: string): boolean => text !== "<<" && text !== "__proto__";
const text = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...odd) },
  fc.string(),
  fc.stringMatching(/^[a-zA-Z0-9:/._@=+{}"'#*,\n -]{0,12}$/),
);
const scalar = fc.oneof(
  { weight: 5, arbitrary: text },
  fc.boolean(),
  fc.constant(null),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((each) => !Object.is(each, -0)),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, scalar, tie("list"), tie("map")),
  list: fc.array(tie("value"), { maxLength: 3 }),
  map: fc.dictionary(
    fc.oneof(fc.constantFrom("a", "b", "spec", "yes", "8", "a b", "k8s.io/x"), text.filter(key)),
    tie("value"),
    {
      maxKeys: 4,
    },
  ),
}));
const object = fc.dictionary(fc.constantFrom("spec", "data", "kind"), value, { minKeys: 1 });

describe("what is written as YAML", () => {
  test("is read back as it was, whatever is in it", () => {
    fc.assert(
      fc.property(object, (each) => {
        expect(parseYaml(formatYaml(each))).toEqual(JSON.parse(JSON.stringify(each)));
      }),
      { numRuns: 3000 },
    );
  });

  test("the quick way writes what the library writes, letter for letter", () => {
    fc.assert(
      fc.property(object, (each) => {
        const quick = plainYaml(each);
        if (quick !== undefined) expect(quick).toBe(formatAny(each));
      }),
      { numRuns: 5000 },
    );
  });

  test.each(odd.map((each) => [each]))("%j as a text, in a list and in a map", (each) => {
    const whole = { data: { a: each, b: [each, { c: each }] } };
    expect(formatYaml(whole)).toBe(formatAny(whole));
    expect(parseYaml(formatYaml(whole))).toEqual(whole);
  });

  test("an install's objects go the quick way", () => {
    const objects = hostedCalico({ version: "v3.30.7" });
    const slow = objects.filter((each) => plainYaml(each) === undefined);
    expect(objects.length - slow.length).toBeGreaterThan(objects.length / 2);
    for (const each of objects) expect(formatYaml(each)).toBe(formatAny(each));
  });

  test.skipIf(!existsSync(manifests))("upstream's objects are written as by the library", () => {
    for (const minor of ["v2.6", "v3.8", "v3.22", "v3.33"]) {
      for (const name of readdirSync(join(manifests, minor)).filter((each) => each.startsWith("kdd"))) {
        const path = join(manifests, minor, name);
        for (const { object: each } of parseManifest(readFileSync(path, "utf8"), path)) {
          const quick = plainYaml(each);
          if (quick !== undefined) expect(quick).toBe(formatAny(each));
        }
      }
    }
  });
});
