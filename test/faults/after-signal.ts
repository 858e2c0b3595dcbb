/** What a run may still write when it was told to end, and what it has to say. */
import { offered, isSameCommand } from "./continuation.ts";
import type { SeenRequest } from "./proxy.ts";
import { requestText } from "./request.ts";

/** Writes that begin after the signal and neither end the work on the node under way nor give anything back. */
export function begunAfter(
  seen: readonly SeenRequest[],
  /** How many requests there were when the signal had been taken. */
  before: number,
): readonly string[] {
  const underWay = seen.slice(0, before).findLast(({ writes, resource }) => writes && resource === "nodes");
  return seen
    .slice(before)
    .filter((request) => request.writes && !isOfNode(request, underWay?.name) && !marksOrGivesBack(request))
    .map((request) => `begun after the signal: ${requestText(request)}`);
}

function isOfNode({ verb, resource, name }: SeenRequest, node: string | undefined): boolean {
  return verb === "patch" && resource === "nodes" && name === node;
}

/** Our own annotations: the run's lease, the pin, the mark of what a pod was started with. */
function marksOrGivesBack({ verb, resource, body }: SeenRequest): boolean {
  const workloads = ["daemonsets", "deployments", "replicasets", "pods"];
  return verb === "patch" && workloads.includes(resource) && body.includes("calico-upgrade/");
}

export interface Ended {
  /** Standard error from the signal on. */
  readonly said: string;
  readonly ran: readonly string[];
  /** Nodes that are cordoned now, by us. */
  readonly cordoned: readonly string[];
}

/** What the last lines keep from the user, or say wrongly. */
export function badLastLines({ said, ran, cordoned }: Ended): readonly string[] {
  const commands = offered(said);
  const [command, second] = commands;
  const named = (node: string): boolean =>
    said.split("\n").some((line) => line.includes(node) && line.includes("cordoned"));
  const all = commands.map((words) => words.join(" ")).join(" | ");
  return [
    ...(command === undefined ? ["no command to go on with is printed"] : []),
    ...(second === undefined ? [] : [`several commands to go on with: ${all}`]),
    ...(command === undefined || commands.every((each) => isSameCommand(each, ran))
      ? []
      : [`another command than the one that ran: ${all}`]),
    ...cordoned.filter((node) => !named(node)).map((node) => `${node} stays cordoned and is not named`),
  ];
}
