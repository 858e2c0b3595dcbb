/** What no moment of a run may show, decided on what watches have told so far. */
import { at, type KubeObject, listAt } from "../cluster/kube-object.ts";
import { cordonAnnotation } from "../../src/model/names.ts";

/** Everything of a kind by name. */
export interface Picture {
  readonly nodes: ReadonlyMap<string, KubeObject>;
  /** Of kube-system. */
  readonly pods: ReadonlyMap<string, KubeObject>;
}

export interface Allowed {
  /** Cordoned by a person; another actor adds to it. */
  readonly cordonedByUser: ReadonlySet<string>;
  /** Nodes that may be without a Ready calico-node at once. */
  readonly nodesDown: number;
  /** Nodes that a person cordons, uncordons or takes away now: what they are in the end is looked at then. */
  readonly inHands?: ReadonlySet<string>;
  /** Nodes whose calico-node somebody else took down: they do not count as ours. */
  readonly hurt?: ReadonlySet<string>;
}

/** One line for each invariant that does not hold. `served`: the nodes that had calico-node before. */
export function violations(
  { nodes, pods }: Picture,
  served: readonly string[],
  allowed: Allowed,
): readonly string[] {
  const broken: string[] = [];
  for (const [name, node] of nodes) {
    const cordoned = isCordoned(node);
    if (allowed.inHands?.has(name) === true) continue;
    if (allowed.cordonedByUser.has(name)) {
      if (!cordoned) broken.push(`(a) ${name} was cordoned by the user and is not any more`);
    } else if (cordoned && node.metadata.annotations?.[cordonAnnotation] === undefined) {
      broken.push(`(b) ${name} is cordoned without our lease`);
    }
  }
  const serving = new Set(servedNodes(pods));
  const down = served.filter(
    (name) => !serving.has(name) && nodes.has(name) && allowed.hurt?.has(name) !== true,
  );
  if (down.length > allowed.nodesDown) broken.push(`(d) no calico-node on ${down.toSorted().join(" and ")}`);
  // With its node it is gone, whatever its object still says.
  const runs = (pod: KubeObject): boolean =>
    at(pod, "spec", "nodeName") === undefined || nodes.has(String(at(pod, "spec", "nodeName")));
  const controllers = [...pods.values()]
    .filter((pod) => isController(pod) && runs(pod))
    .map(({ metadata }) => metadata.name);
  if (controllers.length > 1) broken.push(`(e) two controllers: ${controllers.toSorted().join(" and ")}`);
  return broken;
}

/** Nodes with a calico-node that is Ready and not on its way out. */
export function servedNodes(pods: Picture["pods"]): readonly string[] {
  return [...pods.values()]
    .filter((pod) => pod.metadata.labels?.["k8s-app"] === "calico-node" && serves(pod))
    .map((pod) => String(at(pod, "spec", "nodeName")));
}

export function isCordoned(node: KubeObject): boolean {
  return at(node, "spec", "unschedulable") === true;
}

function serves({ metadata, status }: KubeObject): boolean {
  const ready = listAt(status, "conditions").find((condition) => at(condition, "type") === "Ready");
  return metadata.deletionTimestamp === undefined && at(ready, "status") === "True";
}

function isController({ metadata, status }: KubeObject): boolean {
  const ended = ["Succeeded", "Failed"].includes(String(at(status, "phase")));
  return ["calico-policy", "calico-kube-controllers"].includes(metadata.labels?.["k8s-app"] ?? "") && !ended;
}
