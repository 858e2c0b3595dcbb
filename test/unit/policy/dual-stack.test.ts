import { describe, expect, test } from "vitest";
import { flowChanges } from "../../../src/policy/changes.ts";
import { profiles } from "../../../src/policy/profile.ts";
import { has } from "../../../src/policy/ranges.ts";
import { makeUniverse } from "../../../src/policy/universe.ts";
import { v1Allows } from "../../../src/policy/v1.ts";
import { clusterOf, type RawPeer, type RawRule } from "./raw-cluster.ts";

/** A client of two addresses, and a server whose policy names it by blocks. */

const block = (cidr: string, ...except: string[]): RawPeer => ({ ipBlock: { cidr, except } });
const today = { kind: "v1", egress: true, ipBlock: "its addresses" } as const;

function world(ingress: readonly RawRule[]) {
  return clusterOf({
    namespaces: [{ name: "shop" }],
    pods: [
      { namespace: "shop", name: "client", labels: {}, ip: "10.0.0.1", secondIp: "fd00::1" },
      { namespace: "shop", name: "server", labels: { app: "server" }, ip: "10.0.0.2", secondIp: "fd00::2" },
    ],
    policies: [
      {
        namespace: "shop",
        name: "to-server",
        spec: { podSelector: { matchLabels: { app: "server" } }, ingress },
      },
    ],
  });
}

describe("ipBlock and pods of two addresses", () => {
  test.each<[string, readonly RawPeer[], boolean | "unknown", string]>([
    ["both families are let in by one rule", [block("10.0.0.0/8"), block("fd00::/8")], true, ""],
    ["IPv4 alone is let in: IPv6 would break", [block("10.0.0.0/8")], "unknown", "allow > unknown"],
    ["IPv6 alone is let in: IPv4 would break", [block("fd00::/8")], "unknown", "allow > unknown"],
    [
      "all but its IPv6 address",
      [block("10.0.0.0/8"), block("fd00::/8", "fd00::1/128")],
      "unknown",
      "allow > unknown",
    ],
    ["neither is let in", [block("192.168.0.0/16")], false, "allow > deny"],
    ["a selector lets in whatever address it has", [block("10.0.0.0/8"), { podSelector: {} }], true, ""],
  ])("%s", (_name, from, allowed, told) => {
    const cluster = world([{ from }]);
    const [client, server] = cluster.pods;
    if (client === undefined || server === undefined) throw new Error("two pods");
    const flow = {
      from: { kind: "pod", pod: client },
      to: { kind: "pod", pod: server },
      protocol: "TCP",
      port: 80,
    } as const;
    expect(v1Allows(flow, cluster, today)).toBe(allowed);

    const universe = makeUniverse(cluster);
    const regime = { has: () => true, isolation: () => "open" as const };
    const changes = flowChanges(
      universe,
      profiles(universe, { ...regime, semantics: { kind: "legacy", driver: "kubernetes" } }),
      profiles(universe, { ...regime, semantics: today }),
    );
    const [first = -1, second = -1] = universe.classOf;
    const ofClient = changes.filter(({ from: source, to }) => has(source, first) && has(to, second));
    expect(ofClient.map(({ before, after }) => `${before} > ${after}`).join()).toBe(told);
  });
});
