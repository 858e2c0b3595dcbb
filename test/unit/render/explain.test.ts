import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { runCli } from "../../../src/cli.ts";
import { allPages } from "../../../src/render/explain/pages.ts";
import { checksDocument } from "../../../src/render/explain/text.ts";
import { ruleFileIds } from "../preflight/rule-files.ts";
import { schemaErrorsOf } from "./schema.ts";
import { testContext } from "../flags/test-context.ts";

async function explain(...args: string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const { context, stdout, stderr } = testContext();
  const exitCode = await runCli(["explain", ...args], context);
  return { exitCode, stdout: stdout(), stderr: stderr() };
}

const ids = ruleFileIds();

describe("somebody who meets an id can read what is behind it, offline", () => {
  test("every id has one page, and no page stands for nothing", () => {
    expect(
      allPages()
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(ids);
  });

  test.each(ids)("%s: title, reason, and where the fact comes from", async (id) => {
    const { exitCode, stdout, stderr } = await explain(id.toLowerCase());
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(new RegExp(`^${id} {2}\\S.{10,}\n\nWhy: {8}\\S`));
    expect(stdout).toMatch(/^Source: {5}\S/m);
  });

  test("without an id all are listed, by category and number", async () => {
    const { exitCode, stdout } = await explain();
    expect(exitCode).toBe(0);
    const listed = [...stdout.matchAll(/^([A-Z]\d\d) {3}/gm)].map(([, id]) => id ?? "");
    expect(listed.toSorted()).toEqual(ids);
    expect(listed.indexOf("P13")).toBeLessThan(listed.indexOf("R01"));
  });

  test("a program gets every page as data, and one id as one object", async () => {
    const all = JSON.parse((await explain("-o", "json")).stdout) as {
      readonly items: readonly { id: string }[];
    };
    expect(all).toMatchObject({ apiVersion: "calico-upgrade/v1alpha1", kind: "CheckPageList" });
    expect(all.items.map(({ id }) => id).toSorted()).toEqual(ids);
    expect(JSON.parse((await explain("b14", "-o", "json")).stdout)).toMatchObject({
      kind: "CheckPage",
      id: "B14",
      sources: expect.arrayContaining([expect.any(String)]) as unknown,
    });
    expect((await explain("-o", "name")).stdout.trim().split("\n").toSorted()).toEqual(ids);
    expect((await explain("P08", "-o", "jsonpath={.fix}")).stdout).toMatch(/v3\.15/);
    for (const page of [all, JSON.parse((await explain("b14", "-o", "json")).stdout)])
      expect(schemaErrorsOf("check-pages", page)).toEqual([]);
  });

  test.each([
    [["X99"], 'error: there is no id "X99"; kubectl calico-upgrade explain lists them all\n'],
    [["P01", "P02"], "error: extra arguments: [P02]\n"],
  ])("%j is answered with an error", async (args, message) => {
    expect(await explain(...args)).toEqual({ exitCode: 1, stdout: "", stderr: message });
  });
});

test("docs/checks.md says what explain says; node scripts/write-checks.ts writes it anew", () => {
  const file = new URL("../../../docs/checks.md", import.meta.url);
  expect(readFileSync(file, "utf8")).toBe(checksDocument());
});
