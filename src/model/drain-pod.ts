import type { KubeObject } from "./kube.ts";
import type { Labels } from "./label-selector.ts";
import { listOf, recordOf } from "./record.ts";

/** What kubectl drain's rules read of a pod, whoever's it is (kubectl pkg/drain/filters.go). */
export interface DrainPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly node: string;
  readonly labels: Labels;
  /** It is being deleted. */
  readonly ending: boolean;
  /** Its containers have ended for good: nothing is lost with it. */
  readonly finished: boolean;
  /** A static pod's image on the server: the kubelet has the pod itself. */
  readonly mirror: boolean;
  readonly emptyDir: boolean;
  /** Who makes it again. */
  readonly controller?: { readonly kind: string; readonly uid: string };
}

/** Undefined: no node has it. */
export function drainPod({ metadata, ...raw }: KubeObject): DrainPod | undefined {
  const { spec, status } = raw as {
    readonly spec?: { readonly nodeName?: string; readonly volumes?: unknown };
    readonly status?: { readonly phase?: string };
  };
  const node = spec?.nodeName ?? "";
  if (node === "") return undefined;
  const owner = metadata.ownerReferences?.find((reference) => reference.controller === true);
  return {
    namespace: metadata.namespace ?? "",
    name: metadata.name,
    uid: metadata.uid ?? "",
    node,
    labels: metadata.labels ?? {},
    ending: metadata.deletionTimestamp !== undefined,
    finished: status?.phase === "Succeeded" || status?.phase === "Failed",
    mirror: metadata.annotations?.["kubernetes.io/config.mirror"] !== undefined,
    emptyDir: listOf(spec?.volumes).some((volume) => recordOf(volume)?.["emptyDir"] !== undefined),
    ...(owner === undefined ? {} : { controller: { kind: owner.kind, uid: owner.uid } }),
  };
}
