/** Manifests of distributions, where they are: CALICO_MANIFESTS, or beside the project. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { upgradeState } from "../../../src/facts/upgrade.ts";
import { fileFacts } from "../../../src/manifest/file-facts.ts";
import { parseManifest } from "../../../src/manifest/parse.ts";
import { parseImage } from "../../../src/model/image.ts";
import { known } from "../../../src/model/reading.ts";
import { clusterRules, findingsOf } from "../../../src/preflight/cluster-rules.ts";
import { preflightFacts } from "../../../src/preflight/facts.ts";
import { catalogue } from "../../../src/releases/catalogue.ts";
import { identifyRelease, releasesOfImage } from "../../../src/releases/release.ts";
import { upgradeStatus } from "../../../src/render/status/build.ts";

const manifests =
  process.env["CALICO_MANIFESTS"] ?? join(import.meta.dirname, "../../../../shared/manifests");
const folder = join(manifests, "distributions");

/** What status and preflight make of such a file, applied as it is. */
function seen(name: string) {
  const objects = parseManifest(readFileSync(join(folder, name), "utf8"), name);
  const cluster = { ...fileFacts(objects, "kube-system"), nodes: known([]), pods: known([]) };
  const status = upgradeStatus(upgradeState(cluster, catalogue));
  const rule = findingsOf(clusterRules, preflightFacts(cluster, catalogue), {}, 0);
  return { status, o03: rule.find(({ id }) => id === "O03") };
}

describe.skipIf(!existsSync(folder))("a distribution's own manifest", () => {
  test.each([
    ["k0s.yaml", "k0s", "v3.32.1"],
    ["kubespray-vxlan-v3.31.7.yaml", "kubespray", "v3.31.7"],
    ["rke1-canal-v3.28.1.yaml", "Rancher", "v3.28.1"],
  ])(
    "%s belongs to %s: status and preflight say the same, and its release is known",
    (file, owner, release) => {
      const { status, o03 } = seen(file);
      expect(status.install).toMatchObject({ kind: "distribution", owners: [{ name: owner }] });
      expect(o03).toMatchObject({ outcome: "fail", because: expect.stringContaining(`part of ${owner} `) });
      expect(status.daemonSets.map((set) => set.release.text)).toEqual([release]);
    },
  );

  test("EKS' file is applied by users themselves: nobody owns it, and no controller is missed (policy only)", () => {
    const { status, o03 } = seen("eks-v1.7.5-calico.yaml");
    expect([status.install.kind, o03?.outcome]).toEqual(["manifest", "pass"]);
    expect(status.problems.map(({ message }) => message).join()).not.toContain("no controller");
  });

  test("an image of upstream's other registry is one release for Typha and calico-node alike", () => {
    const { status } = seen("k8s-addon-v3.19.1.yaml");
    expect(status.daemonSets.map(({ release }) => release.text)).toEqual(["v3.19.1"]);
    const typha = status.components.find(({ component }) => component === "typha");
    expect(releasesOfImage(parseImage(typha?.image ?? ""), catalogue)).toEqual(["v3.19.1"]);
  });
});

describe("a mirror's copy of an image is the release that it copies", () => {
  test.each([
    ["quay.io/k0sproject/calico-node:v3.32.1-0", "v3.32.1"],
    ["rancher/mirrored-calico-node:v3.28.1-rancher1", "v3.28.1"],
    ["gcr.io/projectcalico-org/node:v3.19.1", "v3.19.1"],
    // Upstream's own second build.
    ["quay.io/calico/node:v3.8.8-1", "v3.8.8"],
    ["calico/node:v3.32.1-0", "unknown (v3.32.1-0)"],
  ])("%s is %s", (image, release) => {
    expect(identifyRelease(parseImage(image), [], catalogue).text).toBe(release);
  });
});
