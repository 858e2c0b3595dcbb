import { userError } from "../../errors.ts";
import type { KubeObject } from "../../model/kube.ts";
import { run } from "../../perform/run.ts";
import { outdatedNodes } from "../../plan/node/pin.ts";
import type { NodeStep } from "../../plan/node/step.ts";
import type { Ended } from "../../plan/decision.ts";
import { unpinProcedure, type UnpinSeen } from "../../plan/node/unpin.ts";
import { performing, type Session } from "../session.ts";
import type { OpenNodes } from "./open.ts";
import { restoreOf } from "./template.ts";
import { sh } from "../../model/shell.ts";

export type Unpinned =
  /** It is not held: there is nothing to do. */
  | { readonly kind: "not pinned"; readonly where: string; readonly strategy: string }
  | { readonly kind: "declined" }
  | { readonly kind: "run"; readonly resource: string; readonly ended: Ended<UnpinSeen> };

/**
 * Puts the update strategy back on demand, after naming the nodes that the DaemonSet controller will
 * then restart by itself (hazard H12).
 */
export async function unpin(nodes: OpenNodes, session: Session): Promise<Unpinned> {
  const { live, chosen, discovery, places } = nodes;
  const where = `daemonset ${chosen.namespace}/${chosen.name}`;
  const first = live.snapshot();
  const { pinned } = first.daemonSet?.facts ?? {};
  if (pinned === undefined) return { kind: "not pinned", where, strategy: chosen.strategy.type };
  if (pinned === "unreadable") {
    throw userError(
      `the annotation that says which updateStrategy ${where} goes back to cannot be read; set it by hand: ${sh`kubectl -n ${chosen.namespace} edit daemonset ${chosen.name}`}`,
    );
  }
  const outdated = outdatedNodes(first);
  if (outdated.length > 0 && pinned.type !== "OnDelete") {
    const question =
      `${where} goes back to ${pinned.type}: its controller will then restart calico-node by itself, uncordoned, on ` +
      `${outdated.length} ${outdated.length === 1 ? "node" : "nodes"} (${outdated.join(", ")}). Put it back now?`;
    if (session.dryRun === "none" && !(await session.ask(question))) return { kind: "declined" };
  }
  const restore = restoreOf(nodes);
  const goal = {
    restore: (raw: KubeObject) => restore(raw, pinned),
    strategy: pinned,
    commands: session.commands,
  };
  const ended = await run<ReturnType<typeof live.snapshot>, UnpinSeen, NodeStep, never, never>(
    unpinProcedure(goal, places),
    live,
    {
      ...performing(session, discovery.version, undefined),
      emit: () => {},
    },
  );
  return { kind: "run", resource: `daemonset.${places.daemonSets.group}/${chosen.name}`, ended };
}
