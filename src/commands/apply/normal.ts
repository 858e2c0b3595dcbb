import { daemonSetFacts } from "../../model/daemonset.ts";
import type { KubeObject } from "../../model/kube.ts";
import { pinnedAnnotation, runAnnotation } from "../../model/names.ts";

/** Annotations that controllers count in. */
const counted = ["deployment.kubernetes.io/revision", "deprecated.daemonset.template.generation"];

/**
 * An object without what controllers and our own runs write into it by themselves: two of them differ only
 * where somebody changed one. A DaemonSet that is held has the strategy that it goes back to (hazard H12).
 */
export function normalized(object: KubeObject): KubeObject {
  const { secrets: _tokens, ...rest } = object as KubeObject & { readonly secrets?: unknown };
  const bare = object.kind === "ServiceAccount" ? (rest as KubeObject) : object;
  const { annotations, ...metadata } = bare.metadata;
  const kept = Object.entries(annotations ?? {}).filter(
    ([name]) => !counted.includes(name) && name !== runAnnotation && name !== pinnedAnnotation,
  );
  const plain: KubeObject = {
    ...bare,
    metadata: { ...metadata, ...(kept.length === 0 ? {} : { annotations: Object.fromEntries(kept) }) },
  };
  if (object.kind !== "DaemonSet") return plain;
  const { templateGeneration: _generation, ...spec } = (plain["spec"] ?? {}) as Record<string, unknown>;
  const { pinned } = daemonSetFacts(object);
  const strategy = pinned === undefined || pinned === "unreadable" ? {} : { updateStrategy: pinned };
  return { ...plain, spec: { ...spec, ...strategy } };
}
