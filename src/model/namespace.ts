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
  /** Annotations whose key is spelt nearly like one of them: nobody reads them. */
  readonly misspelt?: Readonly<Record<string, string>>;
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
  const misspelt = Object.entries(annotations).filter(
    ([key]) => key !== isolationAnnotation && key !== alphaIsolationAnnotation && isNear(key),
  );
  return {
    name,
    labels,
    terminating: deletionTimestamp !== undefined,
    ...(annotation === undefined ? {} : { annotation }),
    ...(alphaAnnotation === undefined ? {} : { alphaAnnotation }),
    ...(misspelt.length === 0 ? {} : { misspelt: Object.fromEntries(misspelt) }),
    ...(decided === "isolated" || decided === "open" ? { treatAs: decided } : {}),
  };
}

/** `net.beta.kubernetes.io/networkpolicy`, `net.beta.kubernetes.io/network_policies`. */
function isNear(key: string): boolean {
  const letters = key.toLowerCase().replaceAll(/[^a-z]/g, "");
  return letters.includes("kubernetesio") && /network(polic(y|ies)|isolation)$/.test(letters);
}
