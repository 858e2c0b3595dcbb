/**
 * Truth tables that others publish, as facts: who reaches whom under which policy. Used were
 * - the e2e suite of Kubernetes (test/e2e/network/netpol/network_policy.go), every case about what a policy
 *   means; cases that change an object in between are the state before and the state after;
 * - the conformance cases of cyclonus and policy-assistant (targets, peers, ports and protocols: nil, empty
 *   and given, each with the other), as far as they differ from the former;
 * - the recipes of ahmetb/kubernetes-network-policy-recipes (01 to 14).
 * As there: three namespaces x, y, z with pods a, b, c, every pod serves 80 and 81 on three protocols with
 * named ports, and a pod's way to itself is not judged.
 */
import { describe, expect, test } from "vitest";
import type { Protocol } from "../../../src/model/network-policy.ts";
import type { End } from "../../../src/policy/cluster.ts";
import { flowPorts } from "../../../src/policy/flow-ports.ts";
import { portId } from "../../../src/policy/ports.ts";
import { profiles } from "../../../src/policy/profile.ts";
import { has } from "../../../src/policy/ranges.ts";
import { makeUniverse } from "../../../src/policy/universe.ts";
import { v1Allows } from "../../../src/policy/v1.ts";
import {
  clusterOf,
  type RawCluster,
  type RawPeer,
  type RawPolicySpec,
  type RawSelector,
} from "./raw-cluster.ts";

const spaces = ["x", "y", "z"] as const;
const names = ["a", "b", "c"] as const;
const served = (["TCP", "UDP", "SCTP"] as const).flatMap((protocol) =>
  [80, 81].map((containerPort) => ({
    name: `serve-${String(containerPort)}-${protocol.toLowerCase()}`,
    protocol,
    containerPort,
  })),
);
const pods = spaces.flatMap((namespace, n) =>
  names.map((name, p) => ({
    namespace,
    name,
    labels: { pod: name },
    ip: `10.0.${String(n)}.${String(p + 1)}`,
    ports: served,
  })),
);
/** Outside of the cluster. */
const world = ["8.8.8.8", "192.168.242.249"];

/** `FROM > TO`, `*` for any pod, `x/*` for a namespace's, `out` for addresses outside; later ones count. */
type Table = readonly (readonly [pattern: string, allowed: boolean])[];
interface Case {
  readonly policies: readonly (readonly [namespace: string, spec: RawPolicySpec])[];
  readonly tables: Readonly<Record<string, Table>>;
}

const pod = (...values: readonly string[]): RawSelector =>
  values.length === 1
    ? { matchLabels: { pod: values[0] ?? "" } }
    : { matchExpressions: [{ key: "pod", operator: "In", values }] };
const ns = (operator: "In" | "NotIn", ...values: readonly string[]): RawSelector => ({
  matchExpressions: [{ key: "ns", operator, values }],
});
const nsIs = (name: string): RawSelector => ({ matchLabels: { ns: name } });
const everything: RawSelector = {};
const ingress = (podSelector: RawSelector, ...rules: RawPolicySpec["ingress"] & {}): RawPolicySpec => ({
  podSelector,
  ingress: rules,
  policyTypes: ["Ingress"],
});
const egress = (podSelector: RawSelector, ...rules: RawPolicySpec["egress"] & {}): RawPolicySpec => ({
  podSelector,
  egress: rules,
  policyTypes: ["Egress"],
});
const from = (...peers: readonly RawPeer[]) => ({ from: peers });
const on = (...ports: readonly (number | string)[]) => ({ ports: ports.map((port) => ({ port })) });
const onlyInto = (target: string, ...sources: readonly string[]): Table => [
  [`* > ${target}`, false],
  [`out > ${target}`, false],
  ...sources.map((source) => [`${source} > ${target}`, true] as const),
];
const onlyOutOf = (source: string, ...targets: readonly string[]): Table => [
  [`${source} > *`, false],
  [`${source} > out`, false],
  ...targets.map((target) => [`${source} > ${target}`, true] as const),
];

