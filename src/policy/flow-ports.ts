import type { Access } from "./access.ts";
import { allPorts } from "./ports.ts";
import type { Profiles } from "./profile.ts";
import { empty, has, intersection, unionOf, without, type Ranges } from "./ranges.ts";
import type { Universe } from "./universe.ts";

/** Of all ports between two classes: those that are open, and those of which nobody knows. */
export interface FlowPorts {
  readonly allow: Ranges;
  readonly unknown: Ranges;
}

/** What passes from one class of pods or addresses to another one, by their numbers. */
export function flowPorts({ classes }: Universe, state: Profiles, from: number, to: number): FlowPorts {
  const [source, destination] = [classes[from], classes[to]];
  const lets = destination === undefined ? everything : readFor(state.ingress(destination).access(), from);
  const may = source === undefined ? everything : readFor(state.egress(source).access(), to);
  if (may === everything) return lets;
  if (lets === everything) return may;
  const allow = intersection(lets.allow, may.allow);
  const possible = intersection(unionOf([lets.allow, lets.unknown]), unionOf([may.allow, may.unknown]));
  return { allow, unknown: without(possible, allow) };
}

const everything: FlowPorts = { allow: allPorts, unknown: empty };

function readFor(access: Access, other: number): FlowPorts {
  const [only] = access;
  if (access.length === 1 && only !== undefined && has(only.sure, other)) return everything;
  const sure: Ranges[] = [];
  const perhaps: Ranges[] = [];
  for (const cell of access) {
    if (has(cell.sure, other)) sure.push(cell.ports);
    else if (cell.maybe !== cell.sure && has(cell.maybe, other)) perhaps.push(cell.ports);
  }
  return { allow: unionOf(sure), unknown: unionOf(perhaps) };
}
