import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseImage } from "../../../src/model/image.ts";
import { catalogue } from "../../../src/releases/catalogue.ts";
import { identifyRelease, releasesOfImage } from "../../../src/releases/release.ts";

// Which image tag belongs to which releases, as read from upstream's version files.
const rows = JSON.parse(readFileSync(new URL("image-to-releases.json", import.meta.url), "utf8")) as Readonly<
  Record<string, Readonly<Record<string, readonly string[]>>>
>;

function identify(node: string | undefined, ...others: readonly string[]) {
  return identifyRelease(
    node === undefined ? undefined : parseImage(node),
    others.map(parseImage),
    catalogue,
  );
}

describe("the release of a node image", () => {
  const nodeRows = Object.entries(rows["calico/node"] ?? {});

  test("there are as many rows as upstream has node tags", () => {
    expect(nodeRows).toHaveLength(248);
  });

  test.each(nodeRows)("calico/node:%s is told as what upstream released it as", (tag, releases) => {
    const found = identify(`quay.io/calico/node:${tag}`);
    expect(found.candidates).toEqual(releases);
    expect(found.release).toBe(releases.length === 1 ? releases[0] : undefined);
  });

  test.each(Object.entries(rows).filter(([image]) => image !== "calico/node" && image !== "tigera/operator"))(
    "every tag of %s leads to its releases, so that a tie can be resolved",
    (image, tags) => {
      const parsed = Object.keys(tags).map((tag) =>
        releasesOfImage(parseImage(`${image}:${tag}`), catalogue),
      );
      const final = parsed.map((names) => names.filter((name) => !name.includes("-")));
      // calico/ctl is no part of a pod that is looked at.
      expect(final).toEqual(image === "calico/ctl" ? parsed.map(() => []) : Object.values(tags));
    },
  );

  test.each([
    ["docker.io/calico/node:v3.29.1", "v3.29.1"],
    ["calico/node:3.29.1", "v3.29.1"],
    ["registry.example/mirror/calico-node:v3.26.1", "v3.26.1"],
    ["rancher/mirrored-calico-node:v3.26.1", "v3.26.1"],
    ["localhost:5000/calico/node:v2.6.2", "v2.6.2"],
    ["calico/node:v3.8.8-1", "v3.8.8"],
    ["calico/node:v3.8.8", "v3.8.8"],
    ["calico/node:v3.10.1-arm64", "v3.10.1"],
    ["calico/node:v1.0.0-rc4", "v2.0.0-rc3"],
    ["calico/node:v3.29.1@sha256:4d7f5d2ce4e5f3a7", "v3.29.1"],
  ])("%s is recognised as %s", (image, release) => {
    expect(identify(image)).toMatchObject({ release, by: "catalogue", text: release });
  });

  test("a release newer than this program is taken by its number and told as newer", () => {
    expect(identify("quay.io/calico/node:v3.98.0")).toMatchObject({ release: "v3.98.0", by: "newer" });
    expect(identify("quay.io/calico/node:v4.0.0-rc1")).toMatchObject({ release: "v4.0.0-rc1", by: "newer" });
  });

  test.each([
    ["calico/node@sha256:4d7f5d2ce4e5f3a7", "digest", "unknown (digest)"],
    ["calico/node", "no tag", "unknown (no tag)"],
    ["calico/node:latest", "no tag", "unknown (no tag)"],
    ["calico/node:master", "unknown tag", "unknown (master)"],
    ["calico/node:release-v3.33", "unknown tag", "unknown (release-v3.33)"],
    ["hardened-calico:v3.26.1-build20230802", "unknown tag", "unknown (v3.26.1-build20230802)"],
    // There is no node tag v1.4: a number below v2.4 is not a release's own.
    ["calico/node:v1.4.0", "unknown tag", "unknown (v1.4.0)"],
    ["calico/node:v3.99", "newer", "v3.99.0"],
  ])("%s is not guessed at", (image, by, text) => {
    expect(identify(image)).toMatchObject({ by, text });
  });

  test("without any image nothing is claimed", () => {
    expect(identify(undefined)).toMatchObject({ by: "no image", candidates: [] });
  });
});

describe("a node tag of several releases", () => {
  test("is resolved by the images beside it", () => {
    expect(identify("calico/node:v1.1.0", "calico/cni:v1.6.0").release).toBe("v2.1.0");
    expect(identify("calico/node:v1.1.3", "calico/cni:v1.7.0").release).toBe("v2.1.4");
    expect(identify("calico/node:v1.1.3", "quay.io/calico/cni:v1.8.0").release).toBe("v2.1.5");
  });

  test("stays a range where they leave more than one", () => {
    const found = identify("calico/node:v1.1.0", "calico/cni:v1.6.1", "calico/kube-policy-controller:v0.5.4");
    expect(found).toMatchObject({ by: "tie", candidates: ["v2.1.1", "v2.1.2"], text: "v2.1.1–v2.1.2" });
    expect(found.release).toBeUndefined();
  });

  test("is not resolved by an image of quite another release", () => {
    expect(identify("calico/node:v1.1.0", "calico/cni:v3.29.1").candidates).toEqual([
      "v2.1.0",
      "v2.1.1",
      "v2.1.2",
    ]);
  });
});
