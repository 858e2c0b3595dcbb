import type { Millis } from "../model/time.ts";
import type { CalicoNode } from "./nodes.ts";
import type { NodeNote } from "./notes.ts";
import type { UpgradeState } from "./upgrade.ts";
import type { Unread } from "./unread.ts";

/** A node whose new pod fails, and since when that has been seen. */
export interface FailingNode {
  readonly node: string;
  readonly since: Millis;
}

/** Whether waiting for the upgrade is over: done, hopeless, or still to wait for. */
export type WaitOutcome =
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly why: WaitFailure }
  | { readonly kind: "waiting"; readonly for: WaitedFor; readonly failing: readonly FailingNode[] };

export type WaitFailure =
  | { readonly kind: "no-calico" }
  | { readonly kind: "blind"; readonly unread: Unread }
  | { readonly kind: "failing"; readonly node: string; readonly note: NodeNote | undefined };

export type WaitedFor =
  | { readonly kind: "nodes"; readonly finished: number; readonly all: number }
  /** For the controller to see the newest template. */
  | { readonly kind: "template" }
  | { readonly kind: "pods" };

/** A new pod that fails for so long while nobody works on the upgrade will not get well by waiting. */
const patience: Millis = 60_000;

/** `before`: what the outcome of the last look said is failing. */
export function waitOutcome(state: UpgradeState, before: readonly FailingNode[], now: Millis): WaitOutcome {
  if (state.done === true) return { kind: "done" };
  if (state.calico.installSeen.kind === "none") return { kind: "failed", why: { kind: "no-calico" } };
  const blind = state.unread.find(({ what }) =>
    ["nodes", "daemonsets", "pods", "controllerrevisions"].includes(what),
  );
  if (state.done === "unknown" && blind !== undefined)
    return { kind: "failed", why: { kind: "blind", unread: blind } };
  const failing = state.nodes
    .filter(fails)
    .map(({ name }) => before.find(({ node }) => node === name) ?? { node: name, since: now });
  const working = state.daemonSets.some(({ run }) => run?.state === "working");
  const hopeless = working ? undefined : failing.find(({ since }) => now - since >= patience);
  if (hopeless !== undefined) {
    const [note] = state.nodes.find(({ name }) => name === hopeless.node)?.notes ?? [];
    return { kind: "failed", why: { kind: "failing", node: hopeless.node, note } };
  }
  return { kind: "waiting", for: waitedFor(state), failing };
}

function fails({ updated, notes }: CalicoNode): boolean {
  return updated !== false && notes.some(({ id }) => id === "stuck");
}

function waitedFor({ nodes, done }: UpgradeState): WaitedFor {
  const judged = nodes.filter(({ daemonSet }) => daemonSet !== undefined);
  const finished = judged.filter(({ todo }) => todo === false).length;
  if (finished < judged.length) return { kind: "nodes", finished, all: judged.length };
  return { kind: done === "unknown" ? "template" : "pods" };
}
