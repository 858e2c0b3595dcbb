/** What a run may still write when it was told to end, and what it has to say. */
import { canonical, isSameCommand, offered } from "./continuation.ts";
import type { SeenRequest } from "./proxy.ts";
import { requestText } from "./request.ts";
import { isPull } from "./printed.ts";

/**
 * Writes that begin after the signal and neither end what is under way (one node, or the controller, which is not
 * left without a successor) nor give anything back. `before`: how many requests there were when it had been taken.
 */
export function begunAfter(seen: readonly SeenRequest[], before: number): readonly string[] {
  const underWay = seen
    .slice(0, before)
    .findLast((request) => request.writes && isOfPart(request) && !marksOrGivesBack(request));
  return seen
    .slice(before)
    .filter((request) => request.writes && !isSamePart(request, underWay) && !marksOrGivesBack(request))
    .map((request) => `begun after the signal: ${requestText(request)}`);
}

const controllers = ["deployments", "replicasets", "replicasets/scale", "deployments/scale"];

function isOfPart({ resource }: SeenRequest): boolean {
  return resource === "nodes" || controllers.includes(resource);
}

function isSamePart({ verb, resource, name }: SeenRequest, underWay: SeenRequest | undefined): boolean {
  if (underWay === undefined) return false;
  if (resource === "nodes")
    return verb === "patch" && underWay.resource === "nodes" && underWay.name === name;
  return controllers.includes(resource) && controllers.includes(underWay.resource);
}

/** Our own annotations (the run's lease, the pin, the mark of what a pod was started with), and pods that pull. */
function marksOrGivesBack(request: SeenRequest): boolean {
  const { verb, resource, body } = request;
  if (isPull(request) && verb === "delete") return true;
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
  const [command] = commands;
  const different = new Set(commands.map(canonical)).size;
  const named = (node: string): boolean =>
    said.split("\n").some((line) => line.includes(node) && line.includes("cordoned"));
  const all = commands.map((words) => words.join(" ")).join(" | ");
  return [
    ...(command === undefined ? ["no command to go on with is printed"] : []),
    ...(different < 2 ? [] : [`several commands to go on with: ${all}`]),
    ...(command === undefined || commands.every((each) => isSameCommand(each, ran))
      ? []
      : [`another command than the one that ran: ${all}`]),
    ...cordoned.filter((node) => !named(node)).map((node) => `${node} stays cordoned and is not named`),
  ];
}
