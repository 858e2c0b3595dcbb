import { expect, test } from "vitest";
import { readAudit, vulnerabilitiesPage } from "../../../scripts/release/vulnerabilities.ts";

const advisory = {
  source: 1,
  name: "yaml",
  title: "Uncaught | exception",
  url: "https://advisories.example/advisories/GHSA-aaaa-bbbb-cccc",
  severity: "moderate",
  range: "<2.2.2",
};
const report = {
  auditReportVersion: 2,
  vulnerabilities: {
    yaml: { name: "yaml", via: [advisory] },
    client: { name: "client", via: ["yaml", advisory] },
  },
};

test("a registry that answers no audit is told as that, with the parts to ask about, not as 'none known'", () => {
  const found = readAudit(JSON.stringify({ statusCode: 405, error: { summary: "" } }));
  expect(found).toEqual({ answered: false, because: "the registry answers no audit (HTTP 405)" });
  const page = vulnerabilitiesPage(found, ["pkg:npm/yaml@2.9.1"]);
  expect(page).toContain("Not known: the registry answers no audit (HTTP 405)");
  expect(page).toContain("- pkg:npm/yaml@2.9.1");
  expect(readAudit("<html>")).toMatchObject({ answered: false });
});

test("an advisory that nobody has assessed stops a release, and is named", () => {
  const found = readAudit(JSON.stringify(report));
  expect(() => vulnerabilitiesPage(found, [], {})).toThrow("GHSA-aaaa-bbbb-cccc yaml: Uncaught | exception");
});

test("each advisory stands once, with what it means here", () => {
  const found = readAudit(JSON.stringify(report));
  const known = { "GHSA-aaaa-bbbb-cccc": { means: "not affected", because: "2.9.1 has the fix" } } as const;
  const rows = vulnerabilitiesPage(found, [], known)
    .split("\n")
    .filter((line) => line.includes("GHSA"));
  expect(rows).toEqual([
    "| GHSA-aaaa-bbbb-cccc | yaml <2.2.2 | moderate | not affected | 2.9.1 has the fix |",
  ]);
});

test("a registry that knows of none says so", () => {
  expect(vulnerabilitiesPage(readAudit(JSON.stringify({ ...report, vulnerabilities: {} })), [])).toContain(
    "None in",
  );
});