const kubernetes: Readonly<Record<string, Case>> = {
  "default-deny-ingress": {
    policies: [["x", ingress(everything)]],
    tables: { "TCP 80": onlyInto("x/*") },
  },
  "default-deny-all": {
    policies: [["x", { podSelector: {}, policyTypes: ["Ingress", "Egress"] }]],
    tables: { "TCP 80": [...onlyInto("x/*"), ...onlyOutOf("x/*")] },
  },
  "traffic from pods of the server's namespace by podSelector": {
    policies: [["x", ingress(pod("a"), from({ podSelector: pod("b") }))]],
    tables: { "TCP 80": onlyInto("x/a", "x/b") },
  },
  "ingress for a target beside a default-deny": {
    policies: [
      ["x", ingress(everything)],
      ["x", ingress(pod("a"), from({ podSelector: {}, namespaceSelector: {} }))],
    ],
    tables: { "TCP 80": [...onlyInto("x/*"), ["* > x/a", true]] },
  },
  "pods in all namespaces, and no address outside": {
    policies: [["x", ingress(pod("a"), from({ namespaceSelector: { matchLabels: {} } }))]],
    tables: { "TCP 80": onlyInto("x/a", "*") },
  },
  "only another namespace": {
    policies: [["x", ingress(pod("a"), from({ namespaceSelector: nsIs("y") }))]],
    tables: { "TCP 80": onlyInto("x/a", "y/*") },
  },
  "podSelector with matchExpressions": {
    policies: [
      [
        "x",
        ingress(
          pod("a"),
          from({ podSelector: { matchExpressions: [{ key: "pod", operator: "In", values: ["b"] }] } }),
        ),
      ],
    ],
    tables: { "TCP 80": onlyInto("x/a", "x/b") },
  },
  "namespaceSelector with matchExpressions": {
    policies: [["x", ingress(pod("a"), from({ namespaceSelector: ns("In", "y") }))]],
    tables: { "TCP 80": onlyInto("x/a", "y/*") },
  },
  "podSelector or namespaceSelector": {
    policies: [
      ["x", ingress(pod("a"), from({ namespaceSelector: ns("NotIn", "x") }, { podSelector: pod("b") }))],
    ],
    tables: { "TCP 80": onlyInto("x/a", "y/*", "z/*", "x/b") },
  },
  "podSelector and namespaceSelector": {
    policies: [
      ["x", ingress(pod("a"), from({ namespaceSelector: ns("NotIn", "x"), podSelector: pod("b") }))],
    ],
    tables: { "TCP 80": onlyInto("x/a", "y/b", "z/b") },
  },
  "several pods in several namespaces": {
    policies: [
      ["x", ingress(pod("a"), from({ namespaceSelector: ns("NotIn", "x"), podSelector: pod("b", "c") }))],
    ],
    tables: { "TCP 80": onlyInto("x/a", "y/b", "y/c", "z/b", "z/c") },
  },
  "any of several podSelectors": {
    policies: [["x", ingress(pod("a"), from({ podSelector: pod("b") }, { podSelector: pod("c") }))]],
    tables: { "TCP 80": onlyInto("x/a", "x/b", "x/c") },
  },
  "one pod of another namespace": {
    policies: [["x", ingress(pod("a"), from({ namespaceSelector: nsIs("y"), podSelector: pod("a") }))]],
    tables: { "TCP 80": onlyInto("x/a", "y/a") },
  },
  "a port": {
    policies: [
      [
        "x",
        ingress(pod("a"), {
          ...from({ namespaceSelector: nsIs("y") }),
          ports: [{ port: 81, protocol: "TCP" }],
        }),
      ],
    ],
    tables: { "TCP 81": onlyInto("x/a", "y/*"), "TCP 80": onlyInto("x/a"), "UDP 81": onlyInto("x/a") },
  },
  "policies that lie over each other": {
    policies: [
      ["x", ingress(pod("a"), { ...from({ namespaceSelector: nsIs("y") }), ...on(81) })],
      ["x", ingress(pod("a"), { ...from({ namespaceSelector: nsIs("y") }), ...on(80) })],
    ],
    tables: { "TCP 80": onlyInto("x/a", "y/*"), "TCP 81": onlyInto("x/a", "y/*") },
  },
  "allow-all": {
    policies: [["x", ingress(everything, {})]],
    tables: { "TCP 80": [], "TCP 81": [], "UDP 81": [] },
  },
  "a named port": {
    policies: [["x", ingress(everything, on("serve-81-tcp"))]],
    tables: { "TCP 81": [], "TCP 80": onlyInto("x/*"), "UDP 81": onlyInto("x/*") },
  },
  "a named port from a namespace": {
    policies: [
      ["x", ingress(pod("a"), { ...from({ namespaceSelector: nsIs("y") }), ...on("serve-80-tcp") })],
    ],
    tables: { "TCP 80": onlyInto("x/a", "y/*"), "TCP 81": onlyInto("x/a") },
  },
  "a named port at egress: nothing outside has names": {
    policies: [["x", egress(everything, on("serve-80-tcp"))]],
    tables: { "TCP 80": [["x/* > out", false]], "TCP 81": onlyOutOf("x/*") },
  },
  "a namespace without the label, before it gets it": {
    policies: [["x", ingress(pod("a"), from({ namespaceSelector: { matchLabels: { ns2: "updated" } } }))]],
    tables: { "TCP 80": onlyInto("x/a") },
  },
  "only the own namespace": {
    policies: [["x", ingress(everything, from({ podSelector: {} }))]],
    tables: { "TCP 80": onlyInto("x/*", "x/*") },
  },
  "no egress of one pod": {
    policies: [["x", egress(pod("a"))]],
    tables: { "TCP 80": onlyOutOf("x/a") },
  },
  "no egress of a namespace": {
    policies: [["x", egress(everything)]],
    tables: { "TCP 80": onlyOutOf("x/*") },
  },
  "ingress and egress in one policy": {
    policies: [
      [
        "x",
        {
          podSelector: pod("a"),
          ingress: [from({ podSelector: pod("b") })],
          egress: [on(80)],
          policyTypes: ["Egress", "Ingress"],
        },
      ],
    ],
    tables: {
      "TCP 80": onlyInto("x/a", "x/b"),
      "TCP 81": [...onlyInto("x/a", "x/b"), ...onlyOutOf("x/a")],
    },
  },
  "egress that the client's side denies, although the server allows it": {
    policies: [
      ["x", egress(pod("a"), { to: [{ namespaceSelector: nsIs("y"), podSelector: pod("a") }] })],
      ["y", ingress(pod("a"), from({ namespaceSelector: nsIs("x"), podSelector: pod("a") }))],
      ["y", ingress(pod("b"), from({ namespaceSelector: nsIs("x"), podSelector: pod("a") }))],
    ],
    tables: {
      "TCP 80": [...onlyInto("y/a"), ...onlyInto("y/b"), ...onlyOutOf("x/a", "y/a")],
    },
  },
  "egress to one pod of another namespace": {
    policies: [["x", egress(pod("a"), { to: [{ namespaceSelector: nsIs("y"), podSelector: pod("a") }] })]],
    tables: { "TCP 80": onlyOutOf("x/a", "y/a") },
  },
  "any port of one protocol": {
    policies: [["x", ingress(pod("a"), { ports: [{ protocol: "TCP" }] })]],
    tables: { "TCP 80": [], "UDP 80": onlyInto("x/a"), "SCTP 80": onlyInto("x/a") },
  },
  "allow-all beside one port, ingress": {
    policies: [
      ["x", ingress(everything, on(80))],
      ["x", ingress(everything, {})],
    ],
    tables: { "TCP 81": [] },
  },
  "allow-all beside one port, egress": {
    policies: [
      ["x", egress(everything, on(80))],
      ["x", egress(everything, {})],
    ],
    tables: { "TCP 81": [] },
  },
  "egress to one address of a pod": {
    policies: [["x", egress(pod("a"), { to: [{ ipBlock: { cidr: "10.0.1.2/32" } }] })]],
    tables: { "TCP 80": onlyOutOf("x/a", "y/b") },
  },
  "except within a block": {
    policies: [
      ["x", egress(pod("a"), { to: [{ ipBlock: { cidr: "10.0.0.0/16", except: ["10.0.0.2/32"] } }] })],
    ],
    tables: {
      "TCP 80": [
        ["x/a > out", false],
        ["x/a > x/b", false],
      ],
    },
  },
  "except in one policy, allowed by another": {
    policies: [
      ["x", egress(pod("a"), { to: [{ ipBlock: { cidr: "10.0.0.0/16", except: ["10.0.0.2/32"] } }] })],
      ["x", egress(pod("a"), { to: [{ ipBlock: { cidr: "10.0.0.2/32" } }] })],
    ],
    tables: { "TCP 80": [["x/a > out", false]] },
  },
  "ingress and egress of a pod are separate": {
    policies: [
      ["x", egress(pod("a"), {})],
      ["x", ingress(pod("a"))],
    ],
    tables: { "TCP 80": onlyInto("x/a") },
  },
  "SCTP is not TCP": {
    policies: [
      ["x", ingress(everything)],
      ["x", ingress(pod("a"), { ports: [{ port: 81, protocol: "SCTP" }] })],
    ],
    tables: {
      "TCP 81": onlyInto("x/*"),
      "SCTP 81": [...onlyInto("x/*"), ["* > x/a", true], ["out > x/a", true]],
    },
  },
  "a policy for SCTP alone isolates": {
    policies: [["x", ingress(pod("a"), { ports: [{ port: 81, protocol: "SCTP" }] })]],
    tables: { "TCP 81": onlyInto("x/a"), "SCTP 81": [], "SCTP 80": onlyInto("x/a") },
  },
};

