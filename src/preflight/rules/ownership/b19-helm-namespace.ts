import { notes } from "../../../releases/citations.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { helmRelease } from "../../helm.ts";
import { objectOf } from "../../seen.ts";
import { sh } from "../../../model/shell.ts";

const place = "meta.helm.sh/release-namespace";

/** Calico-facts 4.3, B19. */
export const helmNamespace = clusterRule({
  id: "B19",
  severity: "error",
  page: {
    title: "the Helm release is in the namespace tigera-operator",
    why: "From v3.23 on the chart is installed in tigera-operator. Helm refuses objects that its annotations give to a release of another namespace.",
    detected: "meta.helm.sh/release-namespace on the operator's Installation and Deployment",
    fix: "Set meta.helm.sh/release-namespace=tigera-operator on the objects that the upgrade page of v3.23 lists, then helm upgrade with --namespace tigera-operator.",
    releases: "Helm, up to v3.22 → v3.23 and newer",
    sources: [notes("v3.23.0"), "upgrade pages of v3.23 – v3.27"],
  },
  when: { crosses: "v3.23.0" },
  needs: ["operators"],
  check({ operators }) {
    const release = helmRelease(operators);
    if (release === undefined) return { outcome: "n/a", because: "the operator was not installed by Helm" };
    const { operator, namespace } = release;
    if (namespace === "tigera-operator")
      return { outcome: "pass", because: `Helm release ${release.name} is in tigera-operator` };
    return {
      outcome: "fail",
      because: `Helm release ${release.name} is in namespace ${namespace}, and the chart from v3.23 on in tigera-operator`,
      evidence: [
        {
          object: objectOf({ ...operator, kind: "Deployment" }),
          field: `metadata.annotations[${place}]`,
          value: namespace,
        },
      ],
      fix: "correct the annotation of each object that the upgrade page of v3.23 lists",
      commands: [sh`kubectl annotate --overwrite OBJECT ${place}=tigera-operator`],
    };
  },
});
