import type { EventFacts } from "../model/event.ts";
import type { Millis } from "../model/time.ts";

/** More pods than this made for one node within the window is churn: a restart makes one. */
const tooMany = 3;
const window: Millis = 600_000;

/**
 * Whether a node's calico-node is made again and again: the scheduler's events name pod and node, and
 * outlive the pods (Kubernetes 1.12 and later; calico#8864). Of other pods in the namespace, as the
 * controller's, nothing is said here. Undefined: no sign of it.
 */
export function churn(
  node: string,
  daemonSet: string,
  events: readonly EventFacts[],
  now: Millis,
): { readonly pods: number; readonly within: Millis } | undefined {
  const assigned = events.filter(
    ({ reason, message, name, last }) =>
      reason === "Scheduled" &&
      isPodOf(daemonSet, name) &&
      message.endsWith(` to ${node}`) &&
      last !== undefined &&
      now - last <= window,
  );
  const pods = new Set(assigned.map(({ uid, name }) => uid ?? name)).size;
  if (pods <= tooMany) return undefined;
  const oldest = Math.min(...assigned.map(({ last }) => last ?? now));
  return { pods, within: now - oldest };
}

/** The DaemonSet controller names its pods after it, with one random word. */
function isPodOf(daemonSet: string, pod: string): boolean {
  return pod.startsWith(`${daemonSet}-`) && !pod.slice(daemonSet.length + 1).includes("-");
}