const cyclonus: Readonly<Record<string, Case>> = {
  "policyTypes absent, no rules: ingress alone": {
    policies: [["x", { podSelector: {} }]],
    tables: { "TCP 80": onlyInto("x/*") },
  },
  "policyTypes absent, egress rules: both ways": {
    policies: [["x", { podSelector: {}, egress: [{}] }]],
    tables: { "TCP 80": onlyInto("x/*") },
  },
  "policyTypes absent, egress empty: ingress alone": {
    policies: [["x", { podSelector: {}, egress: [] }]],
    tables: { "TCP 80": onlyInto("x/*") },
  },
  "egress rules that policyTypes leave out do nothing": {
    policies: [["x", { podSelector: {}, ingress: [{}], egress: [on(80)], policyTypes: ["Ingress"] }]],
    tables: { "TCP 81": [] },
  },
  "rules null and rules empty are the same": {
    policies: [["x", { podSelector: {}, ingress: null, egress: [], policyTypes: ["Ingress", "Egress"] }]],
    tables: { "TCP 80": [...onlyInto("x/*"), ...onlyOutOf("x/*")] },
  },
  "peers and ports null or empty are everybody and every port": {
    policies: [["x", ingress(pod("a"), { from: null, ports: [] })]],
    tables: { "SCTP 81": [] },
  },
  "namespaceSelector empty, podSelector given": {
    policies: [["x", ingress(pod("a"), from({ namespaceSelector: {}, podSelector: pod("c") }))]],
    tables: { "TCP 80": onlyInto("x/a", "x/c", "y/c", "z/c") },
  },
  "namespaceSelector given, podSelector empty": {
    policies: [["x", ingress(pod("a"), from({ namespaceSelector: nsIs("z"), podSelector: {} }))]],
    tables: { "TCP 80": onlyInto("x/a", "z/*") },
  },
  "namespaceSelector null counts as absent": {
    policies: [["x", ingress(pod("a"), from({ namespaceSelector: null, podSelector: pod("c") }))]],
    tables: { "TCP 80": onlyInto("x/a", "x/c") },
  },
  "Exists and DoesNotExist": {
    policies: [
      [
        "x",
        ingress(
          { matchExpressions: [{ key: "pod", operator: "Exists" }] },
          from({ podSelector: { matchExpressions: [{ key: "pod", operator: "DoesNotExist" }] } }),
        ),
      ],
    ],
    tables: { "TCP 80": onlyInto("x/*") },
  },
  "NotIn selects what has no such key": {
    policies: [["x", ingress({ matchExpressions: [{ key: "other", operator: "NotIn", values: ["a"] }] })]],
    tables: { "TCP 80": onlyInto("x/*") },
  },
  "matchLabels and matchExpressions both hold": {
    policies: [
      [
        "x",
        ingress({
          matchLabels: { pod: "a" },
          matchExpressions: [{ key: "pod", operator: "NotIn", values: ["a"] }],
        }),
      ],
    ],
    tables: { "TCP 80": [] },
  },
  "a block beside pods, and one port for all": {
    policies: [
      [
        "x",
        egress(
          pod("a"),
          {
            to: [{ podSelector: {} }, { ipBlock: { cidr: "192.168.242.213/24" } }],
            ports: [{ port: 80, protocol: "TCP" }],
          },
          { ports: [{ port: 53, protocol: "UDP" }] },
        ),
      ],
    ],
    tables: {
      "TCP 80": [...onlyOutOf("x/a", "x/*", "192.168.242.249")],
      "UDP 53": [],
      "UDP 80": onlyOutOf("x/a"),
    },
  },
  "a port without protocol is TCP": {
    policies: [["x", ingress(pod("a"), on(80))]],
    tables: { "TCP 80": [], "UDP 80": onlyInto("x/a"), "SCTP 80": onlyInto("x/a") },
  },
  "a named port counts with its own protocol only": {
    policies: [["x", ingress(pod("a"), { ports: [{ port: "serve-80-udp", protocol: "TCP" }] })]],
    tables: { "TCP 80": onlyInto("x/a"), "UDP 80": onlyInto("x/a") },
  },
  "a name that no pod has": {
    policies: [["x", ingress(pod("a"), on("nobody"))]],
    tables: { "TCP 80": onlyInto("x/a") },
  },
  endPort: {
    policies: [["x", ingress(pod("a"), { ports: [{ port: 70, endPort: 80 }] })]],
    tables: {
      "TCP 69": onlyInto("x/a"),
      "TCP 70": [],
      "TCP 75": [],
      "TCP 80": [],
      "TCP 81": onlyInto("x/a"),
    },
  },
  "the whole address space is everybody, pods too": {
    policies: [["x", ingress(pod("a"), from({ ipBlock: { cidr: "0.0.0.0/0" } }))]],
    tables: { "TCP 80": [] },
  },
  "an except inside another one, and beside it": {
    policies: [
      [
        "x",
        ingress(
          pod("a"),
          from({ ipBlock: { cidr: "10.0.0.0/8", except: ["10.0.1.0/24", "10.0.1.2/32", "10.0.2.1/32"] } }),
        ),
      ],
    ],
    tables: { "TCP 80": onlyInto("x/a", "x/*", "z/b", "z/c") },
  },
};

