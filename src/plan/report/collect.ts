import type { NodeFacts } from "../../model/node.ts";
import { parseNodeRecord } from "../../model/node-record.ts";
import type { RunCommand } from "../../model/run-command.ts";
import type { CollectedNode, RunRecords } from "../../model/run-records.ts";
import type { Millis } from "../../model/time.ts";
import { zoneOf } from "../fleet/classes.ts";
import type { NodesSeen } from "../node/seen.ts";

/** The nodes that a process has restarted and given back. */
export function restartedIn({ nodes }: Pick<NodesSeen, "nodes">): readonly string[] {
  return Object.keys(nodes).filter((name) => nodes[name]?.outcome?.result === "restarted");
}

/**
 * What the run of this process has left on nodes, by this process and by those before it; undefined: it has restarted
 * none.
 */
export function collectedRecords(
  nodes: readonly NodeFacts[],
  restarted: ReadonlySet<string>,
  now: Millis,
  command: RunCommand,
): RunRecords | undefined {
  const all = nodes.flatMap((node): readonly CollectedNode[] => {
    const record = parseNodeRecord(node.record);
    if (record === undefined || record === "unreadable") return [];
    const zone = zoneOf(node);
    return [{ name: node.name, ...(zone === "" ? {} : { zone }), record }];
  });
  const own = all.filter(({ name }) => restarted.has(name));
  const run = own.toSorted((a, b) => b.record.ended - a.record.ended)[0]?.record.run;
  if (run === undefined) return undefined;
  return { run, collected: now, command, nodes: all.filter(({ record }) => record.run === run) };
}
