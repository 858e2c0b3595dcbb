import type { KubeObject } from "./kube.ts";
import { templateFacts, type TemplateFacts } from "./template.ts";

/** A ControllerRevision of a DaemonSet: one template that it has had. */
export interface RevisionFacts {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** UID of the DaemonSet it belongs to. */
  readonly owner?: string;
  /** The `controller-revision-hash` its pods carry. */
  readonly hash?: string;
  /** Highest is newest (hazard H11). */
  readonly revision: number;
  readonly template: TemplateFacts;
}

export function revisionFacts(raw: KubeObject): RevisionFacts {
  const { data, revision } = raw as KubeObject & {
    readonly data?: { readonly spec?: { readonly template?: unknown } };
    readonly revision?: number;
  };
  const { metadata } = raw;
  const owner = metadata.ownerReferences?.find((reference) => reference.controller === true)?.uid;
  const hash = metadata.labels?.["controller-revision-hash"] ?? metadata.labels?.["pod-template-hash"];
  return {
    name: metadata.name,
    uid: metadata.uid ?? "",
    resourceVersion: metadata.resourceVersion ?? "",
    revision: revision ?? 0,
    template: templateFacts(data?.spec?.template),
    ...(owner === undefined ? {} : { owner }),
    ...(hash === undefined ? {} : { hash }),
  };
}
