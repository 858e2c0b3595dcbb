/** A cluster in the middle of an upgrade: what each step of `apply` leaves behind, from two manifests. */
import { fileFacts } from "../../../src/manifest/file-facts.ts";
import { crdNeed } from "../../../src/manifest/needs.ts";
import { unionOfRules } from "../../../src/merge/rbac-union.ts";
import type { ClusterFacts } from "../../../src/model/cluster-facts.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { nodeFacts } from "../../../src/model/node.ts";
import { podFacts } from "../../../src/model/pod.ts";
import type { PolicyRule } from "../../../src/model/rbac.ts";
import { known } from "../../../src/model/reading.ts";
import { revisionFacts } from "../../../src/model/revision.ts";
import { partOf, type InstallPart } from "../../../src/plan/apply/parts.ts";
import { aNode, aPod, aRevision, now, type PodSpec } from "../build/a-cluster.ts";
import { inFile } from "../manifest/live.ts";

/** After which step the run was interrupted. */
export const stages = [
  "nothing",
  "expand",
  "typha",
  "controller",
  "configmap",
  "template",
  "first node",
  "second node",
  "last node",
  "contract",
] as const;
export type Stage = (typeof stages)[number];

/** What the server serves beside the manifests' own: the old Calico's group among it (P03). */
const further = ["apiextensions.k8s.io/v1", "policy/v1", "policy/v1beta1", "apps/v1", "projectcalico.org/v1"];

const nodeNames = ["node-01", "node-02", "node-03"];

export interface Midway {
  readonly old: readonly KubeObject[];
  readonly next: readonly KubeObject[];
  readonly stage: Stage;
  readonly kubernetes: string;
  /** Further objects that stand in the cluster all the time. */
  readonly beside?: readonly KubeObject[];
  /** How a node's calico-node is; `isNew`: it is of the new template. */
  readonly pod?: (node: string, isNew: boolean) => PodSpec;
  /** What somebody did to the live objects. */
  readonly edit?: (object: KubeObject) => KubeObject | undefined;
}

/** What stands in the cluster at a stage, as the server has it. */
export interface MidwayObjects {
  readonly live: readonly KubeObject[];
  readonly nodes: readonly KubeObject[];
  readonly pods: readonly KubeObject[];
  readonly revisions: readonly KubeObject[];
}

export function midwayObjects({
  old,
  next,
  stage,
  beside = [],
  pod = () => ({}),
  edit = (all) => all,
}: Omit<Midway, "kubernetes">): MidwayObjects {
  const done = (step: Stage): boolean => stages.indexOf(stage) >= stages.indexOf(step);
  const upgraded = Math.max(0, stages.indexOf(stage) - stages.indexOf("template"));
  const live = [...liveObjects(old, next, done), ...beside].flatMap((object) => edit(object) ?? []);
  const [before, after] = [calicoNodeOf(old), calicoNodeOf(next)];
  const set = edit(done("template") ? after : before) ?? before;
  const pods = nodeNames.map((node, at) => {
    const isNew = at < upgraded;
    const own = templateOf(isNew ? set : before);
    return aPod(set, node, { template: own, hash: isNew ? "bbb" : "aaa", ...pod(node, isNew) });
  });
  const revisions = [
    aRevision(set, 1, "aaa", templateOf(before)),
    ...(done("template") ? [aRevision(set, 2, "bbb", templateOf(set))] : []),
  ].map((revision) => labelled(revision, templateOf(set)));
  return { live, nodes: nodeNames.map((name) => aNode(name)), pods, revisions };
}

/** What the server serves at any stage: whatever either manifest has. */
export function midwayServes({ old, next }: Pick<Midway, "old" | "next">): readonly string[] {
  return [...new Set([...old, ...next].map(({ apiVersion, kind }) => `${apiVersion} ${kind}`))];
}

export function midway({ old, next, kubernetes, ...way }: Midway): ClusterFacts {
  const { live, nodes, pods, revisions } = midwayObjects({ old, next, ...way });
  // Whatever either manifest has is served, and what the CRDs that are there serve.
  const kinds = [
    ...[...old, ...next].map(({ apiVersion, kind }) => ({ apiVersion, kind, resource: kind.toLowerCase() })),
    ...live.flatMap(servedBy),
  ];
  const groupVersions = [...new Set(kinds.map(({ apiVersion }) => apiVersion))];
  return {
    ...fileFacts(inFile(live), "kube-system"),
    serverVersion: kubernetes,
    now,
    nodes: known(nodes.map(nodeFacts)),
    pods: known(pods.map(podFacts)),
    revisions: known(revisions.map(revisionFacts)),
    events: known([]),
    served: known({
      groupVersions: [...groupVersions, ...further],
      kinds,
      groups: [...new Set(groupVersions.map((each) => each.split("/").at(-2) ?? ""))],
    }),
    dependants: known({ resources: [], found: [] }),
    rights: known([]),
  };
}

