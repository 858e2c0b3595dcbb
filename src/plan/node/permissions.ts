import type { NeededRight } from "../../model/right.ts";
import type { NodeGoal } from "./goal.ts";
import type { NodePlaces } from "./writes.ts";

/** What a node run may ask the API server for; all of it is checked before the first write. */
export function rightsOf(
  goal: Pick<NodeGoal, "nodes" | "probeImage"> & {
    /** Images are pulled ahead. */
    readonly pulls?: boolean;
    /** BIRD has to be asked. */
    readonly execs?: boolean;
  },
  places: NodePlaces,
  namespace: string,
  daemonSet: string,
): readonly NeededRight[] {
  const pods = { group: "", resource: "pods", namespace };
  const daemonSets = { group: places.daemonSets.group, resource: "daemonsets", namespace };
  const nodes = { group: "", resource: "nodes" };
  return [
    { ...nodes, verb: "list" },
    { ...nodes, verb: "watch" },
    { ...nodes, verb: "patch", names: goal.nodes },
    { ...pods, verb: "list" },
    { ...pods, verb: "watch" },
    { ...pods, verb: "delete" },
    ...(goal.probeImage === undefined && goal.pulls !== true ? [] : [{ ...pods, verb: "create" }]),
    { ...daemonSets, verb: "list" },
    { ...daemonSets, verb: "watch" },
    { ...daemonSets, verb: "patch", names: [daemonSet] },
    { verb: "list", group: "apps", resource: "controllerrevisions", namespace },
    ...(goal.execs === true ? execRights(namespace) : []),
  ];
}

/**
 * To run a command in a pod over a WebSocket, which is a GET: the right to `get`, and from Kubernetes 1.35 on (feature
 * gate AuthorizePodWebsocketUpgradeCreatePermission) also to `create`.
 */
export function execRights(namespace: string): readonly NeededRight[] {
  const exec = { group: "", resource: "pods/exec", namespace };
  return [
    { ...exec, verb: "create" },
    { ...exec, verb: "get" },
  ];
}
