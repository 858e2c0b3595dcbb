import type { NamedPort } from "../model/endpoint.ts";
import { protocols, type PortMatch, type Protocol } from "../model/network-policy.ts";
import { range, union, unionOf, type Ranges } from "./ranges.ts";

/** Ports of all protocols in one line: TCP 1–65535, then UDP, then SCTP. */
const perProtocol = 65_536;

export const allPorts: Ranges = unionOf(protocols.map((protocol) => portsBetween(protocol, 1, 65_535)));

export function portId(protocol: Protocol, port: number): number {
  return protocols.indexOf(protocol) * perProtocol + port;
}

/** What matches of these ports at a destination with these named ports; [] of `matches` is every port. */
export function portsFor(matches: readonly PortMatch[], named: readonly NamedPort[]): Ranges {
  if (matches.length === 0) return allPorts;
  return matches.reduce<Ranges>((all, match) => union(all, portsOf(match, named)), []);
}

export function usesNames(matches: readonly PortMatch[]): boolean {
  return matches.some(({ port }) => typeof port === "string");
}

/** Stretches of ports with their protocol. */
export function describePorts(
  set: Ranges,
): readonly { readonly protocol: Protocol; readonly from: number; readonly to: number }[] {
  const found: { protocol: Protocol; from: number; to: number }[] = [];
  for (let at = 0; at < set.length; at += 2) {
    const [from = 0, to = 0] = [set[at], set[at + 1]];
    const protocol = protocols[Math.floor(from / perProtocol)] ?? "TCP";
    found.push({ protocol, from: from % perProtocol, to: (to - 1) % perProtocol });
  }
  return found;
}

function portsOf({ protocol, port, end }: PortMatch, named: readonly NamedPort[]): Ranges {
  if (port === undefined) return portsBetween(protocol, 1, 65_535);
  if (typeof port === "number")
    return portsBetween(protocol, Math.max(port, 1), Math.min(end ?? port, 65_535));
  return unionOf(
    named
      .filter((each) => each.name === port && each.protocol === protocol)
      .map((each) => portsBetween(protocol, each.port, each.port)),
  );
}

function portsBetween(protocol: Protocol, from: number, to: number): Ranges {
  return range(portId(protocol, from), portId(protocol, to) + 1);
}
