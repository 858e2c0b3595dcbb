import type { KubeObject } from "../model/kube.ts";

/** A question to the server that changes nothing: would it take this pod (hazard H30)? */
export interface PodRead {
  readonly kind: "pod";
  readonly pod: KubeObject;
  /** For calico-node: where it would run. */
  readonly node?: string;
}

/** What a DaemonSet's pods tolerate whatever their template says (Kubernetes, `AddOrUpdateDaemonPodTolerations`). */
const tolerated: readonly (readonly [string, "NoExecute" | "NoSchedule"])[] = [
  ["node.kubernetes.io/not-ready", "NoExecute"],
  ["node.kubernetes.io/unreachable", "NoExecute"],
  ["node.kubernetes.io/disk-pressure", "NoSchedule"],
  ["node.kubernetes.io/memory-pressure", "NoSchedule"],
  ["node.kubernetes.io/pid-pressure", "NoSchedule"],
  ["node.kubernetes.io/unschedulable", "NoSchedule"],
];

interface PodSpec {
  readonly affinity?: { readonly nodeAffinity?: object };
  readonly tolerations?: readonly unknown[];
  readonly hostNetwork?: boolean;
}

/** The pod that the DaemonSet controller would make of a template on a node. */
export function daemonSetPod(daemonSet: KubeObject, template: unknown, node: string): KubeObject {
  const pod = podOf(daemonSet, template);
  const spec = pod["spec"] as PodSpec;
  const { affinity } = spec;
  const term = { matchFields: [{ key: "metadata.name", operator: "In", values: [node] }] };
  return {
    ...pod,
    spec: {
      ...spec,
      affinity: {
        ...affinity,
        nodeAffinity: {
          ...affinity?.nodeAffinity,
          requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] },
        },
      },
      tolerations: daemonSetTolerations(spec),
    },
  };
}

/** What the pods of a DaemonSet tolerate: what their template says, and what its controller adds. */
export function daemonSetTolerations({
  tolerations = [],
  hostNetwork,
}: Pick<PodSpec, "tolerations" | "hostNetwork">): readonly unknown[] {
  const network = hostNetwork === true ? [["node.kubernetes.io/network-unavailable", "NoSchedule"]] : [];
  return [
    ...tolerations,
    ...[...tolerated, ...network].map(([key, effect]) => ({ key, operator: "Exists", effect })),
  ];
}

/** The pod that a controller would make of its template, in its namespace and as its own. */
export function podOf(owner: KubeObject, template: unknown): KubeObject {
  const { metadata = {}, spec = {} } = (template ?? {}) as {
    readonly metadata?: { readonly labels?: object; readonly annotations?: object };
    readonly spec?: object;
  };
  const { name, namespace, uid } = owner.metadata;
  const { labels, annotations } = metadata;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      // The server names it; no write of it has to be found again.
      name: "",
      generateName: `${name}-`,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ...(uid === undefined
        ? {}
        : {
            ownerReferences: [
              { apiVersion: owner.apiVersion, kind: owner.kind, name, uid, controller: true },
            ],
          }),
    },
    spec,
  } as KubeObject;
}

/** `spec.template` of a workload. */
export function templateOf(workload: KubeObject | undefined): unknown {
  return (workload?.["spec"] as { readonly template?: unknown } | undefined)?.template;
}
