import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseProtocols } from "../../../src/model/bgp-session.ts";

/** `birdcl show protocols all` of BIRD 1.6 (nest/proto.c, proto/bgp/bgp.c), as Calico's mesh has it. */
const bird1 = `BIRD v0.3.3+birdv1.6.8 ready.
Access restricted
name     proto    table    state  since       info
static1  Static   master   up     10:12:20
  Preference:     200
  Input filter:   ACCEPT
  Output filter:  REJECT
  Routes:         1 imported, 0 exported, 1 preferred

kernel1  Kernel   master   up     10:12:20
  Preference:     10
  Routes:         2 imported, 3 exported, 1 preferred

Mesh_10_0_0_2 BGP      master   up     10:12:24    Established
  Description:    Connection to BGP peer
  Preference:     100
  Input filter:   ACCEPT
  Output filter:  calico_export_to_bgp_peers
  Routes:         3 imported, 1 exported, 3 preferred
  Route change stats:     received   rejected   filtered    ignored   accepted
    Import updates:              3          0          0          0          3
  BGP state:          Established
    Neighbor address: 10.0.0.2
    Neighbor AS:      64512
    Neighbor ID:      10.0.0.2
    Neighbor caps:    refresh enhanced-refresh restart-able llgr-aware AS4 add-path-rx add-path-tx
    Session:          internal multihop AS4 add-path-rx add-path-tx
    Source address:   10.0.0.1
    Hold timer:       149/240
    Keepalive timer:  62/80

Node_10_0_0_9 BGP      master   up     2026-11-21 10:12:24  Established
  Routes:         0 imported, 1 exported, 0 preferred
  BGP state:          Established
    Neighbor address: 10.0.0.9
    Neighbor caps:    refresh AS4

Global_10_0_0_3 BGP      master   start  10:12:20    Connect       Socket: Connection refused
  Preference:     100
  BGP state:          Connect
    Neighbor address: 10.0.0.3
    Neighbor AS:      64512
    Last error:       Socket: Connection refused

`;

/** The same of BIRD 2 (proto/bgp/bgp.c: bgp_show_capabilities), whose routes are told for each channel. */
const bird2 = `BIRD 2.0.12 ready.
Name       Proto      Table      State  Since         Info
device1    Device     ---        up     14:02:11.123  

Mesh_10_0_0_2 BGP        ---        up     14:02:15.456  Established   
  BGP state:          Established
    Neighbor address: 10.0.0.2
    Neighbor AS:      64512
    Local AS:         64512
    Neighbor ID:      10.0.0.2
    Local capabilities
      Multiprotocol
        AF announced: ipv4 ipv6
      Route refresh
      Graceful restart
        Restart time: 120
        AF supported: ipv4
        AF preserved:
      4-octet AS numbers
    Neighbor capabilities
      Multiprotocol
        AF announced: ipv4 ipv6
      Route refresh
      Graceful restart
      4-octet AS numbers
    Session:          internal multihop AS4
  Channel ipv4
    State:          UP
    Routes:         2 imported, 1 exported, 2 preferred
  Channel ipv6
    State:          UP
    Routes:         5 imported, 1 exported, 5 preferred

Node_10_0_0_9 BGP        ---        up     14:02:15.456  Established   
  BGP state:          Established
    Neighbor address: 10.0.0.9
    Local capabilities
      Graceful restart
    Neighbor capabilities
      Route refresh
    Session:          external AS4
`;

