import type { Observed } from "../model/observed.ts";
import type { StatusScope } from "../render/status/build.ts";
import type { UpgradeStatus } from "../render/status/kind.ts";
import { unreadLines } from "../render/status/unread.ts";

/** Neither nodes nor DaemonSets nor pods: there is nothing to show. */
export function isBlind({ nodes, daemonSets, pods }: Observed): boolean {
  return !nodes.known && !daemonSets.known && !pods.known;
}

/** What goes to stderr: what could not be read, and what was asked for and is not there. */
export function errorsOf(
  observed: Observed,
  status: UpgradeStatus,
  scope: StatusScope,
): { readonly lines: readonly string[]; readonly missing: boolean } {
  const notFound: string[] = [];
  const { daemonSet } = scope;
  if (daemonSet !== undefined && observed.daemonSets.known && status.daemonSets.length === 0) {
    const name = daemonSet.slice(daemonSet.indexOf("/") + 1);
    notFound.push(`Error from server (NotFound): daemonsets.apps "${name}" not found`);
  }
  if (observed.nodes.known) {
    const there = new Set(observed.nodes.value.map(({ name }) => name));
    for (const name of scope.nodes)
      if (!there.has(name)) notFound.push(`Error from server (NotFound): nodes "${name}" not found`);
  }
  return { lines: [...unreadLines(status), ...notFound], missing: notFound.length > 0 };
}
