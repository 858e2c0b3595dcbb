import type { Strategy } from "./daemonset.ts";

/**
 * What a DaemonSet controller does with pods of an older revision under a strategy, as the end of a sentence
 * that begins with what makes it: `Kubernetes would restart calico-node on the remaining nodes by itself,
 * without cordoning (maxUnavailable 1)`. It takes as many at a time as maxUnavailable says, and waits for
 * them to be Ready (DaemonSet documentation, rolling update).
 */
export function rollsText(strategy: Strategy | "unreadable"): string {
  const some = strategy === "unreadable" ? undefined : (strategy.rollingUpdate?.["maxUnavailable"] ?? 1);
  const limit = some === undefined ? "" : ` (maxUnavailable ${some})`;
  return `Kubernetes would restart calico-node on the remaining nodes by itself, without cordoning${limit}`;
}
