import { detachedName } from "../model/names.ts";
import { sh } from "../model/shell.ts";
import { plural, some } from "../model/words.ts";
import type { Commands } from "../plan/decision.ts";
import { isSilent, outdatedNodes } from "../plan/node/pin.ts";
import { runDaemonSet } from "../plan/node/run-lease.ts";
import type { NodeWorld } from "../plan/node/world.ts";
import { heldLines } from "./node-result.ts";

/** What a user can do with a run that goes on in the cluster. */
export function detachedLines(
  { daemonSet }: Pick<NodeWorld, "daemonSet">,
  count: number,
  commands: Commands,
): readonly string[] {
  if (daemonSet === undefined) return [];
  const { facts } = daemonSet;
  const { namespace } = facts;
  return [
    ...heldLines(facts, [], commands),
    `the run over ${plural(count, "node")} continues in the cluster as Job ${namespace}/${detachedName}; this machine is no longer needed`,
    `follow it with: ${commands.other("status", "-w")}, or ${sh`kubectl -n ${namespace} logs -f job/${detachedName}`}`,
    `stop it with: ${commands.other("node", "--stop")}`,
  ];
}

/** What a run that was stopped in the cluster leaves to do; nothing where all nodes are done. */
export function stoppedLines(world: NodeWorld, commands: Commands): readonly string[] {
  const facts = world.daemonSet?.facts;
  if (facts === undefined) return [];
  const { run } = facts;
  const cordoned = [...world.nodes.values()].flatMap(({ name, lease, unschedulable }) =>
    unschedulable && lease !== undefined && lease !== "unreadable" && runDaemonSet(lease.run) === facts.uid
      ? [name]
      : [],
  );
  const outdated = outdatedNodes(world).filter((node) => !isSilent(world, node));
  const command = run === undefined || run === "unreadable" ? undefined : run.command;
  const again = command === undefined ? "" : `; to continue: ${commands.kept(command)}`;
  return [
    ...(cordoned.length === 0
      ? []
      : [
          `still cordoned by this run: ${some(cordoned)}; to give up that cordon: ${commands.other("node", ...cordoned, "--release")}`,
        ]),
    ...(outdated.length === 0
      ? []
      : [`${plural(outdated.length, "node")} still to restart: ${some(outdated, 5)}${again}`]),
    ...heldLines(facts, outdated, commands),
  ];
}
