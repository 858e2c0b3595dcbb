import { calicoImage, parseImage } from "../../../model/image.ts";
import { clusterRule } from "../../cluster-rule.ts";

const combined = new Set(["calico/cni", "calico/kube-controllers", "calico/typha"]);

/** Calico-facts 1.6 and 4.3, B37. */
export const oneImage = clusterRule({
  id: "B37",
  severity: "warning",
  page: {
    title: "the whole manifest is applied, not only its tags",
    why: "In v3.33 they are calico/calico with other arguments; probes and init commands change with it. An install whose tags are raised only does not start.",
    detected: "the release asked for, and the images of the file",
    fix: "Apply the whole manifest of v3.33, and mirror calico/calico where a mirror is used.",
    releases: "up to v3.32 → v3.33 and newer",
    sources: [
      "manifests of v3.33",
      "https://docs.tigera.io/calico/latest/operations/upgrading/upgrade-notes",
    ],
  },
  when: { crosses: "v3.33.0" },
  needs: [],
  check(_facts, { manifest }) {
    const fix =
      "apply the whole manifest of the target, and mirror quay.io/calico/calico where a mirror is used";
    const sets = manifest?.facts.daemonSets;
    const workloads = manifest?.facts.workloads;
    const templates = [
      ...(sets?.known === true ? sets.value : []),
      ...(workloads?.known === true ? workloads.value : []),
    ].map(({ template }) => template);
    if (templates.length === 0) {
      return {
        outcome: "fail",
        because:
          "cni, kube-controllers and typha are one image calico/calico from v3.33 on: raised tags alone do not start",
        fix,
      };
    }
    const images = templates.flatMap(({ initContainers, containers }) =>
      [...initContainers, ...containers].map(({ image }) => image),
    );
    const old = images.filter((image) => combined.has(calicoImage(parseImage(image)) ?? ""));
    if (old.length === 0) return { outcome: "pass", because: "the file has the combined image" };
    return {
      outcome: "fail",
      because: `the file names images that v3.33 no longer has: ${[...new Set(old)].join(", ")}`,
      evidence: [...new Set(old)].map((value) => ({ object: "file", field: "image", value })),
      fix,
    };
  },
});
