import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { layers, soles } from "../../../scripts/lint/layers.ts";
import { lintAsProject } from "./lint.ts";
import type { Finding } from "./lint.ts";

const fixtures = join(import.meta.dirname, "fixtures");

/** `file:line rule` for every `// fires rule rule` in the fixtures. */
async function expected(): Promise<string[]> {
  const files = (await readdir(join(fixtures, "src"), { recursive: true })).filter((name) =>
    name.endsWith(".ts"),
  );
  const found = await Promise.all(
    files.map(async (name) => {
      const lines = (await readFile(join(fixtures, "src", name), "utf8")).split("\n");
      return lines.flatMap((line, index) => {
        const rules = / \/\/ fires (.+)$/.exec(line)?.[1]?.split(" ") ?? [];
        return rules.map((rule) => `src/${name.replaceAll("\\", "/")}:${index + 1} ${rule}`);
      });
    }),
  );
  return found.flat().sort();
}

describe("a bad import or global does not get past the linter", () => {
  let findings: Finding[] = [];
  beforeAll(async () => {
    findings = await lintAsProject(fixtures);
  }, 60_000);

  test("each guard fires on its fixture's lines and on no other line", async () => {
    expect(findings.map(({ file, line, rule }) => `${file}:${line} ${rule}`).sort()).toEqual(
      await expected(),
    );
  });

  test("a finding says which folder may not import which", () => {
    expect(findings.map(({ message }) => message)).toContain(
      "model may not import cluster (scripts/lint/layers.ts)",
    );
  });
});

describe("the table of who may import what is what the linter enforces", () => {
  let findings: Finding[] = [];
  const pairs = layers.flatMap((from) => layers.filter((to) => to !== from).map((to) => ({ from, to })));
  const fileOf = (name: string): string => (name.endsWith(".ts") ? name : `${name}/probe.ts`);

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), "layers-"));
    try {
      for (const { name } of layers) {
        const deep = name.endsWith(".ts") ? "./" : "../";
        const imports = layers
          .filter((other) => other.name !== name)
          .map((other) => `import ${JSON.stringify(deep + fileOf(other.name))};`);
        const libraries = soles
          .filter(({ kind }) => kind === "package")
          .map(({ what }) => `import "${what}";`);
        const path = join(folder, "src", fileOf(name));
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, [...imports, ...libraries, 'import "node:fs";', ""].join("\n"));
      }
      findings = await lintAsProject(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }, 60_000);

  const refused = (from: string): string[] =>
    findings
      .filter(({ file, rule }) => rule === "guards(imports)" && file === `src/${fileOf(from)}`)
      .map(({ message }) => message);

  test("every folder is refused exactly the folders that its row does not name", () => {
    for (const { from, to } of pairs) {
      const message = `${from.name} may not import ${to.name} (scripts/lint/layers.ts)`;
      expect([message, refused(from.name).includes(message)]).toEqual([
        message,
        !from.mayImport.includes(to.name),
      ]);
    }
  });

  test("every library has the importers that the table gives it, and node: stays at the edges", () => {
    for (const layer of layers) {
      const messages = refused(layer.name);
      for (const { what, where } of soles.filter(({ kind }) => kind === "package")) {
        const allowed = where.some((path) => path === layer.name || path === `${layer.name}/`);
        const message = `${what} has another importer (scripts/lint/layers.ts)`;
        expect([layer.name, what, messages.includes(message)]).toEqual([layer.name, what, !allowed]);
      }
      expect(messages.includes(`${layer.name} is pure: no node:fs (scripts/lint/layers.ts)`)).toBe(
        layer.pure,
      );
    }
  });
});

test("no folder of src escapes the guards by not being in the table", async () => {
  const entries = await readdir(join(import.meta.dirname, "../../../src"));
  expect(entries.filter((name) => !layers.some((layer) => layer.name === name))).toEqual([]);
});

test("a pure folder imports only pure folders, so purity holds through the chain", () => {
  const isPure = (name: string): boolean | undefined => layers.find((layer) => layer.name === name)?.pure;
  for (const layer of layers.filter(({ pure }) => pure)) {
    const code = layer.mayImport.filter((name) => !name.endsWith(".json"));
    expect(code.filter((name) => isPure(name) !== true)).toEqual([]);
  }
});
