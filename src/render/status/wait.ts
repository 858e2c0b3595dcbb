import type { Millis } from "../../model/time.ts";
import type { NodeStatus, UpgradeStatus } from "./kind.ts";

/** A node whose new pod fails, and since when that has been seen. */
export interface Failing {
  readonly node: string;
  readonly since: Millis;
}

/** A new pod that fails for so long while nobody works on the upgrade will not get well by waiting. */
const patience: Millis = 60_000;

/** Whether waiting for the upgrade is over: done, hopeless, or still to wait for. */
export function waitOutcome(
  status: UpgradeStatus,
  before: readonly Failing[],
  now: Millis,
):
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "waiting"; readonly message: string; readonly failing: readonly Failing[] } {
  if (status.done === true) return { kind: "done" };
  const { install, unread } = status;
  if (install.kind === "none")
    return { kind: "failed", message: "there is no calico-node DaemonSet to wait for" };
  const blind = unread.find(({ what }) =>
    ["nodes", "daemonsets", "pods", "controllerrevisions"].includes(what),
  );
  if (status.done === "unknown" && blind !== undefined)
    return { kind: "failed", message: `cannot tell when the upgrade is done: ${blind.what} cannot be read` };
  const failing = status.nodes
    .filter(fails)
    .map(({ name }) => before.find(({ node }) => node === name) ?? { node: name, since: now });
  const working = status.daemonSets.some(({ run }) => run?.state === "working");
  const hopeless = working ? undefined : failing.find(({ since }) => now - since >= patience);
  if (hopeless !== undefined) {
    const note = status.nodes.find(({ name }) => name === hopeless.node)?.notes[0]?.text ?? "";
    return { kind: "failed", message: `calico-node does not run on node ${hopeless.node}: ${note}` };
  }
  return { kind: "waiting", message: waitingFor(status), failing };
}

function fails({ updated, notes }: NodeStatus): boolean {
  return updated !== false && notes.some(({ id }) => id === "stuck");
}

function waitingFor({ nodes, done }: UpgradeStatus): string {
  const judged = nodes.filter(({ daemonSet }) => daemonSet !== undefined);
  const finished = judged.filter(({ todo }) => todo === false).length;
  if (finished === judged.length)
    return done === "unknown"
      ? "waiting for the controller to see the newest template"
      : "waiting for calico-node pods";
  return `waiting for the upgrade: ${finished} of ${judged.length} nodes run the newest revision, Ready`;
}
