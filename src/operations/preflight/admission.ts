import { discover } from "../../cluster/discovery.ts";
import type { Connection, Discovery } from "../../cluster/port.ts";
import { readObject } from "../../cluster/read-object.ts";
import { readingOf } from "../../cluster/reading.ts";
import type { ClusterFacts } from "../../model/cluster-facts.ts";
import type { KubeObject, NamespacedName } from "../../model/kube.ts";
import { shouldRun } from "../../model/placement.ts";
import type { Stop } from "../../plan/decision.ts";
import { podOf, templateOf } from "../../plan/pod-of-template.ts";
import type { PreflightFacts } from "../../preflight/facts.ts";
import { refusedPod } from "../node/refused-pod.ts";
import { tryPod } from "../try-pod.ts";

const groups = ["apps", "extensions"];
const resources = { DaemonSet: "daemonsets", Deployment: "deployments", ReplicaSet: "replicasets" } as const;

/**
 * Why the server would refuse the pods that run now, if they had to be made again (hazard H30): whatever the target,
 * the next restart loses them. For where no command can be asked; what cannot be known is no refusal.
 */
export async function refusedToday(
  connection: Connection,
  { daemonSet }: Pick<PreflightFacts, "daemonSet">,
  { nodes, workloads, serverVersion }: Pick<ClusterFacts, "nodes" | "workloads" | "serverVersion">,
): Promise<readonly Stop[]> {
  const discovery = await discover(connection, groups);
  const controllers = (workloads.known ? workloads.value : []).filter(
    ({ component, desired }) => component === "controller" && desired > 0,
  );
  const refused = await Promise.all([
    ...(daemonSet.known && nodes.known ? [daemonSet.value] : []).map(async (set) => {
      const node = (nodes.known ? nodes.value : []).find(
        (each) => each.ready === true && shouldRun(each, set.template) === true,
      );
      const live = await readWorkload(connection, discovery, "DaemonSet", set);
      return await refusedPod({ connection }, serverVersion, { live, node: node?.name });
    }),
    ...controllers.map(async ({ kind, namespace, name }) => {
      const live = await readWorkload(connection, discovery, kind as keyof typeof resources, {
        namespace,
        name,
      });
      if (live === undefined) return [];
      const verdict = await tryPod(connection, serverVersion, podOf(live, templateOf(live)));
      const messages = verdict.kind === "refused" ? verdict.messages : [];
      return messages.map((why): Stop => ({
        message: `the server would refuse a new pod of ${kind} ${namespace}/${name}: ${why}`,
      }));
    }),
  ]);
  return refused.flat();
}

async function readWorkload(
  connection: Connection,
  discovery: Discovery,
  kind: keyof typeof resources,
  { namespace, name }: NamespacedName,
): Promise<KubeObject | undefined> {
  const place = discovery.find(resources[kind], groups);
  if (place === undefined) return undefined;
  const reading = await readingOf(() => readObject(connection, { ...place, kind, namespace, name }));
  return reading.known ? reading.value : undefined;
}
