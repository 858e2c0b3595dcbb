import { plural, some } from "../../model/words.ts";
import { isTyphaPod } from "../../model/workload.ts";
import type { NodeWorld } from "../node/world.ts";

/**
 * What is special about some of the nodes of a run, in a line each. A single control-plane node is H19's. Nodes
 * that reflect routes are known where Calico keeps its nodes in Kubernetes; in etcd they are not read.
 */
export function specialNodes(
  { nodes, components = [] }: Pick<NodeWorld, "nodes" | "components">,
  names: readonly string[],
): readonly string[] {
  const reflectors = [...nodes.values()].filter(({ routeReflector }) => routeReflector !== undefined);
  const reflecting = names.filter((name) => reflectors.some((node) => node.name === name));
  const typha = components.filter((pod) => pod.deletedAt === undefined && isTyphaPod(pod));
  const serving = names.filter((name) => typha.some(({ node }) => node === name));
  const there = typha.filter(({ node }) => node !== undefined && serving.includes(node));
  return [
    ...(reflecting.length === 0
      ? []
      : [
          `route reflectors: ${some(reflecting, 5)} (${reflecting.length} of ${reflectors.length}); BGP peers learn no routes from a node while its calico-node restarts`,
        ]),
    ...(serving.length === 0
      ? []
      : [
          `Typha runs on ${some(serving, 5)} (${there.length} of ${plural(typha.length, "pod")}); restarting calico-node does not restart it`,
        ]),
  ];
}
