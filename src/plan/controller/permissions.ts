import type { NeededRight } from "../../model/right.ts";
import type { TargetWorkload } from "./goal.ts";
import type { ControllerWorld } from "./world.ts";
import { targetOf } from "./world.ts";

/** What a controller run may ask the API server for; all of it is checked before the first write. */
export function rightsOf(
  world: Pick<ControllerWorld, "workloads">,
  targets: readonly TargetWorkload[],
  groups: { readonly Deployment: string; readonly ReplicaSet: string },
  namespace: string,
): readonly NeededRight[] {
  const pods = { group: "", resource: "pods", namespace };
  const of = (kind: string) => ({
    group: kind === "ReplicaSet" ? groups.ReplicaSet : groups.Deployment,
    resource: kind === "ReplicaSet" ? "replicasets" : "deployments",
    namespace,
  });
  const [first] = targets;
  const scaled = world.workloads.filter(
    ({ facts }) => facts.desired > 0 && (facts.kind !== first?.kind || facts.name !== first.name),
  );
  return [
    { ...pods, verb: "list" },
    { ...pods, verb: "watch" },
    { ...of("Deployment"), verb: "watch" },
    { ...of("ReplicaSet"), verb: "watch" },
    ...scaled.map(({ facts }) => ({
      ...of(facts.kind),
      resource: `${of(facts.kind).resource}/scale`,
      verb: "patch",
      names: [facts.name],
    })),
    ...targets.map((target) =>
      targetOf(world, { target }) === undefined
        ? { ...of(target.kind), verb: "create" }
        : { ...of(target.kind), verb: "patch", names: [target.name] },
    ),
  ];
}

/** To hold the run's lease, where there is a DaemonSet that can carry it (hazard H13). */
export function leaseRights(
  { daemonSet }: Pick<ControllerWorld, "daemonSet">,
  group: string,
): readonly NeededRight[] {
  if (daemonSet === undefined) return [];
  const { namespace, name } = daemonSet;
  const place = { group, resource: "daemonsets", namespace };
  return [
    { ...place, verb: "watch" },
    { ...place, verb: "patch", names: [name] },
  ];
}
