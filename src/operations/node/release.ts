import { discover } from "../../cluster/discovery.ts";
import { readObject } from "../../cluster/read-object.ts";
import { apiError, isAnswer } from "../../errors.ts";
import type { KubeObject } from "../../model/kube.ts";
import { nodeFacts, type NodeFacts } from "../../model/node.ts";
import { liveObjectsWorld } from "../../perform/objects-world.ts";
import { run } from "../../perform/run.ts";
import type { Stop } from "../../plan/decision.ts";
import { giveBack } from "../../plan/node/give-back.ts";
import type { NodeStep } from "../../plan/node/step.ts";
import { writesOf } from "../../plan/node/writes.ts";
import { objectsProcedure } from "../../plan/objects/procedure.ts";
import { performing, type Session } from "../session.ts";

const place = { group: "", version: "v1", resource: "nodes", kind: "Node" };
/** Release touches nodes only. */
const places = { nodes: place, pods: place, daemonSets: place };

/** What became of one node: the step that gave its lease up, nothing of ours, or why not. */
export type Released =
  | { readonly node: string; readonly step: NodeStep | undefined }
  | { readonly node: string; readonly error: unknown }
  | { readonly node: string; readonly stop: Stop };

/**
 * Gives up our lease and our cordon on the named nodes; no pod is touched (hazard H13). One after the other, as
 * kubectl does: `onReleased` is called in the order of the arguments.
 */
export async function release(
  nodes: readonly string[],
  session: Session,
  signal: AbortSignal,
  onReleased: (released: Released) => void,
): Promise<void> {
  const { version } = await discover(session.connection, [""], signal);
  for (const node of nodes) {
    try {
      onReleased(await releaseOne(node, session, version, signal));
    } catch (error) {
      if (!isAnswer(error)) throw error;
      onReleased({ node, error });
    }
    if (session.listen().first.aborted) return;
  }
}

async function releaseOne(
  node: string,
  session: Session,
  serverVersion: string,
  signal: AbortSignal,
): Promise<Released> {
  const { connection, clock, commands } = session;
  const ref = { ...place, name: node };
  const found = await readObject(connection, ref);
  if (found === undefined)
    throw apiError({ status: 404, reason: "NotFound", message: `nodes "${node}" not found` });
  const live = await liveObjectsWorld(connection, { refs: [ref], now: clock.now, signal });
  let step: NodeStep | undefined;
  const intended = (object: KubeObject | undefined) => {
    const own = object === undefined ? undefined : releaseStep(nodeFacts(object));
    if (own !== undefined) step = own;
    return own === undefined ? undefined : writesOf(own, places)[0];
  };
  const ended = await run(objectsProcedure({ stages: [[{ ref, intended }]], timeout: 0, commands }), live, {
    ...performing(session, serverVersion, undefined),
    emit: () => {},
  });
  return ended.kind === "stopped" ? { node, stop: ended.reason } : { node, step };
}

/** Undefined: there is nothing of ours on this node. An unreadable lease goes, the cordon stays. */
function releaseStep(node: NodeFacts): NodeStep | undefined {
  if (node.lease === undefined) return undefined;
  if (node.lease === "unreadable")
    return { kind: "drop-lease", node, why: node.unschedulable ? "cordoned-again" : "void" };
  return giveBack(node, node.lease, false, "interrupted");
}
