import { parseImage } from "./image.ts";
import type { NodeFacts } from "./node.ts";
import type { TemplateFacts } from "./template.ts";

/**
 * Calico's images for Windows: `calico/windows` (calico-windows-vxlan.yaml and -bgp.yaml, up to v3.26) and
 * `calico/node-windows` after it, mirrors included.
 */
const ofWindows = /(^|\/)(calico\/windows|(mirrored-)?calico-windows|((mirrored-)?calico-)?node-windows)$/;

const osLabels = ["kubernetes.io/os", "beta.kubernetes.io/os"];

/** Whether a template is Calico's for Windows: nothing of what is known of calico-node on Linux holds for it. */
export function isCalicoForWindows({ containers, nodeSelector }: TemplateFacts): boolean {
  if (containers.some(({ image }) => ofWindows.test(parseImage(image).repository))) return true;
  return selectsWindows(nodeSelector) && containers.some(({ name }) => name === "calico-node");
}

export function isWindows({ labels }: Pick<NodeFacts, "labels">): boolean {
  return selectsWindows(labels);
}

function selectsWindows(labels: Readonly<Record<string, string>>): boolean {
  return osLabels.some((label) => labels[label] === "windows");
}
