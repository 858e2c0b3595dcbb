import { clusterRule } from "../../cluster-rule.ts";
import { objectOf } from "../../seen.ts";
import { some } from "../../some.ts";

/** Calico-facts 4.3, B41. */
export const dikastes = clusterRule({
  id: "B41",
  severity: "info",
  page: {
    title: "no Dikastes is older than its node",
    why: "With Application Layer Policy the Dikastes sidecars in the pods speak to Felix of their node: nodes are upgraded first, the sidecars after them.",
    detected: "containers of calico/dikastes in the cluster's pods",
    fix: "After the last node write the new image into Istio's injection template and restart the pods that are named.",
    releases: "any",
    sources: ["upgrade pages of v3.8 and newer"],
  },
  needs: ["otherPods"],
  check({ otherPods: pods }, { to }) {
    if (to === undefined) return { outcome: "n/a", because: "no target is named" };
    const found = pods.flatMap((pod) => {
      const image = pod.calicoImages.find((each) => /calico[/-]dikastes/.test(each));
      return image === undefined
        ? []
        : [{ object: objectOf({ ...pod, kind: "Pod" }), field: "image", value: image }];
    });
    if (found.length === 0) return { outcome: "pass", because: "no pod runs Dikastes" };
    return {
      outcome: "fail",
      because: `Dikastes runs in ${some(found.map(({ object }) => object))}`,
      evidence: found,
      fix: "after the last node, write the target's image into Istio's injection template and restart these pods",
    };
  },
});
