import { expect, test } from "vitest";
import { catalogue } from "../../../src/releases/catalogue.ts";
import { versionOf } from "../../../src/releases/version.ts";
import { findRelease } from "../../../src/releases/find-release.ts";

// A new release is an entry of the catalogue, and no change here.
const newest = [...catalogue.releases.keys()].at(-1) ?? "";
const { minor, patch } = versionOf(newest);
const afterNewest = `v3.${minor}.${patch + 1}`;
const newer = `is newer than the releases that this program knows, the newest is ${newest}`;

test.each([
  ["3.22.2", "v3.22.2"],
  ["v3.22.2", "v3.22.2"],
  ["v3.8.8-1", "v3.8.8"],
  ["v2.0.0-rc2", "v2.0.0-rc2"],
])("%s is the release %s, however it is written", (text, name) => {
  expect(findRelease(text, catalogue)).toMatchObject({
    ok: true,
    release: { name },
    version: { text: name },
  });
});

test.each([
  ["latest", "no version", '"latest" is no version'],
  ["v3.29", "a minor", "v3.29 is a line of releases; its newest is v3.29.7"],
  [`v3.${minor + 1}`, "newer", `v3.${minor + 1}.0 ${newer}`],
  [afterNewest, "newer", `${afterNewest} ${newer}`],
  ["v4.0.0-rc1", "newer", `v4.0.0-rc1 ${newer}`],
  ["v3.28.9", "unknown", "there is no Calico release v3.28.9"],
  ["v1.4.0", "unknown", "there is no Calico release v1.4.0"],
])("%s is no release that is known, and why is said", (text, why, message) => {
  expect(findRelease(text, catalogue)).toMatchObject({ ok: false, why, message });
});

test.each([
  [afterNewest, afterNewest],
  [`3.${minor + 1}`, `v3.${minor + 1}.0`],
  [`v3.${minor + 2}.0`, undefined],
  ["v3.300.7", undefined],
  ["v4.0.0", undefined],
  ["v3.28.9", undefined],
])("%s may be what comes next: a minor newer at most", (text, next) => {
  const found = findRelease(text, catalogue);
  expect(found.ok ? undefined : found.next?.text).toBe(next);
});
