import { describe, expect, test } from "vitest";
import { countReport, flakyTests, sum, summary } from "../../../scripts/testing/counts.ts";

const file = (status: string, ...results: string[]): object => ({
  status,
  assertionResults: results.map((result) => ({ status: result })),
});
const report = (...testResults: object[]): unknown => ({ testResults });

describe("a failure is not lost on the way to the last line of scripts/test", () => {
  test("tests are counted by how they ended", () => {
    expect(countReport(report(file("failed", "passed", "failed", "skipped", "todo")), 1)).toEqual({
      passed: 1,
      failed: 1,
      skipped: 2,
    });
  });

  test("a file that failed before its first test counts as a failure", () => {
    expect(countReport(report(file("failed"), file("passed", "passed")), 1)).toMatchObject({
      passed: 1,
      failed: 1,
    });
  });

  test("a hook that failed after tests that passed counts as a failure", () => {
    expect(countReport(report(file("failed", "passed", "passed")), 1)).toMatchObject({
      passed: 2,
      failed: 1,
    });
  });

  test("a run that ended badly with nothing to show counts as a failure", () => {
    expect(countReport(report(file("passed", "passed")), 1)).toMatchObject({ passed: 1, failed: 1 });
    expect(countReport(report(), 1)).toMatchObject({ passed: 0, failed: 1 });
  });

  test("the last line adds up all parts and names what was left out", () => {
    const parts = [
      { passed: 4, failed: 0, skipped: 0 },
      { passed: 10, failed: 1, skipped: 2 },
    ];
    expect(summary(sum(parts))).toBe("14 passed, 1 failed, 2 skipped");
    expect(summary(sum(parts.slice(0, 1)))).toBe("4 passed, 0 failed");
  });
});

test("a test that passed only at its second try is named, with what went wrong at the first", () => {
  const assertionResults = [
    { status: "passed", fullName: "steady", failureMessages: [] },
    { status: "passed", fullName: "shaky", failureMessages: ["expected 1 to be 2\n    at line 3"] },
    { status: "failed", fullName: "broken", failureMessages: ["no"] },
  ];
  expect(flakyTests({ testResults: [{ status: "failed", assertionResults }] })).toEqual([
    "shaky: expected 1 to be 2",
  ]);
});
