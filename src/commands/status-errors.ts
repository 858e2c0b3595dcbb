import type { UpgradeScope, UpgradeState } from "../facts/upgrade.ts";
import type { Observed } from "../model/observed.ts";
import { unreadLines } from "../render/status/unread.ts";

/** Neither nodes nor DaemonSets nor pods: there is nothing to show. */
export function isBlind({ nodes, daemonSets, pods }: Observed): boolean {
  return !nodes.known && !daemonSets.known && !pods.known;
}

/** What goes to stderr: what could not be read, and what was asked for and is not there, as `kubectl get` says it. */
export function errorsOf(
  { cluster, daemonSets, unread }: UpgradeState,
  { nodes, daemonSet }: UpgradeScope,
): { readonly lines: readonly string[]; readonly missing: boolean } {
  const notFound: string[] = [];
  if (daemonSet !== undefined && cluster.daemonSets.known && daemonSets.length === 0)
    notFound.push(`Error from server (NotFound): daemonsets.apps "${daemonSet.name}" not found`);
  if (cluster.nodes.known) {
    const there = new Set(cluster.nodes.value.map(({ name }) => name));
    for (const name of nodes)
      if (!there.has(name)) notFound.push(`Error from server (NotFound): nodes "${name}" not found`);
  }
  return { lines: [...unreadLines(unread), ...notFound], missing: notFound.length > 0 };
}
