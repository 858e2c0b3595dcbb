import * as fc from "fast-check";
import { movedKinds, type OldKind } from "../../../src/data/kinds.ts";
import { poolName } from "../../../src/data/ip-pool.ts";
import type { JsonObject, KubeObject } from "../../../src/model/kube.ts";

/** An old object as the API shows it. */
export function oldObject(
  kind: OldKind,
  name: string,
  spec: unknown,
  metadata: Partial<KubeObject["metadata"]> = {},
): KubeObject {
  const group = movedKinds.find(({ old }) => old.kind === kind)?.old.groups[0] ?? "";
  return {
    apiVersion: `${group}/v1`,
    kind,
    metadata: { name, namespace: "kube-system", uid: `uid-${name}`, resourceVersion: "1", ...metadata },
    spec,
  };
}

export interface Case {
  readonly kind: OldKind;
  readonly name: string;
  readonly spec: JsonObject;
  /** What Calico meant by it, in fields of ours. */
  readonly meant: JsonObject;
}

/** Values that break careless tools: lines that look like YAML fields, quotes, other alphabets, nothing. */
const uglyText = fc.oneof(
  fc.constantFrom(
    "",
    "true",
    "0777",
    "null",
    "~",
    "namespace: x\nuid: y\nresourceVersion: 1",
    "kind: GlobalConfig",
    "- a\n- b",
    '{"a": "b"}',
    "ä ö €  \t tab",
    "'single' \"double\" `back`",
    "# no comment",
    "a: b",
    "\u2028line\u2029",
    "trailing \n\n",
  ),
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({ maxLength: 200 }),
);

const configName = fc
  .constantFrom("LogSeverityScreen", "IpInIpEnabled", "ClusterGUID", "AsNumber", "node_mesh", "x.y-z")
  .map((name) => name);

const config = (kind: "GlobalConfig" | "GlobalBgpConfig"): fc.Arbitrary<Case> =>
  fc.record({ name: configName, value: uglyText }).map(({ name, value }) => ({
    kind,
    name: name.toLowerCase(),
    spec: { name, value },
    meant: { name, value },
  }));

const cidr = fc.oneof(
  fc
    .tuple(fc.integer({ min: 1, max: 223 }), fc.nat(255), fc.integer({ min: 8, max: 16 }))
    .map(
      ([a, b, prefix]) => `${String(a)}.${prefix === 16 ? String(b) : "0"}.0.0/${prefix === 16 ? "16" : "8"}`,
    ),
  fc.constantFrom("fd00::/64", "2001:db8:1:2:3:4:5:0/112", "::/0", "0.0.0.0/0", "fd80:24e2:f998:72d6::/64"),
);

const pool: fc.Arbitrary<Case> = fc
  .record({
    cidr,
    ipip: fc.constantFrom("", "tunl0"),
    mode: fc.constantFrom("", "always", "cross-subnet"),
    masquerade: fc.boolean(),
    disabled: fc.boolean(),
    order: fc.boolean(),
  })
  .map(({ cidr: block, ipip, mode, masquerade, disabled, order }) => {
    const value = { cidr: block, ipip, ipip_mode: mode, masquerade, ipam: !disabled, disabled };
    const text = order ? value : Object.fromEntries(Object.entries(value).toReversed());
    return {
      kind: "IpPool" as const,
      name: poolName(block),
      spec: { value: JSON.stringify(text) },
      meant: { cidr: block, ipip, mode, masquerade, disabled },
    };
  });

const peer: fc.Arbitrary<Case> = fc
  .record({
    address: fc.constantFrom(
      ["10-0-0-1", "10.0.0.1"],
      ["192-168-255-254", "192.168.255.254"],
      ["fd80-24e2-f998-72d6-0000-0000-0000-0001", "fd80:24e2:f998:72d6::1"],
      ["0000-0000-0000-0000-0000-0000-0000-0001", "::1"],
      ["2001-0db8-0000-0001-0000-0000-0000-0001", "2001:db8:0:1::1"],
    ),
    asNumber: fc.oneof(fc.integer({ min: 0, max: 4_294_967_295 }), fc.constantFrom("64512", "1.10")),
  })
  .map(({ address: [name = "", peerIP = ""], asNumber }) => ({
    kind: "GlobalBgpPeer" as const,
    name,
    spec: { asNumber },
    meant: { asNumber, peerIP },
  }));

const rule = fc.record(
  {
    action: fc.constantFrom("allow", "deny", "next-tier"),
    protocol: fc.constantFrom<string | number>("tcp", "udp", 132),
    source: fc.record(
      {
        net: fc.constantFrom("10.0.0.0/8", "fd00::/8"),
        selector: fc.constantFrom("has(a)", "a == 'b' && !has(c)"),
        ports: fc.array(fc.oneof(fc.nat(65_535), fc.constant("80:90")), { maxLength: 2 }),
        notPorts: fc.constant([]),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ["action"] },
);

const policy: fc.Arbitrary<Case> = fc
  .record({
    name: fc.constantFrom("allow-dns", "a", "with.dots", "n".repeat(253)),
    spec: fc.record(
      {
        order: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(100)),
        ingress: fc.array(rule, { maxLength: 3 }),
        egress: fc.array(rule, { maxLength: 2 }),
        selector: fc.constantFrom("all()", "role == 'db'", ""),
        doNotTrack: fc.boolean(),
        preDNAT: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
  })
  .map(({ name, spec }) => {
    const plain = JSON.parse(JSON.stringify(spec)) as JsonObject;
    return { kind: "SystemNetworkPolicy" as const, name, spec: plain, meant: plain };
  });

export const cases: fc.Arbitrary<Case> = fc.oneof(
  config("GlobalConfig"),
  config("GlobalBgpConfig"),
  pool,
  peer,
  policy,
);
