import type { KubeObject, Ref } from "./kube.ts";

/**
 * One write, as data: the core decides it, the edge sends it. Patches carry
 * `metadata.resourceVersion` in their body (compare-and-swap); deletes carry the UID.
 */
export type Write =
  | {
      readonly verb: "patch";
      readonly ref: Ref;
      /** merge: RFC 7386; strategic: Kubernetes' own; json: RFC 6902; apply: server-side apply. */
      readonly patch: "merge" | "strategic" | "json" | "apply";
      readonly body: unknown;
      readonly fieldManager: string;
      /** Server-side apply only: take over fields of other managers. */
      readonly force?: boolean;
      readonly subresource?: "scale";
    }
  | {
      readonly verb: "create";
      readonly ref: Ref;
      readonly body: KubeObject;
      readonly fieldManager: string;
      /** Of a pod that is there: asks PodDisruptionBudgets before it is deleted. */
      readonly subresource?: "eviction";
    }
  | {
      readonly verb: "delete";
      readonly ref: Ref;
      readonly uid: string;
      readonly resourceVersion?: string;
      readonly gracePeriodSeconds?: number;
      /** Foreground: it is gone when what it made is gone. */
      readonly propagationPolicy?: "Foreground";
    };
