import { sh } from "../../../model/shell.ts";
import { notes } from "../../../releases/citations.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { helmRelease } from "../../helm.ts";

/** Calico-facts 4.3, B30. Helm keeps its values in a Secret, which is never read. */
export const kubeletVolumePath = clusterRule({
  id: "B30",
  severity: "warning",
  page: {
    title: "the Helm values have kubeletVolumePath where the chart reads it",
    why: "From v3.31 on it stands under installation. At its old place it is ignored.",
    detected: "whether Helm installed Calico; its values are in a Secret, which is not read",
    fix: "Write installation.kubeletVolumePath in values.yaml.",
    releases: "Helm, up to v3.30 → v3.31 and newer",
    sources: [notes("v3.31.0")],
  },
  when: { crosses: "v3.31.0" },
  needs: ["operators"],
  check({ operators }) {
    const release = helmRelease(operators);
    if (release === undefined) return { outcome: "n/a", because: "the operator was not installed by Helm" };
    return {
      outcome: "unknown",
      because: `the values of Helm release ${release.name} are in a Secret, which is not read`,
      fix: "look whether kubeletVolumePath is under installation",
      commands: [sh`helm get values ${release.name} -n ${release.namespace}`],
    };
  },
});
