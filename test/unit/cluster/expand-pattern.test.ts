import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expandPattern } from "../../../src/cluster/expand-pattern.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "expand-"));
  for (const sub of ["b", "a"]) {
    await mkdir(join(folder, sub));
    for (const name of ["2.yaml", "10.yaml", "B.yaml", "a.yaml", ".hidden.yaml", "note.txt", "a+b.yaml"])
      await writeFile(join(folder, sub, name), "");
  }
  await writeFile(join(folder, "really[1]*.yaml"), "");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const expanded = async (pattern: string): Promise<readonly string[] | undefined> =>
  (await expandPattern(join(folder, pattern)))?.map((path) => path.slice(folder.length + 1));

/** filepath.Glob's own answers, from Go. */
describe("a pattern in quotes is what kubectl makes of it", () => {
  test.each([
    ["a/*.yaml", ["a/.hidden.yaml", "a/10.yaml", "a/2.yaml", "a/B.yaml", "a/a+b.yaml", "a/a.yaml"]],
    ["*/?.yaml", ["a/2.yaml", "a/B.yaml", "a/a.yaml", "b/2.yaml", "b/B.yaml", "b/a.yaml"]],
    ["[^a]/[a-z].yaml", ["b/a.yaml"]],
    ["a/a+*.yaml", ["a/a+b.yaml"]],
    [String.raw`a/\a.yaml`, ["a/a.yaml"]],
    ["*", ["a", "b", "really[1]*.yaml"]],
  ])("%s", async (pattern, files) => {
    expect(await expanded(pattern)).toEqual(files);
  });

  test("what is there under that very name is no pattern", async () => {
    expect(await expanded("really[1]*.yaml")).toEqual(["really[1]*.yaml"]);
  });

  test("without a match it is a path that does not exist", async () => {
    expect(await expanded("a/*.json")).toBeUndefined();
    expect(await expanded("a/missing.yaml")).toBeUndefined();
    expect(await expanded("missing/*.yaml")).toBeUndefined();
  });

  test("a wrong one is said to be wrong", async () => {
    await expect(expanded("a/[z")).rejects.toThrow(/pattern "\[z" is not valid: syntax error in pattern/);
  });
});
