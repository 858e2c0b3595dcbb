import type { DrainPod } from "../../model/drain-pod.ts";
import { selects } from "../../model/label-selector.ts";
import { purposeLabel } from "../../model/names.ts";
import type { DrainRules } from "./goal.ts";

/** Why a pod forbids draining its node. */
export type DrainRefusal = "daemonset" | "local storage" | "unmanaged";

/** What becomes of a pod when its node is drained. */
export type DrainVerdict =
  | { readonly kind: "evict" }
  | { readonly kind: "stays" }
  | { readonly kind: "refused"; readonly why: DrainRefusal };

/**
 * kubectl drain's filters in their order (kubectl pkg/drain/filters.go, makeFilters). Pods of calico-node's own DaemonSet
 * are restarted by the run, and pods of ours are gone by themselves.
 */
export function drainVerdict(pod: DrainPod, rules: DrainRules, daemonSet: string | undefined): DrainVerdict {
  const { controller, finished } = pod;
  if (controller !== undefined && controller.uid === daemonSet) return { kind: "stays" };
  if (pod.labels[purposeLabel] !== undefined) return { kind: "stays" };
  if (rules.selector !== undefined && !selects(rules.selector, pod.labels)) return { kind: "stays" };
  if (controller?.kind === "DaemonSet" && !finished)
    return rules.ignoreDaemonSets ? { kind: "stays" } : { kind: "refused", why: "daemonset" };
  if (pod.mirror) return { kind: "stays" };
  if (pod.emptyDir && !finished && !rules.deleteEmptyDirData)
    return { kind: "refused", why: "local storage" };
  if (controller === undefined && !finished && !rules.deleteUnmanaged)
    return { kind: "refused", why: "unmanaged" };
  return { kind: "evict" };
}

/** A node's pods by what becomes of them. */
export interface NodeDrain {
  /** To be evicted, or on their way out. */
  readonly evict: readonly DrainPod[];
  readonly refused: readonly { readonly pod: DrainPod; readonly why: DrainRefusal }[];
}

/** `pods`: of whatever node. */
export function drainOf(
  pods: readonly DrainPod[],
  node: string,
  rules: DrainRules,
  daemonSet: string | undefined,
): NodeDrain {
  const evict: DrainPod[] = [];
  const refused: { readonly pod: DrainPod; readonly why: DrainRefusal }[] = [];
  for (const pod of pods) {
    if (pod.node !== node) continue;
    const verdict = drainVerdict(pod, rules, daemonSet);
    if (verdict.kind === "evict") evict.push(pod);
    // What is on its way out already is waited for by nobody, and harmed by nothing.
    if (verdict.kind === "refused" && !pod.ending) refused.push({ pod, why: verdict.why });
  }
  return { evict, refused };
}

export function podName({ namespace, name }: Pick<DrainPod, "namespace" | "name">): string {
  return `${namespace}/${name}`;
}
