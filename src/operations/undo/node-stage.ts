import { contentOf } from "../../bundle/content.ts";
import { readObject } from "../../cluster/read-object.ts";
import { interrupted, userError, warningsOn } from "../../errors.ts";
import { restoreObject } from "../../merge/restore-object.ts";
import { daemonSetFacts } from "../../model/daemonset.ts";
import type { KubeObject } from "../../model/kube.ts";
import { nodeResultObject } from "../../render/node-result.ts";
import type { UndoneRestart } from "../../render/undo/kind.ts";
import { restartsOf } from "../../render/undo/restarts.ts";
import { doNodes, lookAtNodes, nodesToDo, type MakeTemplate } from "../apply/nodes.ts";
import { idsOf } from "../../commands/arguments.ts";
import type { NodeOptions } from "../../commands/node/options.ts";
import { ownerOf } from "../../merge/former-owner.ts";
import type { UndoWorld } from "./inverse.ts";
import type { Around } from "./leg.ts";
import type { UndoTarget } from "./staged-entries.ts";

/** How long one node, or one rollout, may take. */
export const patience = 300_000;

/** The DaemonSet's way back: its former template, and node after node by the steps of `node`. */
export interface NodeStage {
  /** Whether the template is as it was and nodes still run the other one: an undo was interrupted there. */
  isBehind(): Promise<boolean>;
  /** Rights and guards of the nodes; what stands against them is told. */
  mayRestart(): Promise<boolean>;
  /** Answers the DaemonSet afterwards. Throws where a node could not be taken back. */
  goBack(restarted: UndoneRestart[]): Promise<KubeObject | undefined>;
}

export interface HowToUndo extends Around {
  /** Rules and guards that hold only until what goes back before the nodes is back. */
  readonly settled: readonly string[];
}

/** Undefined where the run made the DaemonSet: there is nothing to go back to. */
export function nodeStage(
  { entry, before }: UndoTarget,
  { connection }: Pick<UndoWorld, "connection">,
  { options, dryRun, lines, settled }: HowToUndo,
): NodeStage | undefined {
  if (before === undefined) return undefined;
  const { context } = options;
  const { ref, data } = entry;
  const facts = daemonSetFacts(before);
  const nodeOptions: Omit<NodeOptions, "nodes"> = {
    templateOnly: true,
    restart: false,
    noCordon: false,
    timeout: patience,
    takeOver: true,
    ignored: idsOf(options.ignored),
    ...(options.settle === undefined ? {} : { settle: options.settle }),
    dryRun,
    yes: options.yes,
    output: { format: "table" },
    connection: options.connection,
    again: [],
    everywhere: [],
    daemonSet: { namespace: entry.namespace ?? "", name: entry.name },
  };
  const make: MakeTemplate = () =>
    Promise.resolve({
      facts: facts.template,
      strategy: facts.strategy,
      bringInLine: (live) => {
        const found = restoreObject(live, contentOf(live), before, ref, ownerOf(data));
        return found === undefined
          ? { writes: [], template: false }
          : { writes: [found.write], template: found.template };
      },
    });
  const asItIs: MakeTemplate = () =>
    Promise.resolve({ facts: facts.template, bringInLine: () => ({ writes: [], template: false }) });
  // As it will be by then; a dry run has taken nothing back.
  const later = { ...nodeOptions, ignored: new Set([...nodeOptions.ignored, ...settled]) };
  return {
    async isBehind() {
      const left = await nodesToDo(connection, context, nodeOptions, asItIs);
      return left.template || left.nodes.length + left.silent.length > 0;
    },
    async mayRestart() {
      const warn = warningsOn(context);
      return (await lookAtNodes(connection, context, later, make, warn)).allowed;
    },
    async goBack(restarted) {
      const own = dryRun === "none" ? nodeOptions : later;
      const { code, left, results } = await doNodes(connection, context, own, make, !lines);
      restarted.push(...results.flatMap((each) => restartsOf({ nodes: nodeResultObject(each) })));
      if (code === 130 || code === 143) throw interrupted(code, "interrupted; the same command goes on");
      if (code !== 0)
        throw userError("calico-node could not be taken back on every node; the same command goes on");
      if (left.silent.length > 0)
        throw userError(
          `silent nodes still run what the run brought: ${left.silent.join(", ")}; what it uses stays (H01, H16); the same command goes on when they answer`,
        );
      // By the version that the run used: what is compared later is read there.
      return await readObject(connection, ref);
    },
  };
}
