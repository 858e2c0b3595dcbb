import { describe, expect, test } from "vitest";
import { addressOf, type NodeName } from "../../lab/layout.ts";
import { peersOf } from "../../lab/watch/bird.ts";
import { packetGap, sessionGap, withdrawnRoutes } from "../../lab/watch/measures.ts";
import type { Observed, SessionLook } from "../../lab/watch/observed.ts";
import { containerOf, routeOf } from "../../lab/watch/programs.ts";

const nothing: Observed = {
  began: 0,
  ended: 100_000,
  sessions: [],
  routes: [],
  containers: [],
  pods: [],
  clients: [],
};

/** A look at a peer's sessions, a tenth of a second after the one before. */
function look(at: number, node: NodeName, ...peers: readonly NodeName[]): SessionLook {
  return { at, before: at - 100, node, established: peers.map(addressOf) };
}

describe("a gap that was measured is never longer than it was: what is printed is held against it", () => {
  test("a session counts as gone from the first look without it to the last", () => {
    const sessions = [
      look(0, "node-02", "node-01", "node-03"),
      look(10_000, "node-02", "node-03"),
      look(15_000, "node-02", "node-01", "node-03"),
    ];
    expect(sessionGap({ ...nothing, sessions }, "node-01")).toBe(4900);
    expect(sessionGap({ ...nothing, sessions }, "node-03")).toBe(0);
  });

  test("a change of another session in between does not end it", () => {
    const sessions = [
      look(0, "node-02", "node-01", "node-03"),
      look(10_000, "node-02", "node-03"),
      look(12_000, "node-02"),
      look(15_000, "node-02", "node-01"),
    ];
    expect(sessionGap({ ...nothing, sessions }, "node-01")).toBe(4900);
  });

  test("the peer that waited longest counts", () => {
    const sessions = [
      look(0, "node-02", "node-01"),
      look(0, "node-03", "node-01"),
      look(10_000, "node-02"),
      look(10_000, "node-03"),
      look(12_000, "node-02", "node-01"),
      look(19_000, "node-03", "node-01"),
    ];
    expect(sessionGap({ ...nothing, sessions }, "node-01")).toBe(8900);
  });

  test("what the restarted node itself thinks of its sessions does not count", () => {
    const sessions = [look(0, "node-01", "node-02"), look(1000, "node-01"), look(60_000, "node-01")];
    expect(sessionGap({ ...nothing, sessions }, "node-01")).toBe(0);
  });

  test("nor does what a peer lost by a restart of its own", () => {
    const sessions = [
      look(0, "node-02", "node-01"),
      { ...look(10_000, "node-02"), established: undefined },
      look(12_000, "node-02"),
      look(60_000, "node-02", "node-01"),
      look(70_000, "node-02"),
      look(72_000, "node-02", "node-01"),
    ];
    expect(sessionGap({ ...nothing, sessions }, "node-01")).toBe(1900);
  });

  test("a session that never came back is gone until the end", () => {
    const sessions = [look(0, "node-02", "node-01"), look(10_000, "node-02")];
    expect(sessionGap({ ...nothing, sessions }, "node-01")).toBe(90_000);
  });
});

test("a silence that still lasts counts as one, and a refused connection has its own count", () => {
  const line = { time: "", from: "node-01", to: "node-02" } as const;
  const clients: Observed["clients"] = [
    { ...line, kind: "udp", event: "gap", ms: 700 },
    { ...line, kind: "stream", event: "alive", ms: 5200 },
    { ...line, kind: "dial", event: "failed", ms: 9000 },
  ];
  expect(packetGap({ ...nothing, clients })).toBe(5200);
});

describe("what programs print is read as they print it", () => {
  test("birdc's table of protocols", () => {
    const table = [
      "2002-name     proto    table    state  since       info",
      "1002-kernel1  Kernel   master   up     06:40:12    ",
      " Mesh_10_99_0_12 BGP      master   up     06:40:14    Established   ",
      " Mesh_10_99_0_13 BGP      master   start  06:40:12    Passive       ",
      "0000 ",
      "",
    ].join("\n");
    expect(peersOf(table)).toEqual(["10.99.0.12"]);
  });

  test("ip monitor's routes, BIRD's only", () => {
    expect(routeOf("Deleted 10.244.1.0/24 via 10.99.0.12 dev eth0 proto bird ")).toEqual({
      deleted: true,
      destination: "10.244.1.0/24",
    });
    expect(routeOf("10.244.1.0/24 via 10.99.0.12 dev eth0 proto bird metric 32 ")).toMatchObject({
      deleted: false,
    });
    expect(routeOf("Deleted 10.244.0.2 dev veth1 scope host ")).toBeUndefined();
  });

  test("containerd's events, without those of a probe's process", () => {
    const event = (id: string) =>
      `2026-01-01 00:00:00 +0000 UTC k8s.io /tasks/exit {"container_id":"abc","id":"${id}","pid":7,"exit_status":137}`;
    expect(containerOf(event("abc"))).toEqual({ what: "exit", container: "abc" });
    expect(containerOf(event("probe"))).toBeUndefined();
  });

  test("withdrawn routes are named with the node that lost them", () => {
    const routes = [{ at: 1, node: "node-02", deleted: true, destination: "10.244.0.0/24" }] as const;
    expect(withdrawnRoutes({ ...nothing, routes })).toEqual(["node-02: 10.244.0.0/24"]);
  });
});
