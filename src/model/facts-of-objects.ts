import { listedNames, picked, type ClusterFacts, type ListedFacts } from "./cluster-facts.ts";
import { configMapFacts } from "./configmap.ts";
import { installationFacts } from "./install.ts";
import { type KubeObject, groupOf } from "./kube.ts";
import { listedKinds } from "./listed-kinds.ts";
import { calicoDaemonSet, windowsDaemonSet } from "./observed.ts";
import { known, type Reading } from "./reading.ts";
import { workloadFacts } from "./workload.ts";

/**
 * The facts of a manifest, as if it were a cluster that holds nothing else: what only a running cluster
 * has (nodes, pods, discovery, rights) is not known.
 */
export function factsOfObjects(objects: readonly KubeObject[]): ClusterFacts {
  const notThere: Reading<never> = { known: false, why: "not asked", message: "a manifest does not tell it" };
  const every = <T>(kind: string, pick: (raw: KubeObject) => T | undefined): Reading<readonly T[]> =>
    known(
      objects
        .filter((object) => object.kind === kind)
        .map(pick)
        .filter((facts) => facts !== undefined),
    );
  const listed = Object.fromEntries(
    listedNames.map((name) => {
      const kind = listedKinds[name];
      const groups: readonly string[] = kind.groups;
      const own = objects.filter((raw) => raw.kind === kind.kind && groups.includes(groupOf(raw)));
      return [name, known(picked(kind, own))];
    }),
  ) as ListedFacts;
  const installation = objects.find(
    (raw) => raw.kind === "Installation" && groupOf(raw) === "operator.tigera.io",
  );
  const controllers = every("Deployment", workloadFacts);
  const old = every("ReplicaSet", workloadFacts);
  return {
    serverVersion: "",
    now: 0,
    ...listed,
    nodes: notThere,
    pods: notThere,
    revisions: notThere,
    events: notThere,
    served: notThere,
    dependants: notThere,
    rights: notThere,
    installed: known({ objects: objects.filter(({ kind }) => kind !== "Secret"), unread: [] }),
    daemonSets: every("DaemonSet", calicoDaemonSet),
    windowsSets: every("DaemonSet", windowsDaemonSet),
    workloads: controllers.known && old.known ? known([...controllers.value, ...old.value]) : controllers,
    configMaps: every("ConfigMap", configMapFacts),
    installation: known(installation === undefined ? undefined : installationFacts(installation)),
  };
}
