/** What a run has made of a cluster, so that two runs can be held against each other. */
import type { Cluster } from "../cluster/cluster.ts";
import { at, type KubeObject, listAt } from "../cluster/kube-object.ts";
import { installed } from "../e2e/support/installed.ts";
import { isCordoned } from "./invariants.ts";

/** `kind name` to its content, as text without what no two runs have in common: times, uids, run names. */
export type EndState = Readonly<Record<string, string>>;

const podsPath = "/api/v1/namespaces/kube-system/pods";

/** `before`: UIDs of the pods that were there when the run began. */
export async function endState(cluster: Cluster, before: ReadonlySet<string>): Promise<EndState> {
  const list = async (path: string): Promise<readonly KubeObject[]> => {
    const { status, body } = await cluster.request("GET", path);
    return status === 200 ? (listAt(body, "items") as KubeObject[]) : [];
  };
  const [objects, nodes, pods, sets, policies, namespaces, custom] = await Promise.all([
    installed(cluster) as Promise<readonly KubeObject[]>,
    list("/api/v1/nodes"),
    list(podsPath),
    list("/apis/apps/v1/namespaces/kube-system/replicasets"),
    list("/apis/networking.k8s.io/v1/networkpolicies"),
    list("/api/v1/namespaces"),
    customObjects(cluster, list),
  ]);
  const contents = ({ metadata: { name, namespace, annotations, labels }, spec, data }: KubeObject) => ({
    name,
    namespace,
    annotations,
    labels,
    spec,
    data,
  });
  return Object.fromEntries([
    ...objects.map((object) => [`${object.kind} ${object.metadata.name}`, textOf(object)] as const),
    ...nodes.map((node) => [`Node ${node.metadata.name}`, textOf(isCordoned(node))] as const),
    ...pods.map((pod) => [
      `pod ${placeOf(pod)}`,
      textOf({
        images: listAt(pod, "spec", "containers").map((container) => at(container, "image")),
        revision: pod.metadata.labels?.["controller-revision-hash"],
        isNew: !before.has(pod.metadata.uid ?? ""),
      }),
    ]),
    ...sets
      .filter(({ metadata }) => metadata.ownerReferences === undefined)
      .map((set) => [`ReplicaSet ${set.metadata.name}`, textOf(at(set, "spec", "replicas"))] as const),
    ...[...policies, ...custom].map((object) => [
      `${object.kind} ${object.metadata.namespace ?? ""}/${object.metadata.name}`,
      textOf(contents(object)),
    ]),
    ...namespaces.map(
      ({ metadata }) => [`Namespace ${metadata.name}`, textOf(metadata.annotations)] as const,
    ),
  ]) as EndState;
}

/** What is another in one than in the other, by name. */
export function differences(one: EndState, other: EndState): readonly string[] {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].filter((name) => one[name] !== other[name]).toSorted();
}

/** DaemonSet pods by node, others by what they are: a restart gives their ReplicaSet another name. */
function placeOf(pod: KubeObject): string {
  const isOnEach = pod.metadata.ownerReferences?.[0]?.kind === "DaemonSet";
  return isOnEach
    ? `calico-node on ${String(at(pod, "spec", "nodeName"))}`
    : String(pod.metadata.labels?.["k8s-app"]);
}

async function customObjects(
  cluster: Cluster,
  list: (path: string) => Promise<readonly KubeObject[]>,
): Promise<readonly KubeObject[]> {
  const { status, body } = await cluster.request("GET", "/apis/crd.projectcalico.org/v1");
  const kinds = status === 200 ? listAt(body, "resources").map((each) => String(at(each, "name"))) : [];
  const lists = await Promise.all(kinds.map((kind) => list(`/apis/crd.projectcalico.org/v1/${kind}`)));
  return lists.flat();
}

function textOf(value: unknown): string {
  return JSON.stringify(value ?? "")
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME")
    .replaceAll(/\d{8}T\d{6}Z-[a-z-]+-[0-9a-f]{6}/g, "RUN")
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "UID");
}
