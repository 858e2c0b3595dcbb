import { parseImage } from "../../../model/image.ts";
import { cniContainer } from "../../../model/workload.ts";
import { calicoNodeContainer } from "../../../model/template.ts";
import { catalogue } from "../../../releases/catalogue.ts";
import { releasesOfImage } from "../../../releases/release.ts";
import { clusterRule } from "../../cluster-rule.ts";

/** Calico-facts 6, row 20: a tag that was changed alone shows in images of different releases. */
export const oneRelease = clusterRule({
  id: "S12",
  severity: "warning",
  page: {
    title: "the images that run are of one release",
    why: "Calico is tested as one release. Images of different ones are an upgrade that has not ended, or a tag that was changed alone.",
    detected: "images of calico-node, the CNI plugin, the controller and Typha",
    fix: "Finish that upgrade first: plan -f FILE says what is left.",
    sources: ["https://github.com/projectcalico/calico/issues/4911"],
  },
  needs: ["daemonSet", "workloads"],
  check({ daemonSet, workloads }) {
    const parts = [
      { what: "calico-node", image: calicoNodeContainer(daemonSet.template)?.image },
      { what: "the CNI plugin", image: cniContainer(daemonSet.template)?.image },
      ...workloads
        .filter(({ desired }) => desired > 0)
        .map(({ component, image }) => ({ what: component === "typha" ? "Typha" : "the controller", image })),
    ].flatMap(({ what, image }) =>
      image === undefined ? [] : [{ what, image, releases: releasesOfImage(parseImage(image), catalogue) }],
    );
    const unidentified = parts.filter(({ releases }) => releases.length === 0);
    const [first, ...others] = parts.filter((each) => !unidentified.includes(each));
    if (first === undefined) return { outcome: "unknown", because: "no image tells its release" };
    const apart = others.filter(({ releases }) => !releases.some((name) => first.releases.includes(name)));
    if (apart.length === 0 && unidentified.length > 0) {
      return {
        outcome: "unknown",
        because: `the release of ${unidentified.map(({ what, image }) => `${what} (${image})`).join(", ")} is not known`,
      };
    }
    if (apart.length === 0)
      return { outcome: "pass", because: `all images are of ${first.releases.join(" or ")}` };
    return {
      outcome: "fail",
      because: [first, ...apart]
        .map(({ what, releases }) => `${what} is of ${releases.join(" or ")}`)
        .join(", "),
      evidence: [first, ...apart].map(({ what, image }) => ({ object: what, field: "image", value: image })),
      fix: "finish the upgrade that has begun; plan lists what is left",
      commands: ["kubectl calico-upgrade plan -f FILE"],
    };
  },
});
