import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { upstreamData } from "../../../scripts/upstream/read.ts";
import { upstream } from "../../../src/operations/upstream.ts";
import { upstreamOf, upstreamObject, upstreamRelease } from "../../../src/releases/upstream.ts";
import { versionOf } from "../../../src/releases/version.ts";
import { ownManifests, upstreamManifests } from "../../calico/manifest-folders.ts";

test.skipIf(!existsSync(upstreamManifests))(
  "what is on record is what upstream's manifests say",
  { timeout: 300_000 },
  async () => {
    expect(await upstream()).toEqual(upstreamOf(upstreamData(upstreamManifests)));
  },
);

test("a record is made of any folder of manifests, and has each object of a release and flavour", () => {
  const record = upstreamOf(upstreamData(ownManifests()));
  const release = upstreamRelease(record, versionOf("v3.29.7"));
  expect(release).toMatchObject({ release: "v3.29.7", exact: true });
  if (release === undefined) throw new Error("no record");
  for (const flavour of ["kdd", "etcd", "canal"])
    for (const [kind, name] of [
      ["ClusterRole", "calico-node"],
      ["ConfigMap", flavour === "canal" ? "canal-config" : "calico-config"],
    ] as const)
      expect(upstreamObject(release, flavour, { kind, metadata: { name } })?.metadata.name).toBe(name);
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
