/** What two ways of applying an object have to agree on: all but what the server gives each object again. */
import type { KubeObject, ManagedFieldsEntry } from "../../../src/model/kube.ts";
import { lastAppliedAnnotation } from "../../../src/model/names.ts";
import type { Live } from "./object-oracle.ts";

const none: KubeObject = { apiVersion: "", kind: "", metadata: { name: "" } };

export function essence(object: Live) {
  const { metadata, status: _status, ...rest } = object ?? none;
  const { name, labels, annotations } = metadata;
  // Controllers count in them.
  const {
    "deprecated.daemonset.template.generation": _counted,
    "deployment.kubernetes.io/revision": _revision,
    ...kept
  } = annotations ?? {};
  // Each Service gets its own address, each old ServiceAccount its own token.
  const spec = { ...(rest["spec"] as object | undefined), clusterIP: undefined, clusterIPs: undefined };
  return { name, labels, annotations: kept, ...rest, spec, secrets: undefined };
}

export function withoutLastApplied({ annotations, ...rest }: ReturnType<typeof essence>) {
  const { [lastAppliedAnnotation]: _text, ...kept } = annotations;
  return { ...rest, annotations: kept };
}

/** What a write leaves behind. Controllers go on writing their status, and so the versions of their kinds. */
export function traceOf(object: Live): readonly [readonly ManagedFieldsEntry[] | undefined, unknown] {
  const { kind, metadata } = object ?? none;
  const watched = ["DaemonSet", "Deployment", "CustomResourceDefinition", "PodDisruptionBudget"];
  return [
    metadata.managedFields?.filter(({ subresource }) => subresource !== "status"),
    watched.includes(kind) ? undefined : metadata.resourceVersion,
  ];
}

/** Who owns what, whenever they were given it. */
export function undated([entries]: ReturnType<typeof traceOf>): unknown {
  return entries?.map(({ time: _time, ...entry }) => entry);
}
