/** Puts Calico on a test cluster and waits until it runs. */
import type { Cluster } from "../cluster/cluster.ts";
import { at, type KubeObject } from "../cluster/kube-object.ts";
import type { CalicoOptions } from "./era.ts";
import { hostedCalico, toYaml, type PartName } from "./hosted-calico.ts";

export async function installCalico(
  cluster: Cluster,
  options: CalicoOptions,
  only?: readonly PartName[],
): Promise<KubeObject[]> {
  const objects = hostedCalico(options, only);
  await cluster.apply(objects);
  await workloadsReady(cluster);
  return objects;
}

/** The same as `kubectl apply` leaves it: with its note of what was applied last. */
export async function kubectlInstall(
  cluster: Cluster,
  options: CalicoOptions,
  only?: readonly PartName[],
): Promise<void> {
  const { code, stderr } = await cluster.kubectl(["apply", "-f", "-"], {
    input: toYaml(hostedCalico(options, only)),
  });
  if (code !== 0) throw new Error(stderr);
  await workloadsReady(cluster);
}

/** Every pod that the workloads in kube-system ask for is there and Ready. Where not, the events say why. */
export async function workloadsReady(cluster: Cluster, timeoutMs = 30_000): Promise<void> {
  const apps = "/apis/apps/v1/namespaces/kube-system";
  const nodes = await cluster.api.ask("GET", "/api/v1/nodes");
  const count = (at(nodes, "items") as unknown[]).length;
  const what = { timeoutMs, what: "Calico ready" };
  try {
    await cluster.waitFor(
      `${apps}/daemonsets`,
      (sets) => sets.length > 0 && sets.every((set) => isRolledOut(set, count)),
      what,
    );
    await cluster.waitFor(`${apps}/replicasets`, (sets) => sets.every(hasItsReplicas), what);
    await cluster.waitFor(`${apps}/deployments`, (deployments) => deployments.every(hasItsReplicas), what);
  } catch (error) {
    const { stdout } = await cluster.kubectl([
      "get",
      "events",
      "-n",
      "kube-system",
      "--sort-by=.lastTimestamp",
    ]);
    throw new Error(`${String(error)}; the last events:\n${stdout.split("\n").slice(-15).join("\n")}`, {
      cause: error,
    });
  }
}

function isRolledOut({ metadata, status }: KubeObject, nodes: number): boolean {
  return at(status, "observedGeneration") === metadata.generation && at(status, "numberReady") === nodes;
}

function hasItsReplicas({ metadata, spec, status }: KubeObject): boolean {
  const isSeen = at(status, "observedGeneration") === metadata.generation;
  return isSeen && (at(status, "readyReplicas") ?? 0) === at(spec, "replicas");
}
