import { protocols } from "../../../src/model/network-policy.ts";
import type { Truth } from "../../../src/model/reading.ts";
import type { Access } from "../../../src/policy/access.ts";
import type { FlowVerdict } from "../../../src/policy/differences.ts";
import type { End, Flow, PolicyCluster } from "../../../src/policy/cluster.ts";
import { portId } from "../../../src/policy/ports.ts";
import type { Profiles } from "../../../src/policy/profile.ts";
import { has } from "../../../src/policy/ranges.ts";
import type { Universe } from "../../../src/policy/universe.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** One flow, and the numbers under which the universe has its ends and its port. */
export interface NumberedFlow {
  readonly flow: Flow;
  readonly from: number;
  readonly to: number;
  readonly port: number;
}

/** Every flow between the pods and the addresses that the generator can tell apart. */
export function everyFlow(
  cluster: PolicyCluster,
  universe: Universe,
  { outside, portNumbers }: Vocabulary,
): readonly NumberedFlow[] {
  const ends: { end: End; id: number }[] = [
    ...cluster.pods.map((pod, at) => ({
      end: { kind: "pod", pod } as const,
      id: universe.classOf[at] ?? -1,
    })),
    ...outside.map((address) => ({
      end: { kind: "address", address } as const,
      id: universe.classes.length + (universe.addresses.find(address) ?? 0),
    })),
  ];
  // A cluster of one family says nothing about the other one.
  const spokenOf = ends.filter(({ id }) => has(universe.everybody, id));
  const flows: NumberedFlow[] = [];
  for (const from of spokenOf) {
    for (const to of spokenOf) {
      if (from.end.kind === "address" && to.end.kind === "address") continue;
      for (const protocol of protocols) {
        for (const port of portNumbers) {
          flows.push({
            flow: { from: from.end, to: to.end, protocol, port },
            from: from.id,
            to: to.id,
            port: portId(protocol, port),
          });
        }
      }
    }
  }
  return flows;
}

export function word(truth: Truth): FlowVerdict {
  return truth === "unknown" ? "unknown" : truth ? "allow" : "deny";
}

/** What the classes say about one flow. */
export function byClasses(universe: Universe, profiles: Profiles, flow: NumberedFlow): FlowVerdict {
  const sides = (["egress", "ingress"] as const).map((side) => bySide(universe, profiles, side, flow));
  return sides.includes("deny") ? "deny" : sides.includes("unknown") ? "unknown" : "allow";
}

/** And about one end of it. */
export function bySide(
  universe: Universe,
  profiles: Profiles,
  side: "ingress" | "egress",
  { from, to, port }: NumberedFlow,
): FlowVerdict {
  const [own, other] = side === "ingress" ? [to, from] : [from, to];
  const of = universe.classes[own];
  return of === undefined ? "allow" : word(reads(profiles[side](of).access(), other, port));
}

function reads(access: Access, other: number, port: number): Truth {
  const cell = access.find(({ ports }) => has(ports, port));
  if (cell === undefined) throw new Error(`no cell for port ${String(port)}`);
  return has(cell.sure, other) ? true : has(cell.maybe, other) ? "unknown" : false;
}
