import { parseImage } from "../../../model/image.ts";
import { calicoNode } from "../../../model/pod.ts";
import { catalogue } from "../../../releases/catalogue.ts";
import { releasesOfImage } from "../../../releases/release.ts";
import { atLeast, versionOf } from "../../../releases/version.ts";
import { nodeRule } from "../../node-rule.ts";
import { some } from "../../some.ts";

/** Hazard H28: what an old node wrote meanwhile, no newer one would read. */
export const bothSides = nodeRule({
  id: "H28",
  severity: "error",
  page: {
    title: "old and new data are the same until the last old node is gone",
    why: "Until then nodes and calicoctl of v2.4 still write ThirdPartyResources, which no newer node reads.",
    detected: "ThirdPartyResources and CustomResourceDefinitions of Calico, object by object",
    fix: "migrate-data again brings over what has changed on the old side.",
    releases: "up to v2.4 → v2.5 and newer, Kubernetes datastore",
    sources: ["calico upgrade/v2.5/README.md"],
  },
  rank: 7,
  needs: ["oldData", "pods"],
  check({ oldData, pods }, { image }) {
    if (oldData === "none")
      return { outcome: "n/a", because: "the server serves no ThirdPartyResources of Calico" };
    if (image === undefined || isOlder(image) === true)
      return { outcome: "n/a", because: "the restart does not bring v2.5 or later" };
    const old = pods.filter((pod) => isOlder(calicoNode(pod)?.image ?? "") !== false);
    if (old.length === 0) return { outcome: "n/a", because: "no node runs a release before v2.5 any more" };
    if (oldData.length === 0)
      return { outcome: "pass", because: "ThirdPartyResources and CustomResourceDefinitions hold the same" };
    return {
      outcome: "fail",
      because: `old nodes wrote what newer ones do not read: ${some(oldData)} ${oldData.length === 1 ? "differs" : "differ"} between ThirdPartyResources and CustomResourceDefinitions`,
      fix: "migrate the data, which brings it over or shows what differs",
      commands: ["kubectl calico-upgrade migrate-data"],
    };
  },
});

/** Whether an image is of a release before v2.5; undefined: it does not say. */
function isOlder(image: string): boolean | undefined {
  const candidates = releasesOfImage(parseImage(image), catalogue).map(versionOf);
  if (candidates.length === 0) return undefined;
  const newer = candidates.filter((each) => atLeast(each, "v2.5.0"));
  return newer.length === 0 ? true : newer.length === candidates.length ? false : undefined;
}
