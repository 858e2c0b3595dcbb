import type { CalicoDaemonSet } from "../../facts/daemonset.ts";
import { parseImage } from "../../model/image.ts";
import { cniContainer, isTombstone, type WorkloadFacts } from "../../model/workload.ts";
import type { ComponentStatus, WindowsSetStatus } from "./kind.ts";

/** The components of the installs: node and CNI plugin of each DaemonSet, Windows, controllers, Typha. */
export function componentStatuses(
  daemonSets: readonly CalicoDaemonSet[],
  windows: readonly WindowsSetStatus[],
  workloads: readonly WorkloadFacts[],
): readonly ComponentStatus[] {
  return [
    ...daemonSets.flatMap(ofDaemonSet),
    ...windows.map(({ nodes: _nodes, ...set }): ComponentStatus => ({
      component: "node-windows",
      kind: "DaemonSet",
      ...set,
    })),
    ...workloads.filter(({ component }) => component === "controller").map(ofWorkload),
    ...workloads.filter(({ component }) => component === "typha").map(ofWorkload),
  ];
}

function ofDaemonSet({ daemonSet, image }: CalicoDaemonSet): readonly ComponentStatus[] {
  const cni = cniContainer(daemonSet.template);
  const common = {
    kind: "DaemonSet",
    namespace: daemonSet.namespace,
    name: daemonSet.name,
    ready: daemonSet.ready,
    desired: daemonSet.desired,
  };
  return [
    { component: "calico-node", ...common, image, version: tagOf(image) },
    ...(cni === undefined
      ? []
      : [{ component: "cni" as const, ...common, image: cni.image, version: tagOf(cni.image) }]),
  ];
}

function ofWorkload(workload: WorkloadFacts): ComponentStatus {
  const { component, kind, namespace, name, image, ready, desired } = workload;
  return {
    component,
    kind,
    namespace,
    name,
    image,
    version: tagOf(image),
    ready,
    desired,
    ...(isTombstone(workload) ? { note: "turned off on purpose: the older controller's name" } : {}),
  };
}

/** What stands for the version of an image in a table. */
export function tagOf(image: string): string {
  const { tag, digest } = parseImage(image);
  return tag ?? digest?.slice(0, "sha256:".length + 12) ?? "<none>";
}
