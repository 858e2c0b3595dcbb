import { notes } from "../../../releases/citations.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { helmRelease } from "../../helm.ts";
import { objectOf } from "../../seen.ts";

/** Calico-facts 4.3, B34. */
export const crdChart = clusterRule({
  id: "B34",
  severity: "warning",
  page: {
    title: "the CRDs come from their own Helm chart",
    why: "From v3.32 on they are in the chart crd.projectcalico.org.v1: the operator's chart alone leaves the old ones.",
    detected: "whether Helm installed Calico",
    fix: "Install the chart crd.projectcalico.org.v1 of the same release first.",
    releases: "Helm, up to v3.31 → v3.32 and newer",
    sources: [notes("v3.32.0")],
  },
  when: { crosses: "v3.32.0" },
  needs: ["operators"],
  check({ operators }) {
    const release = helmRelease(operators);
    if (release === undefined) return { outcome: "n/a", because: "the operator was not installed by Helm" };
    const object = objectOf({ ...release.operator, kind: "Deployment" });
    return {
      outcome: "fail",
      because: `Helm release ${release.name} brings no CRDs any more`,
      evidence: [{ object, field: "metadata.annotations[meta.helm.sh/release-name]", value: release.name }],
      fix: "install the chart crd.projectcalico.org.v1 of the target first",
    };
  },
});
