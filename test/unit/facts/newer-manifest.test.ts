/** Upstream's own manifests, as they are on record, with the images of another release. */
import { describe, expect, test } from "vitest";
import { newerManifest } from "../../../src/facts/newer-manifest.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { upstream } from "../../../src/operations/upstream.ts";
import { fileOfOneRelease } from "../../../src/preflight/rules/manifest/m22-file-of-one-release.ts";
import { flavoursOf } from "../../../src/releases/upstream.ts";
import { versionOf } from "../../../src/releases/version.ts";
import { findingOf } from "../preflight/cluster.ts";
import { fileOf } from "../preflight/a-file.ts";

const record = await upstream();

function ofMinor(minor: string, flavour = "kdd"): readonly KubeObject[] {
  return record.minors.get(minor)?.manifests.get(flavour) ?? [];
}

describe("a manifest of a later release around older images", () => {
  test("nobody with upstream's own manifest is told of it, of any release and flavour", () => {
    const told = [...record.minors].flatMap(([minor, each]) =>
      flavoursOf(each).flatMap(
        (flavour) => newerManifest(record, versionOf(each.release), ofMinor(minor, flavour)) ?? [],
      ),
    );
    expect(told).toEqual([]);
  });

  test("v3.28's images in v3.30's manifest: what they do not know is named", () => {
    expect(newerManifest(record, versionOf("v3.28.0"), ofMinor("v3.30"))).toMatchObject({
      minor: "v3.30",
      marks: expect.arrayContaining([expect.stringContaining("ClusterRole calico-node: ")]) as string[],
    });
  });

  test("an older manifest with newer images is another rule's; a minor that is not on record tells nothing", () => {
    expect(newerManifest(record, versionOf("v3.30.0"), ofMinor("v3.28"))).toBeUndefined();
    expect(newerManifest(record, versionOf("v9.9.0"), ofMinor("v3.30"))).toBeUndefined();
  });

  test("M22 warns of it, and passes with the manifest of the images", () => {
    const withImages = (minor: string): readonly KubeObject[] =>
      JSON.parse(
        JSON.stringify(ofMinor(minor)).replaceAll(/(calico\/[a-z-]+):v[0-9.]+/g, "$1:v3.28.0"),
      ) as KubeObject[];
    const judged = (minor: string) =>
      findingOf(fileOfOneRelease, {}, "v3.28.0", {
        manifest: fileOf(withImages(minor)),
        upstream: record,
      });
    expect(judged("v3.30")).toMatchObject({
      outcome: "fail",
      severity: "warning",
      because: expect.stringContaining(
        "the images are of v3.28.0, and the manifest around them is of v3.30",
      ) as string,
    });
    expect(judged("v3.28").outcome).toBe("pass");
  });
});
