import { expect, test } from "vitest";
import { atLeast, compareVersions, parseVersion } from "../../../src/releases/version.ts";

function compare(left: string, right: string): number {
  const [a, b] = [parseVersion(left), parseVersion(right)];
  if (a === undefined || b === undefined) throw new Error(`not versions: ${left} ${right}`);
  return Math.sign(compareVersions(a, b));
}

test.each([
  ["3.22.2", "v3.22.2"],
  ["v3.22.2", "v3.22.2"],
  [" v3.22.2 ", "v3.22.2"],
  ["v3.22", "v3.22.0"],
  ["v3.8.8-1", "v3.8.8-1"],
  ["v2.0.0-rc2", "v2.0.0-rc2"],
  ["v1.36.4+k3s1", "v1.36.4"],
  ["v1.24.17-gke.100", "v1.24.17-gke.100"],
])("%s is read as %s, however it was written", (text, expected) => {
  expect(parseVersion(text)?.text).toBe(expected);
});

test.each(["", "master", "release-v3.33", "latest", "v3", "sha256:abc"])("%s is no version", (text) => {
  expect(parseVersion(text)).toBeUndefined();
});

test("a release is not taken for older than its own new build, pre-release or vendor's build", () => {
  expect(compare("v3.8.8-1", "v3.8.8")).toBe(1);
  expect(compare("v3.8.8-1", "v3.8.9")).toBe(-1);
  expect(compare("v2.0.0-rc2", "v2.0.0")).toBe(-1);
  expect(compare("v2.0.0-beta", "v2.0.0-rc2")).toBe(-1);
  expect(compare("v3.30.0-0.dev-12-gabc", "v3.30.0")).toBe(-1);
  expect(compare("v1.25.0-gke.100", "v1.25.0")).toBe(0);
  expect(compare("v3.9.0", "v3.10.0")).toBe(-1);
  expect(compare("3.22.2", "v3.22.2")).toBe(0);
});

test("a vendor's build of a Kubernetes release counts as that release", () => {
  const version = parseVersion("v1.25.0-gke.100");
  expect(version !== undefined && atLeast(version, "v1.25.0")).toBe(true);
  expect(version !== undefined && atLeast(version, "v1.25.1")).toBe(false);
});