function liveObjects(
  old: readonly KubeObject[],
  next: readonly KubeObject[],
  done: (step: Stage) => boolean,
): readonly KubeObject[] {
  const takesOver: Readonly<Partial<Record<InstallPart, Stage>>> = {
    node: "template",
    controller: "controller",
    typha: "typha",
    "typha-around": "typha",
  };
  const placed = [...old, ...next].map((object) => inNamespace(object));
  const byKey = Map.groupBy(placed, keyOf);
  return [...byKey.values()].flatMap((both): readonly KubeObject[] => {
    const before = both.find((object) => old.some((each) => keyOf(each) === keyOf(object)));
    const after = both.toReversed().find((object) => next.some((each) => keyOf(each) === keyOf(object)));
    const own = takesOver[partOf(both[0] as KubeObject)];
    if (own !== undefined) {
      if (!done(own)) return before === undefined ? [] : [uidOf(before)];
      // A controller of another name is scaled down before the new one comes.
      if (after === undefined) return before === undefined ? [] : [scaledDown(before)];
      return [uidOf(after)];
    }
    if (before === undefined || after === undefined)
      return before !== undefined ? [before] : done("expand") && after !== undefined ? [after] : [];
    if (done("contract")) return [after];
    return [done("expand") ? expanded(before, after, done("configmap")) : before];
  });
}

/** H01: rights and keys of both; changed values come with the step `configmap`. */
function expanded(before: KubeObject, after: KubeObject, values: boolean): KubeObject {
  if (before.kind === "ClusterRole" || before.kind === "Role") {
    const rules = (object: KubeObject): readonly PolicyRule[] =>
      (object["rules"] ?? []) as readonly PolicyRule[];
    return { ...before, rules: unionOfRules(rules(before), rules(after)) };
  }
  if (before.kind !== "ConfigMap") return after;
  const data = (object: KubeObject): object => object["data"] ?? {};
  return {
    ...before,
    data: values ? { ...data(before), ...data(after) } : { ...data(after), ...data(before) },
  };
}

function servedBy(object: KubeObject) {
  if (object.kind !== "CustomResourceDefinition") return [];
  const { group, kind, versions } = crdNeed(object);
  return versions.map((version) => ({
    apiVersion: `${group}/${version}`,
    kind,
    resource: object.metadata.name.replace(`.${group}`, ""),
  }));
}

function scaledDown(object: KubeObject): KubeObject {
  return { ...object, spec: { ...(object["spec"] as object), replicas: 0 } };
}

function uidOf(object: KubeObject): KubeObject {
  return { ...object, metadata: { uid: `uid-${object.metadata.name}`, ...object.metadata } };
}

function inNamespace(object: KubeObject): KubeObject {
  const isNamespaced =
    object.metadata.namespace !== undefined || ["ConfigMap", "DaemonSet"].includes(object.kind);
  return isNamespaced ? { ...object, metadata: { namespace: "kube-system", ...object.metadata } } : object;
}

function keyOf({ kind, metadata }: KubeObject): string {
  return `${kind}/${metadata.name}`;
}

function calicoNodeOf(objects: readonly KubeObject[]): KubeObject {
  const set = objects.find((object) => partOf(object) === "node");
  if (set === undefined) throw new Error("the manifest has no calico-node");
  const { metadata } = set;
  return { ...set, metadata: { ...metadata, namespace: "kube-system", uid: `uid-${metadata.name}` } };
}

/** Revisions carry the labels that their DaemonSet selects by. */
function labelled(revision: KubeObject, template: Record<string, unknown>): KubeObject {
  const { labels } = (template["metadata"] ?? {}) as { readonly labels?: Readonly<Record<string, string>> };
  const { metadata } = revision;
  return { ...revision, metadata: { ...metadata, labels: { ...labels, ...metadata.labels } } };
}

function templateOf(set: KubeObject) {
  return (set["spec"] as { readonly template: Record<string, unknown> }).template;
}
