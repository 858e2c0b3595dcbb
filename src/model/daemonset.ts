import type { KubeObject, ManagedFieldsEntry, OwnerReference } from "./kube.ts";
import { parseRunLease, type RunLease } from "./lease.ts";
import { pinnedAnnotation, runAnnotation } from "./names.ts";
import { templateFacts, type TemplateFacts } from "./template.ts";
import { parseTime, type Millis } from "./time.ts";

/** What we read of a DaemonSet that runs calico-node. */
export interface DaemonSetFacts {
  readonly apiVersion: string;
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly created: Millis;
  readonly generation: number;
  readonly observedGeneration: number;
  /** What pods of the present template carry as `pod-template-generation` (hazard H11). */
  readonly templateGeneration?: string;
  readonly desired: number;
  readonly ready: number;
  readonly updated: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly ownerReferences: readonly OwnerReference[];
  readonly managedFields: readonly ManagedFieldsEntry[];
  readonly strategy: Strategy;
  /** The strategy to return to, while we hold the DaemonSet at OnDelete (hazard H12). */
  readonly pinned?: Strategy | "unreadable";
  readonly run?: RunLease | "unreadable";
  readonly selector: Readonly<Record<string, string>>;
  readonly template: TemplateFacts;
}

/** updateStrategy as stored; absent means the server's default for that API version. */
export interface Strategy {
  readonly type: string;
  readonly rollingUpdate?: Readonly<Record<string, number | string>>;
}

/** The strategy to return to, of a DaemonSet that is held at OnDelete now: our annotation may outlive the pin. */
export function heldStrategy({
  strategy,
  pinned,
}: Pick<DaemonSetFacts, "strategy" | "pinned">): Strategy | "unreadable" | undefined {
  return strategy.type === "OnDelete" ? pinned : undefined;
}

interface RawDaemonSet {
  readonly spec?: {
    readonly updateStrategy?: { type?: string; rollingUpdate?: Record<string, number | string> | null };
    readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly template?: unknown;
    /** extensions/v1beta1 only; apps/v1 shows it as an annotation. */
    readonly templateGeneration?: number;
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly desiredNumberScheduled?: number;
    readonly numberReady?: number;
    readonly updatedNumberScheduled?: number;
  };
}

export function daemonSetFacts(raw: KubeObject): DaemonSetFacts {
  const { spec, status } = raw as KubeObject & RawDaemonSet;
  const { metadata } = raw;
  const annotations = metadata.annotations ?? {};
  const pinned = parseStrategy(annotations[pinnedAnnotation]);
  const run = parseRunLease(annotations[runAnnotation]);
  const template = templateFacts(spec?.template);
  const templateGeneration =
    spec?.templateGeneration?.toString() ?? annotations["deprecated.daemonset.template.generation"];
  return {
    apiVersion: raw.apiVersion,
    name: metadata.name,
    namespace: metadata.namespace ?? "",
    uid: metadata.uid ?? "",
    resourceVersion: metadata.resourceVersion ?? "",
    created: parseTime(metadata.creationTimestamp) ?? 0,
    generation: metadata.generation ?? 0,
    observedGeneration: status?.observedGeneration ?? 0,
    desired: status?.desiredNumberScheduled ?? 0,
    ready: status?.numberReady ?? 0,
    updated: status?.updatedNumberScheduled ?? 0,
    labels: metadata.labels ?? {},
    annotations,
    ownerReferences: metadata.ownerReferences ?? [],
    managedFields: metadata.managedFields ?? [],
    strategy: strategyFacts(spec?.updateStrategy),
    selector: spec?.selector?.matchLabels ?? template.labels,
    template,
    ...(templateGeneration === undefined ? {} : { templateGeneration }),
    ...(pinned === undefined ? {} : { pinned }),
    ...(run === undefined ? {} : { run }),
  };
}

/** A served DaemonSet always shows its strategy; one in a file may leave it to the server. */
function strategyFacts(
  raw: { type?: string; rollingUpdate?: Record<string, number | string> | null } | undefined,
): Strategy {
  return {
    type: raw?.type ?? "OnDelete",
    ...(raw?.rollingUpdate === undefined || raw.rollingUpdate === null
      ? {}
      : { rollingUpdate: raw.rollingUpdate }),
  };
}

function parseStrategy(text: string | undefined): Strategy | "unreadable" | undefined {
  if (text === undefined) return undefined;
  try {
    const value = JSON.parse(text) as {
      type?: unknown;
      rollingUpdate?: Record<string, number | string>;
    } | null;
    if (typeof value?.type !== "string") return "unreadable";
    return strategyFacts({
      type: value.type,
      ...(value.rollingUpdate === undefined ? {} : { rollingUpdate: value.rollingUpdate }),
    });
  } catch {
    return "unreadable";
  }
}