describe("sessions are named as BIRD has them", () => {
  test("BIRD 1.x: what it does not say of its own end is not known", () => {
    expect(parseProtocols(bird1)).toEqual({
      kind: "sessions",
      sessions: [
        {
          name: "Mesh_10_0_0_2",
          address: "10.0.0.2",
          state: "Established",
          established: true,
          imported: 3,
          gracefulRestart: { own: "unknown", peer: true },
        },
        {
          name: "Node_10_0_0_9",
          address: "10.0.0.9",
          state: "Established",
          established: true,
          imported: 0,
          gracefulRestart: { own: "unknown", peer: false },
        },
        {
          name: "Global_10_0_0_3",
          address: "10.0.0.3",
          state: "Connect",
          established: false,
          gracefulRestart: { own: "unknown", peer: "unknown" },
        },
      ],
    });
  });

  test("BIRD 2.x: routes of all channels, and who only helps others to restart does not restart gracefully itself", () => {
    expect(parseProtocols(bird2)).toMatchObject({
      kind: "sessions",
      sessions: [
        { name: "Mesh_10_0_0_2", established: true, imported: 7, gracefulRestart: { own: true, peer: true } },
        { name: "Node_10_0_0_9", established: true, gracefulRestart: { own: false, peer: false } },
      ],
    });
  });

  test("a BIRD without peers has no session, and says so", () => {
    const alone = "BIRD 1.6.8 ready.\nname     proto    table    state  since       info\n";
    expect(parseProtocols(alone)).toEqual({ kind: "sessions", sessions: [] });
  });
});

describe("no session is made up", () => {
  test.each([
    ["nothing", ""],
    ["what is no BIRD", "Unable to connect to server control socket (/var/run/calico/bird.ctl)\n"],
    ["an answer without its table", "BIRD 1.6.8 ready.\n"],
    ["a line in between", bird1.replace("static1  Static", "Segmentation fault\nstatic1  Static")],
    ["a session without a state", bird1.replace("  BGP state:          Connect\n", "")],
    ["two of one name", bird1.replace("Node_10_0_0_9 BGP", "Mesh_10_0_0_2 BGP")],
    ["an answer that was cut off within a session", bird1.slice(0, bird1.indexOf("  BGP state:"))],
  ])("of %s", (_what, text) => {
    expect(parseProtocols(text)).toMatchObject({ kind: "unreadable" });
  });

  test("whatever stands there, it is read or refused, and what is read was there", () => {
    const pieces = [...bird1.split("\n"), ...bird2.split("\n"), "\u001B[2J", "x".repeat(300), ""];
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: "binary" })), { maxLength: 60 }),
        (lines) => {
          const text = ["BIRD 1.6.8 ready.", pieces[2], ...lines].join("\n");
          const answer = parseProtocols(text);
          if (answer.kind === "unreadable") return;
          for (const { name, state, established } of answer.sessions) {
            expect(text).toContain(name);
            expect(text).toContain(state);
            expect(established).toBe(state === "Established");
          }
        },
      ),
    );
  });

  test("any sessions that BIRD prints are read as they are", () => {
    const session = fc.record({
      name: fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,40}$/),
      state: fc.constantFrom("Idle", "Connect", "Active", "OpenSent", "OpenConfirm", "Established", "Down"),
      imported: fc.nat(),
      able: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.uniqueArray(session, { selector: ({ name }) => name }), (sessions) => {
        const text = sessions.map(
          ({ name, state, imported, able }) =>
            `${name} BGP      master   ${state === "Established" ? "up" : "start"}     10:12:24    ${state}\n` +
            `  Routes:         ${imported} imported, 1 exported, 3 preferred\n` +
            `  BGP state:          ${state}\n    Neighbor caps:    refresh${able ? " restart-able" : ""} AS4\n`,
        );
        const answer = parseProtocols([bird1.split("static1")[0], ...text].join("\n"));
        expect(
          answer.kind === "sessions" &&
            answer.sessions.map(({ name, state, imported }) => ({ name, state, imported })),
        ).toEqual(sessions.map(({ name, state, imported }) => ({ name, state, imported })));
      }),
    );
  });

  test("an answer of a megabyte takes no longer for being made to take long", () => {
    const head = bird1.split("static1")[0];
    for (const filling of [" ", "a ", "Mesh BGP master ", "\t:", "\n", "  Neighbor capabilities\n"]) {
      const long = `${head}Mesh_1 BGP      master   up  ${filling.repeat(1_000_000 / filling.length)}\n`;
      const began = performance.now();
      parseProtocols(long);
      expect(performance.now() - began, JSON.stringify(filling)).toBeLessThan(1_000);
    }
  });
});
