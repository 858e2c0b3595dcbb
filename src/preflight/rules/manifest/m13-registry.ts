import { parseImage } from "../../../model/image.ts";
import { calicoNodeContainer, type TemplateFacts } from "../../../model/template.ts";
import { templateRule } from "../../template-rule.ts";

const upstream = new Set(["docker.io", "quay.io"]);

/** Calico-facts 1.7; B32 is about upstream's own registries. */
export const mirroredRegistry = templateRule({
  id: "M13",
  severity: "warning",
  page: {
    title: "images come from the registry that the nodes know",
    why: "Upstream's manifest names upstream's registry. Nodes that may pull only from a mirror, or with a secret, cannot pull from there.",
    detected: "registries of the images and imagePullSecrets, live and in the file",
    fix: "Write the mirror's name before the images, and the imagePullSecrets into the template.",
    sources: ["https://github.com/projectcalico/calico/issues/7813", "manifests of v3.30 and v3.31"],
  },
  steps: ["apply"],
  check({ live, file }) {
    const [before, after] = [live.daemonSet.template, file.daemonSet.template];
    const [from, to] = [registryOf(before), registryOf(after)];
    const lost = before.imagePullSecrets.filter((name) => !after.imagePullSecrets.includes(name));
    const object = `DaemonSet ${live.daemonSet.namespace}/${live.daemonSet.name}`;
    const mirror = from !== to && !upstream.has(from);
    if (!mirror && lost.length === 0)
      return { outcome: "pass", because: `images come from ${to}, pull secrets are the same` };
    return {
      outcome: "fail",
      because: [
        ...(mirror ? [`the nodes pull from ${from}, the file names ${to}`] : []),
        ...(lost.length > 0 ? [`the file has no imagePullSecret ${lost.join(", ")}`] : []),
      ].join("; "),
      evidence: [
        ...(mirror ? [{ object, field: "images", value: `${from} → ${to}` }] : []),
        ...lost.map((value) => ({ object, field: "imagePullSecrets", value })),
      ],
      fix: [
        ...(mirror ? [`write ${from} before the images of the file`] : []),
        ...(lost.length > 0 ? [`add imagePullSecrets to the template`] : []),
      ].join("; "),
    };
  },
});

function registryOf(template: TemplateFacts): string {
  const image = calicoNodeContainer(template)?.image;
  return (image === undefined ? undefined : parseImage(image).registry) ?? "docker.io";
}
