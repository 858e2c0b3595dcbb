import type { ObjectMeta, Ref } from "../../model/kube.ts";
import { formatCordonLease, formatRunLease } from "../../model/lease.ts";
import {
  cordonAnnotation,
  manager,
  pinnedAnnotation,
  purposeLabel,
  purposes,
  recordAnnotation,
  runAnnotation,
} from "../../model/names.ts";
import { formatNodeRecord } from "../../model/node-record.ts";
import type { ApiResource } from "../../model/api-resource.ts";
import type { Write } from "../../model/write.ts";
import type { NodeStep } from "./step.ts";

/** Where the kinds of a node run are served on this cluster. */
export interface NodePlaces {
  readonly nodes: ApiResource;
  readonly pods: ApiResource;
  readonly daemonSets: ApiResource;
}

/**
 * The requests of one step. Every patch carries the resourceVersion of the object that was decided on
 * (compare-and-swap), every delete the UID.
 */
export function writesOf(step: NodeStep, places: NodePlaces): readonly Write[] {
  if ("through" in step) return [];
  switch (step.kind) {
    case "claim":
      return [
        patch(daemonSetRef(step, places), step.daemonSet, {
          annotations: {
            [runAnnotation]: formatRunLease(step.lease),
            ...(step.pin === undefined ? {} : { [pinnedAnnotation]: JSON.stringify(step.pin) }),
          },
          ...(step.pin === undefined
            ? {}
            : { spec: { updateStrategy: { type: "OnDelete", rollingUpdate: null } } }),
        }),
      ];
    case "renew":
      return [
        patch(daemonSetRef(step, places), step.daemonSet, {
          annotations: { [runAnnotation]: formatRunLease(step.lease) },
        }),
      ];
    case "end-run":
      return [
        patch(daemonSetRef(step, places), step.daemonSet, {
          annotations: {
            [runAnnotation]: step.lease === undefined ? null : formatRunLease(step.lease),
            ...(step.clearPin ? { [pinnedAnnotation]: null } : {}),
          },
        }),
      ];
    case "template":
    case "unpin":
      return step.writes;
    case "cordon":
      return [
        patch(nodeRef(step, places), step.node, {
          annotations: { [cordonAnnotation]: formatCordonLease(step.lease) },
          ...(step.lease.noCordon === true || step.node.unschedulable
            ? {}
            : { spec: { unschedulable: true } }),
        }),
      ];
    case "take-lease":
      return [
        patch(nodeRef(step, places), step.node, {
          annotations: { [cordonAnnotation]: formatCordonLease(step.lease) },
        }),
      ];
    case "drop-lease":
      return [
        patch(nodeRef(step, places), step.node, {
          annotations: { [cordonAnnotation]: null, ...recordOf(step) },
        }),
      ];
    case "uncordon":
      return [
        patch(nodeRef(step, places), step.node, {
          annotations: { [cordonAnnotation]: null, ...recordOf(step) },
          spec: { unschedulable: null },
        }),
      ];
    case "delete-pod":
      return [
        {
          verb: "delete",
          ref: { ...places.pods, namespace: step.pod.namespace, name: step.pod.name },
          uid: step.pod.uid,
          ...(step.gracePeriod === undefined ? {} : { gracePeriodSeconds: step.gracePeriod }),
        },
      ];
    case "evict":
      return [eviction(step, places)];
    case "probe":
      return [probe(step, places)];
    case "probe-done":
      return [
        {
          verb: "delete",
          ref: { ...places.pods, namespace: step.pod.namespace, name: step.pod.name },
          uid: step.pod.uid,
          gracePeriodSeconds: 0,
        },
      ];
  }
}

function recordOf({ record }: Extract<NodeStep, { kind: "uncordon" | "drop-lease" }>): {
  readonly [recordAnnotation]?: string;
} {
  const text = record === undefined ? undefined : formatNodeRecord(record);
  return text === undefined ? {} : { [recordAnnotation]: text };
}

function daemonSetRef(step: Extract<NodeStep, { daemonSet: unknown }>, places: NodePlaces): Ref {
  return { ...places.daemonSets, namespace: step.daemonSet.namespace, name: step.daemonSet.name };
}

function nodeRef(step: Extract<NodeStep, { node: unknown }>, places: NodePlaces): Ref {
  return { ...places.nodes, name: step.node.name };
}

function patch(
  ref: Ref,
  seen: { readonly resourceVersion: string },
  change: { readonly annotations: Readonly<Record<string, string | null>>; readonly spec?: unknown },
): Write {
  const { annotations, ...rest } = change;
  return {
    verb: "patch",
    ref,
    patch: "merge",
    fieldManager: manager,
    body: { metadata: { resourceVersion: seen.resourceVersion, annotations }, ...rest },
  };
}

/** Of exactly this pod, also where the Eviction API is not asked. */
function eviction({ pod, by }: Extract<NodeStep, { kind: "evict" }>, places: NodePlaces): Write {
  const { namespace, name, uid } = pod;
  const ref: Ref = { ...places.pods, namespace, name };
  if (by === "delete") return { verb: "delete", ref, uid };
  return {
    verb: "create",
    ref,
    subresource: "eviction",
    fieldManager: manager,
    body: {
      apiVersion: by.eviction,
      kind: "Eviction",
      metadata: { name, namespace },
      deleteOptions: { preconditions: { uid } },
    },
  };
}

/** A pod of the cluster's own network on exactly this node: it gets an address or it does not (H26). */
function probe(step: Extract<NodeStep, { kind: "probe" }>, places: NodePlaces): Write {
  const metadata: ObjectMeta = {
    name: `calico-upgrade-probe-${step.node.name}`.slice(0, 253),
    namespace: step.namespace,
    labels: { [purposeLabel]: purposes.probe },
  };
  return {
    verb: "create",
    ref: { ...places.pods, namespace: step.namespace, name: metadata.name },
    fieldManager: manager,
    body: {
      apiVersion: "v1",
      kind: "Pod",
      metadata,
      spec: {
        // nodeName, not a selector: the scheduler keeps away from a cordoned node.
        nodeName: step.node.name,
        restartPolicy: "Never",
        terminationGracePeriodSeconds: 0,
        automountServiceAccountToken: false,
        tolerations: [{ operator: "Exists" }],
        containers: [{ name: "probe", image: step.image, imagePullPolicy: "IfNotPresent" }],
      },
    },
  };
}
