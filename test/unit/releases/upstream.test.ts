import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { upstreamData } from "../../../scripts/upstream/read.ts";
import { upstream } from "../../../src/operations/upstream.ts";
import { upstreamOf, upstreamObject, upstreamRelease } from "../../../src/releases/upstream.ts";
import { versionOf } from "../../../src/releases/version.ts";

const folder = process.env["CALICO_MANIFESTS"] ?? join(import.meta.dirname, "../../../../shared/manifests");

test.skipIf(!existsSync(folder))("what is on record is what upstream's manifests say", async () => {
  expect(await upstream()).toEqual(upstreamOf(upstreamData(folder)));
});

test("the record stays small enough to be carried: less than 400 kB", () => {
  const file = join(import.meta.dirname, "../../../src/releases/upstream-data.ts");
  expect(readFileSync(file).length).toBeLessThan(400_000);
});

test("a patch release has its minor's manifests, and a role that stood in a file of its own is found", async () => {
  const record = await upstream();
  const own = upstreamRelease(record, versionOf("v3.29.1"));
  expect(own).toMatchObject({ release: "v3.29.7", exact: false });
  expect(upstreamRelease(record, versionOf("v3.29.7"))?.exact).toBe(true);
  expect(upstreamRelease(record, versionOf("v3.31.0"))).toBeUndefined();
  const old = upstreamRelease(record, versionOf("v2.6.12"));
  const role = { kind: "ClusterRole", metadata: { name: "calico-node" } };
  expect(old === undefined ? undefined : upstreamObject(old, "kdd", role)?.kind).toBe("ClusterRole");
});