const recipes: Readonly<Record<string, Case>> = {
  "01 deny all traffic to an application": {
    policies: [["x", { podSelector: pod("a"), ingress: [] }]],
    tables: { "TCP 80": onlyInto("x/a") },
  },
  "02 limit traffic to an application": {
    policies: [["x", { podSelector: pod("a"), ingress: [from({ podSelector: pod("b") })] }]],
    tables: { "TCP 80": onlyInto("x/a", "x/b") },
  },
  "02a allow all traffic to an application": {
    policies: [
      ["x", { podSelector: {}, ingress: [] }],
      ["x", { podSelector: pod("a"), ingress: [{}] }],
    ],
    tables: { "TCP 80": [...onlyInto("x/b"), ...onlyInto("x/c")] },
  },
  "04 deny traffic from other namespaces": {
    policies: [["x", { podSelector: { matchLabels: {} }, ingress: [from({ podSelector: {} })] }]],
    tables: { "TCP 80": onlyInto("x/*", "x/*") },
  },
  "07 some pods of another namespace": {
    policies: [
      [
        "x",
        { podSelector: pod("a"), ingress: [from({ namespaceSelector: nsIs("y"), podSelector: pod("c") })] },
      ],
    ],
    tables: { "TCP 80": onlyInto("x/a", "y/c") },
  },
  "08 external traffic": {
    policies: [["x", { podSelector: pod("a"), ingress: [{ from: [] }] }]],
    tables: { "TCP 80": [] },
  },
  "09 a port for some pods": {
    policies: [
      [
        "x",
        { podSelector: pod("a"), ingress: [{ ports: [{ port: 81 }], ...from({ podSelector: pod("b") }) }] },
      ],
    ],
    tables: { "TCP 81": onlyInto("x/a", "x/b"), "TCP 80": onlyInto("x/a") },
  },
  "10 several selectors": {
    policies: [
      [
        "x",
        {
          podSelector: pod("a"),
          ingress: [from({ podSelector: pod("b") }), from({ podSelector: pod("c") })],
        },
      ],
    ],
    tables: { "TCP 80": onlyInto("x/a", "x/b", "x/c") },
  },
  "11 deny egress but DNS": {
    policies: [
      [
        "x",
        egress(pod("a"), {
          ports: [
            { port: 53, protocol: "UDP" },
            { port: 53, protocol: "TCP" },
          ],
        }),
      ],
    ],
    tables: { "UDP 53": [], "TCP 53": [], "TCP 80": onlyOutOf("x/a") },
  },
  "14 deny external egress": {
    policies: [["x", egress(pod("a"), { to: [{ namespaceSelector: {} }] })]],
    tables: { "TCP 80": [["x/a > out", false]] },
  },
};

