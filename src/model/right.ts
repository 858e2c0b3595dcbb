/** One right that a step needs, as an RBAC rule names it. */
export interface NeededRight {
  readonly verb: string;
  /** "" is the core group. */
  readonly group: string;
  readonly resource: string;
  /** Without one: cluster-wide. */
  readonly namespace?: string;
  /** Enough on exactly these objects (resourceNames). */
  readonly names?: readonly string[];
}

/**
 * Among `names`: a request that names no object, as every create is one. A rule that has it and some names gives escalate
 * on new roles and on these, and on no other (k8s.io/kubernetes pkg/apis/rbac/v1/evaluation_helpers.go).
 */
export const unnamed = "";

/** A right, and whether this user has it. */
export interface RightFacts extends NeededRight {
  readonly allowed: boolean | "unknown";
}

/** Equal for the same right, whatever names it is needed on. */
export function rightKey({ verb, group, resource, namespace = "" }: NeededRight): string {
  return [verb, group, resource, namespace].join(" ");
}

/** `patch daemonsets.apps in namespace kube-system`. */
export function rightText({ verb, group, resource, namespace }: NeededRight): string {
  const what = group === "" ? resource : `${resource}.${group}`;
  return `${verb} ${what}${namespace === undefined ? "" : ` in namespace ${namespace}`}`;
}
