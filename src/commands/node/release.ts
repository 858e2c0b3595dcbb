import { list } from "../../cluster/list.ts";
import { discover } from "../../cluster/discovery.ts";
import type { Connection } from "../../cluster/port.ts";
import { sendWrite } from "../../cluster/write.ts";
import type { AppContext } from "../../context.ts";
import { apiError, explain, isApiError } from "../../errors.ts";
import { dryRunSuffix } from "../../flags/dry-run.ts";
import { nodeFacts, type NodeFacts } from "../../model/node.ts";
import { giveBack } from "../../plan/node/give-back.ts";
import type { NodeStep } from "../../plan/node/step.ts";
import { writesOf } from "../../plan/node/writes.ts";
import { mutationLine, stepNotice } from "../../render/node-lines.ts";
import type { NodeOptions } from "./options.ts";

const nodes = { group: "", version: "v1", resource: "nodes", kind: "Node" };
/** Release touches nodes only. */
const places = { nodes, pods: nodes, daemonSets: nodes };

/** Somebody else writes nodes all the time (heartbeats): a lost race is tried again. */
const attempts = 5;

/** Gives up our lease and our cordon on the named nodes; no pod is touched (hazard H13). */
export async function release(
  connection: Connection,
  context: AppContext,
  options: NodeOptions,
  signal: AbortSignal,
): Promise<number> {
  const discovery = await discover(connection, [""], signal);
  let failed = false;
  for (const name of options.nodes) {
    try {
      // One after the other, as kubectl does: the lines come in the order of the arguments.
      await releaseOne(connection, context, options, discovery.version, name);
    } catch (error) {
      if (!isApiError(error)) throw error;
      failed = true;
      context.stderr.write(`${explain(error)}\n`);
    }
  }
  return failed ? 1 : 0;
}

async function releaseOne(
  connection: Connection,
  context: AppContext,
  options: NodeOptions,
  serverVersion: string,
  name: string,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const node = await readNode(connection, name);
    const step = releaseStep(node);
    if (step === undefined) {
      context.stderr.write(`node/${name} has no lease of calico-upgrade\n`);
      return;
    }
    try {
      if (options.dryRun !== "client") {
        for (const write of writesOf(step, places)) {
          await sendWrite(connection, write, { dryRun: options.dryRun === "server", serverVersion });
        }
      }
    } catch (error) {
      if (isApiError(error) && error.status === 409 && attempt < attempts) continue;
      throw error;
    }
    const notice = stepNotice(step);
    if (notice !== undefined) context.stderr.write(`${notice}\n`);
    const line = mutationLine(step, "") ?? `node/${name} annotated`;
    context.stdout.write(
      `${options.output.format === "name" ? `node/${name}` : `${line}${dryRunSuffix(options.dryRun)}`}\n`,
    );
    return;
  }
}

/** Undefined: there is nothing of ours on this node. An unreadable lease goes, the cordon stays. */
function releaseStep(node: NodeFacts): NodeStep | undefined {
  if (node.lease === undefined) return undefined;
  if (node.lease === "unreadable")
    return { kind: "drop-lease", node, why: node.unschedulable ? "cordoned-again" : "void" };
  return giveBack(node, node.lease, false, "interrupted");
}

async function readNode(connection: Connection, name: string): Promise<NodeFacts> {
  const { items } = await list(connection, nodes, {
    fieldSelector: `metadata.name=${name}`,
    pick: nodeFacts,
  });
  const [found] = items;
  if (found === undefined)
    throw apiError({ status: 404, reason: "NotFound", message: `nodes "${name}" not found` });
  return found;
}
