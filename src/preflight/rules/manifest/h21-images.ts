import { fullImageName as nameOf } from "../../../model/image.ts";
import { shouldRun } from "../../../model/placement.ts";
import { stuckReason } from "../../../model/stuck.ts";
import type { TemplateFacts } from "../../../model/template.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { some } from "../../some.ts";
import { templatePair } from "../../template-pair.ts";

/** Hazard H21: present, failing, absent or unknown; unknown never blocks. The images are the target's. */
export const images = clusterRule({
  id: "H21",
  severity: "error",
  page: {
    title: "the images of the target can be pulled",
    why: "A restart whose image cannot be pulled leaves the node without calico-node. One that has to be pulled first takes longer. A node lists only its 50 largest images, so an image that it does not list may be there all the same; one that lists fewer has no others.",
    detected:
      "the images of the file, status.images of the nodes, and pull errors of the same images in pods and events",
    fix: "Make the image reachable from the nodes: registry, mirror, pull secret. Commands that restart nodes pull it first, unless --prepull=never; `--until-step prepull` does only that.",
    sources: [
      "https://github.com/projectcalico/calico/issues/7813",
      "https://kubernetes.io/docs/reference/command-line-tools-reference/kubelet/ (node-status-max-images)",
    ],
  },
  whenUnknown: "info",
  needs: ["daemonSet", "configMaps", "nodes", "pods", "events"],
  steps: ["apply"],
  check({ daemonSet, configMaps, nodes, pods, events }, subject) {
    const file = templatePair(subject, daemonSet, configMaps)?.file.daemonSet.template;
    const template = file ?? daemonSet.template;
    const wanted = imagesOf(template);
    const failing = pods.flatMap((pod) => {
      const stuck = stuckReason(pod, events);
      const image = stuck?.image === undefined ? undefined : nameOf(stuck.image);
      return stuck !== undefined &&
        /^(ErrImage|ImagePull|InvalidImage)/.test(stuck.reason) &&
        image !== undefined &&
        wanted.includes(image)
        ? [{ pod, image, reason: stuck.reason, message: stuck.message }]
        : [];
    });
    if (failing.length > 0) {
      // The DaemonSet asks for them already: stopping mends nothing, and hazard H18 lets no other node's
      // pod be touched meanwhile.
      const asked = imagesOf(daemonSet.template);
      const inProgress = file !== undefined && failing.every(({ image }) => asked.includes(image));
      return {
        outcome: "fail",
        ...(inProgress ? { severity: "warning" as const } : {}),
        because: `images cannot be pulled: ${some([...new Set(failing.map(({ image, reason }) => `${image} (${reason})`))])}`,
        evidence: failing.map(({ pod, image, message = "" }) => ({
          object: `Pod ${pod.namespace}/${pod.name}`,
          field: image,
          value: message,
        })),
        fix: "make them reachable from the nodes: registry, mirror, imagePullSecrets",
      };
    }
    if (file === undefined) {
      return subject.to === undefined
        ? { outcome: "n/a", because: "no target is named" }
        : { outcome: "unknown", because: "which images the target needs is in its manifest: add -f FILE" };
    }
    const there = nodes.filter((node) => shouldRun(node, template) !== false);
    const lacks = reader();
    const without = there.filter(({ images: listed }) => lacks(listed, wanted));
    if (without.length === 0) {
      return {
        outcome: "pass",
        because: `all ${wanted.length} images of the file are on all ${there.length} nodes`,
      };
    }
    const pull =
      "apply and node pull them before they touch a node; to do only that, ahead of time: --until-step prepull";
    const absent = without.filter(({ imageCount }) => imageCount !== undefined && imageCount < listedAtMost);
    if (absent.length > 0) {
      return {
        outcome: "fail",
        severity: "warning",
        because: `images of the file are not on ${absent.length} of ${there.length} nodes yet (${some(absent.map(({ name }) => name))}); they are pulled before the first restart`,
        evidence: absent.map(({ name, imageCount = 0 }) => ({
          object: `Node ${name}`,
          field: "status.images",
          value: `${imageCount} images, not all of ${wanted.join(", ")}`,
        })),
        fix: pull,
      };
    }
    return {
      outcome: "unknown",
      because: `images of the file not seen on ${without.length} of ${there.length} nodes, which list ${listedAtMost} images at most`,
      fix: pull,
    };
  },
});

/** The kubelet's nodeStatusMaxImages where nobody sets it. */
const listedAtMost = 50;

/** Whether a node's list lacks one of the images. Nodes list the same ones: each name is read once. */
function reader(): (listed: readonly string[], wanted: readonly string[]) => boolean {
  const full = new Map<string, string>();
  return (listed, wanted) => {
    const names = new Set<string>();
    for (const text of listed) {
      const name = full.get(text) ?? nameOf(text);
      full.set(text, name);
      names.add(name);
    }
    return wanted.some((image) => !names.has(image));
  };
}

function imagesOf({ initContainers, containers }: TemplateFacts): readonly string[] {
  return [...new Set([...initContainers, ...containers].map(({ image }) => nameOf(image)))];
}
