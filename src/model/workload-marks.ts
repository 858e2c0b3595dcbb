import type { KubeObject } from "./kube.ts";
import { templateFacts } from "./template.ts";

/** What we read of the operator's Deployment: who installed it, and whether it runs. */
export interface WorkloadMarks {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly images: readonly string[];
  readonly desired: number;
  readonly ready: number;
}

export function workloadMarks(raw: KubeObject): WorkloadMarks {
  const { spec, status } = raw as KubeObject & {
    readonly spec?: { readonly replicas?: number; readonly template?: unknown };
    readonly status?: { readonly readyReplicas?: number };
  };
  return {
    namespace: raw.metadata.namespace ?? "",
    name: raw.metadata.name,
    labels: raw.metadata.labels ?? {},
    annotations: raw.metadata.annotations ?? {},
    images: templateFacts(spec?.template).containers.map(({ image }) => image),
    desired: spec?.replicas ?? 1,
    ready: status?.readyReplicas ?? 0,
  };
}
