import { parseImage } from "../../../model/image.ts";
import { catalogue } from "../../../releases/catalogue.ts";
import { releasesOfImage } from "../../../releases/release.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { fileContainers } from "../../file-containers.ts";
import { some } from "../../some.ts";

/** Calico-facts 1.8: a release is the set of its images. */
export const fileOfOneRelease = clusterRule({
  id: "M22",
  severity: "error",
  page: {
    title: "the images of the file are of one release",
    why: "Calico is tested as one release. A file in which only some tags were raised starts a CNI plugin, controller or Typha that the new calico-node does not go with.",
    detected: "releases of the images of all workloads of the file; an image that tells none is left out",
    fix: "Start from upstream's manifest of the release, or set the tags of the others to the same release.",
    sources: ["https://github.com/projectcalico/calico/issues/4911", "version files of the releases"],
  },
  when: { manifest: true },
  needs: [],
  steps: ["node", "apply"],
  check(_facts, { manifest }) {
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
      return { outcome: "pass", because: `all images of the file are of ${node.releases.join(" or ")}` };
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
