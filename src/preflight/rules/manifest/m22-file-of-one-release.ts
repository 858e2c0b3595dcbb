import { newerManifest } from "../../../facts/newer-manifest.ts";
import { parseImage } from "../../../model/image.ts";
import { catalogue } from "../../../releases/catalogue.ts";
import { releasesOfImage } from "../../../releases/release.ts";
import type { Upstream } from "../../../releases/upstream.ts";
import { parseVersion } from "../../../releases/version.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { fileContainers } from "../../file-containers.ts";
import type { CheckResult } from "../../rule.ts";
import { some } from "../../some.ts";
import type { TargetManifest } from "../../subject.ts";

/** Calico-facts 1.8: a release is the set of its images. */
export const fileOfOneRelease = clusterRule({
  id: "M22",
  severity: "error",
  page: {
    title: "the images of the file are of one release, and the manifest around them as well",
    why: "Calico is tested as one release. A file in which only some tags were raised starts a CNI plugin, controller or Typha that the new calico-node does not go with; a manifest of a later release starts images with settings, containers and rights that they do not know.",
    detected:
      "releases of the images of all workloads of the file; an image that tells none is left out. Containers, volumes and rights that only manifests of later releases have",
    fix: "Start from upstream's manifest of the release, or set the tags of the others to the same release.",
    sources: ["https://github.com/projectcalico/calico/issues/4911", "version files of the releases"],
  },
  when: { manifest: true },
  needs: [],
  steps: ["node", "apply"],
  check(_facts, { manifest, upstream }) {
    const parts = (manifest === undefined ? [] : fileContainers(manifest)).flatMap(
      ({ object, name, raw: { image } }) => {
        const releases = typeof image === "string" ? releasesOfImage(parseImage(image), catalogue) : [];
        return typeof image !== "string" || releases.length === 0 ? [] : [{ object, name, image, releases }];
      },
    );
    const node = parts.find(({ name }) => name === "calico-node") ?? parts[0];
    if (node === undefined) return { outcome: "n/a", because: "no image of the file tells its release" };
    const apart = parts.filter(({ releases }) => !releases.some((each) => node.releases.includes(each)));
    if (apart.length === 0)
      return (
        laterManifest(node, manifest, upstream) ?? {
          outcome: "pass",
          because: `all images of the file are of ${node.releases.join(" or ")}`,
        }
      );
    const releases = [node, ...apart].map(
      ({ name, image, releases }) => `${name} (${image}) is of ${some(releases)}`,
    );
    return {
      outcome: "fail",
      because: `the file has images of different releases: ${releases.join(", ")}`,
      evidence: [node, ...apart].map(({ object, name, image }) => ({
        object,
        field: `containers[name="${name}"].image`,
        value: image,
      })),
      fix: `set the images of ${some([...new Set(apart.map(({ name }) => name))])} to ${node.releases.at(-1) ?? ""}, as its own manifest has them`,
    };
  },
});

/** No more than a warning: a patched image can be of a later release than its tag says. */
function laterManifest(
  { image, releases }: { readonly image: string; readonly releases: readonly string[] },
  manifest: TargetManifest | undefined,
  upstream: Upstream | undefined,
): CheckResult | undefined {
  const version = parseVersion(releases.at(-1) ?? "");
  if (version === undefined || manifest === undefined || upstream === undefined) return undefined;
  const objects = manifest.objects.map(({ object }) => object);
  const later = newerManifest(upstream, version, objects);
  if (later === undefined) return undefined;
  return {
    outcome: "fail",
    severity: "warning",
    because: `the images are of ${version.text}, and the manifest around them is of ${later.minor}: ${some(later.marks, 3)}`,
    evidence: [{ object: "the file", field: "image", value: image }],
    fix: `use the manifest of ${version.text}, or the images of ${later.minor}`,
  };
}