describe.each([
  ["Kubernetes' e2e suite", kubernetes],
  ["cyclonus and policy-assistant", cyclonus],
  ["the recipes", recipes],
])("%s", (_, cases) => {
  test.each(Object.entries(cases))("%s", (_name, { policies, tables }) => {
    const raw: RawCluster = {
      namespaces: spaces.map((name) => ({ name, labels: { ns: name } })),
      pods,
      policies: policies.map(([namespace, spec], at) => ({ namespace, name: `p${String(at)}`, spec })),
    };
    const cluster = clusterOf(raw);
    expect(cluster.policies.filter(({ unreadable }) => unreadable !== undefined)).toEqual([]);
    const universe = makeUniverse(cluster);
    const v1 = { kind: "v1", egress: true, ipBlock: "its addresses" } as const;
    const state = profiles(universe, { semantics: v1, has: () => true, isolation: () => "open" });
    const ends = [
      ...cluster.pods.map((each, at) => ({
        text: `${each.namespace}/${each.name}`,
        end: { kind: "pod", pod: each } satisfies End,
        id: universe.classOf[at] ?? -1,
      })),
      ...world.map((address) => ({
        text: address,
        end: { kind: "address", address } satisfies End,
        id: universe.classes.length + (universe.addresses.find(address) ?? 0),
      })),
    ];
    for (const [where, table] of Object.entries(tables)) {
      const [protocol, port] = where.split(" ") as [Protocol, string];
      for (const source of ends) {
        for (const target of ends) {
          if (source === target || (source.end.kind === "address" && target.end.kind === "address")) continue;
          const expected = tabled(table, source.text, target.text);
          const told = `${source.text} > ${target.text} ${where}`;
          const flow = { from: source.end, to: target.end, protocol, port: Number(port) };
          expect([told, v1Allows(flow, cluster, v1)]).toEqual([told, expected]);
          const { allow } = flowPorts(universe, state, source.id, target.id);
          expect([told, has(allow, portId(protocol, Number(port)))]).toEqual([told, expected]);
        }
      }
    }
  });
});

function tabled(table: Table, source: string, target: string): boolean {
  const matches = (pattern: string, text: string): boolean => {
    const isPod = text.includes("/");
    if (pattern === "*") return isPod;
    if (pattern === "out") return !isPod;
    return pattern.endsWith("/*") ? text.startsWith(pattern.slice(0, -1)) : pattern === text;
  };
  const rules = table.filter(([pattern]) => {
    const [left = "", right = ""] = pattern.split(" > ");
    return matches(left, source) && matches(right, target);
  });
  return rules.at(-1)?.[1] ?? true;
}
