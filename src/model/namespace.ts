import type { KubeObject } from "./kube.ts";
import type { Labels } from "./label-selector.ts";
import { treatAsAnnotation } from "./names.ts";

/** What makes a namespace closed under Calico's old semantics (calico-facts 2.1). */
export const isolationAnnotation = "net.beta.kubernetes.io/network-policy";
/** Its predecessor, which no Calico from v1.6 on reads. */
export const alphaIsolationAnnotation = "net.alpha.kubernetes.io/network-isolation";

/** What we read of a Namespace. */
export interface NamespaceFacts {
  readonly name: string;
  readonly labels: Labels;
  /** The isolation annotation's text. */
  readonly annotation?: string;
  readonly alphaAnnotation?: string;
  /** Recorded by --treat-as: what an unclear annotation is taken for. */
  readonly treatAs?: "isolated" | "open";
  /** It is being deleted: nothing can be created in it any more. */
  readonly terminating: boolean;
}

export function namespaceFacts(raw: KubeObject): NamespaceFacts {
  const { name, labels = {}, annotations = {}, deletionTimestamp } = raw.metadata;
  const annotation = annotations[isolationAnnotation];
  const alphaAnnotation = annotations[alphaIsolationAnnotation];
  const decided = annotations[treatAsAnnotation];
  return {
    name,
    labels,
    terminating: deletionTimestamp !== undefined,
    ...(annotation === undefined ? {} : { annotation }),
    ...(alphaAnnotation === undefined ? {} : { alphaAnnotation }),
    ...(decided === "isolated" || decided === "open" ? { treatAs: decided } : {}),
  };
}
