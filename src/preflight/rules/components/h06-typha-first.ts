import { parseImage } from "../../../model/image.ts";
import { catalogue } from "../../../releases/catalogue.ts";
import { releasesOfImage } from "../../../releases/release.ts";
import { atLeast, versionOf } from "../../../releases/version.ts";
import { clusterRule } from "../../cluster-rule.ts";

/** Hazard H06 once it has begun: B36 reports it before. */
export const typhaFirst = clusterRule({
  id: "H06",
  severity: "warning",
  page: {
    title: "no node stays on the old release after Typha is upgraded or a v3 data conversion starts",
    why: "Typha v3.32 and newer refuses older nodes, and between start and completion of the v3 data conversion pods stay 1/2 Ready: both turn nodes NotReady that are not broken",
    detected: "the images of Typha and of the nodes",
    fix: "Upgrade the nodes without a pause once Typha is new.",
    sources: [
      "https://github.com/projectcalico/calico/issues/6294",
      "sources of Typha v3.32.0 (pkg/syncserver) and Felix v3.31.7",
    ],
  },
  needs: ["workloads", "running"],
  check({ workloads, running }) {
    const typhas = workloads.filter(({ component, desired }) => component === "typha" && desired > 0);
    if (typhas.length === 0) return { outcome: "n/a", because: "no Typha is in use" };
    const identified = typhas.map((each) => ({
      ...each,
      releases: releasesOfImage(parseImage(each.image), catalogue),
    }));
    const unidentified = identified.find(({ releases }) => releases.length === 0);
    if (unidentified !== undefined)
      return { outcome: "unknown", because: `image ${unidentified.image} does not tell Typha's release` };
    const refusing = identified.find(({ releases }) =>
      releases.every((name) => atLeast(versionOf(name), "v3.32.0")),
    );
    if (refusing === undefined || atLeast(running.oldest, "v3.32.0"))
      return { outcome: "pass", because: "Typha takes the nodes' releases" };
    return {
      outcome: "fail",
      because: `Typha is ${refusing.releases.join(", ")} and refuses nodes before v3.32, and ${running.oldest.text} still runs: those calico-node are not Ready, and get no updates`,
      evidence: [
        {
          object: `${refusing.kind} ${refusing.namespace}/${refusing.name}`,
          field: "image",
          value: refusing.image,
        },
      ],
      fix: "upgrade the nodes now, one after the other and without a pause",
    };
  },
});
