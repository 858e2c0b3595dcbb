import { manifests } from "../../../releases/citations.ts";
import { parseImage } from "../../../model/image.ts";
import type { TemplateFacts } from "../../../model/template.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { fileTemplate } from "../../in-file.ts";
import { objectOf } from "../../seen.ts";

/** Calico-facts 1.7 and 4.3, B32. */
export const registry = clusterRule({
  id: "B32",
  severity: "warning",
  page: {
    title: "the images come from a registry that nodes reach",
    why: "v3.31 takes its images from quay.io again, and mount-bpffs is ebpf-bootstrap. A mirror or a firewall that knows only the old registry lets no image through.",
    detected: "the registry of the images that run, and of those in the file",
    fix: "Make quay.io/calico reachable or mirror it, or write the own registry into the manifest.",
    releases: "up to v3.30 → v3.31 and newer",
    sources: [manifests],
  },
  when: { crosses: "v3.31.0" },
  needs: ["daemonSet"],
  check({ daemonSet }, { manifest }) {
    const here = registriesOf(daemonSet.template);
    const file = manifest === undefined ? undefined : fileTemplate(manifest);
    const next = file === undefined ? ["quay.io"] : registriesOf(file);
    const other = next.filter((name) => !here.includes(name));
    const from = file === undefined ? "upstream's manifest" : "the file";
    if (other.length === 0)
      return { outcome: "pass", because: `images come from ${here.join(", ")}, as in ${from}` };
    return {
      outcome: "fail",
      because: `images come from ${here.join(", ")} now, and from ${other.join(", ")} in ${from}`,
      evidence: [
        { object: objectOf({ ...daemonSet, kind: "DaemonSet" }), field: "image", value: here.join(", ") },
      ],
      fix: `make sure that every node reaches ${other.join(", ")} or mirrors it, or write the registry in use into the manifest; crictl pull IMAGE on a node shows whether it does`,
    };
  },
});

function registriesOf({ initContainers, containers }: TemplateFacts): readonly string[] {
  // Without a registry container runtimes take Docker's.
  return [
    ...new Set(
      [...initContainers, ...containers].map(({ image }) => parseImage(image).registry ?? "docker.io"),
    ),
  ].sort();
}
