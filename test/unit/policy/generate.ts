import * as fc from "fast-check";
import {
  defaultDeny,
  type RawCluster,
  type RawPeer,
  type RawPolicy,
  type RawPolicySpec,
  type RawPort,
  type RawSelector,
} from "./raw-cluster.ts";

/** Clusters small enough to look at every flow, and with everything that a policy can say. */

const keys = ["app", "tier"] as const;
const values = ["a", "b", "c"] as const;
const namespaceNames = ["ns-1", "ns-2", "ns-3"] as const;
const protocols = ["TCP", "UDP", "SCTP"] as const;
export const portNumbers = [79, 80, 81, 90, 443, 444] as const;
export const outside = ["10.0.0.1", "10.1.2.3", "10.1.9.9", "192.168.0.7", "8.8.8.8", "fd00::1"] as const;
const cidrs = [
  "10.0.0.0/8",
  "10.1.0.0/16",
  "10.1.2.0/24",
  "10.1.2.3/32",
  "192.168.0.0/16",
  "0.0.0.0/0",
  "fd00::/8",
];

const labels = fc.dictionary(fc.constantFrom(...keys), fc.constantFrom(...values), { maxKeys: 2 });

const expression = fc.oneof(
  fc.record({
    key: fc.constantFrom(...keys),
    operator: fc.constantFrom("In", "NotIn"),
    values: fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 }),
  }),
  fc.record({ key: fc.constantFrom(...keys), operator: fc.constantFrom("Exists", "DoesNotExist") }),
);

const selector: fc.Arbitrary<RawSelector> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({}) },
  { weight: 3, arbitrary: fc.record({ matchLabels: labels }) },
  {
    weight: 2,
    arbitrary: fc.record({ matchExpressions: fc.array(expression, { minLength: 1, maxLength: 2 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      matchLabels: labels,
      matchExpressions: fc.oneof(fc.constant(null), fc.array(expression, { maxLength: 1 })),
    }),
  },
);

const peer: fc.Arbitrary<RawPeer> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ podSelector: selector }) },
  { weight: 2, arbitrary: fc.record({ namespaceSelector: selector }) },
  { weight: 2, arbitrary: fc.record({ podSelector: selector, namespaceSelector: selector }) },
  {
    weight: 2,
    arbitrary: fc.record({
      ipBlock: fc
        .record({
          cidr: fc.constantFrom(...cidrs),
          except: fc.array(fc.constantFrom(...cidrs), { maxLength: 2 }),
        })
        .map(({ cidr, except }) => (except.length === 0 ? { cidr } : { cidr, except })),
    }),
  },
);

const port: fc.Arbitrary<RawPort> = fc.oneof(
  fc.record({ protocol: fc.constantFrom(...protocols) }),
  fc.record({ port: fc.constantFrom<number | string>(80, 443, "web", "dns") }),
  fc.record({
    protocol: fc.constantFrom(...protocols),
    port: fc.constantFrom<number | string>(80, 90, "web", "dns"),
  }),
  fc.record({ port: fc.constant(80), endPort: fc.constantFrom(80, 81, 443) }),
  fc.constant({}),
);

function list<T>(item: fc.Arbitrary<T>, maxLength: number): fc.Arbitrary<readonly T[] | null> {
  return fc.oneof(
    { weight: 5, arbitrary: fc.array(item, { minLength: 1, maxLength }) },
    { weight: 1, arbitrary: fc.constantFrom(null, []) },
  );
}

function rule(field: "from" | "to") {
  return fc
    .record({
      peers: fc.option(list(peer, 2), { nil: undefined }),
      ports: fc.option(list(port, 2), { nil: undefined }),
    })
    .map(({ peers, ports }) => ({
      ...(peers === undefined ? {} : { [field]: peers }),
      ...(ports === undefined ? {} : { ports }),
    }));
}

const spec: fc.Arbitrary<RawPolicySpec> = fc
  .record({
    podSelector: fc.oneof({ weight: 9, arbitrary: selector }, { weight: 1, arbitrary: fc.constant(null) }),
    ingress: fc.option(list(rule("from"), 2), { nil: undefined }),
    egress: fc.option(list(rule("to"), 2), { nil: undefined }),
    policyTypes: fc.constantFrom<(readonly string[] | undefined)[]>(
      undefined,
      undefined,
      [],
      ["Ingress"],
      ["Egress"],
      ["Ingress", "Egress"],
    ),
  })
  .map((each) => Object.fromEntries(Object.entries(each).filter(([, value]) => value !== undefined)));

const namedPort = fc.record({
  name: fc.constantFrom("web", "dns", "other"),
  protocol: fc.constantFrom("TCP", "UDP"),
  containerPort: fc.constantFrom(80, 90, 443),
});

/** With `whole`, nothing in it is unknown: no unclear namespace, no pod without address, no odd policy. */
export function rawClusters(whole: boolean): fc.Arbitrary<RawCluster> {
  const annotations = [
    undefined,
    undefined,
    defaultDeny,
    defaultDeny,
    defaultDeny,
    "{}",
    '{"ingress":{"isolation":"Other"}}',
  ];
  const annotation = fc.constantFrom(
    ...(whole ? annotations : [...annotations, "{broken", '{"Ingress":{}}']),
  );
  const namespaces = fc
    .tuple(...namespaceNames.map((name) => fc.record({ name: fc.constant(name), labels, annotation })))
    .chain((all) => fc.integer({ min: 1, max: all.length }).map((count) => all.slice(0, count)));
  const addresses = fc.constantFrom<(string | undefined)[]>(
    "10.1.2.3",
    "10.1.2.4",
    "10.2.0.1",
    "192.168.3.3",
    ...(whole ? [] : [undefined]),
  );
  const specs = whole
    ? spec
    : fc.oneof(
        { weight: 8, arbitrary: spec },
        { weight: 1, arbitrary: spec.map((each) => ({ ...each, unheardOf: true }) as RawPolicySpec) },
      );
  return namespaces.chain((all) => {
    const namespace = fc.constantFrom(...all.map(({ name }) => name));
    const pod = fc.record({
      namespace,
      labels,
      ip: addresses,
      secondIp: fc.constantFrom(...(whole ? [undefined] : [undefined, undefined, "fd00::7", "fc00::7"])),
      ports: fc.array(namedPort, { maxLength: 2 }),
    });
    return fc
      .record({
        pods: fc.array(pod, { minLength: 1, maxLength: 6 }),
        policies: fc.array(fc.record({ namespace, spec: specs }), { maxLength: 5 }),
      })
      .map(({ pods, policies }): RawCluster => ({
        namespaces: all.map(({ annotation: text, ...rest }) => ({
          ...rest,
          ...(text === undefined ? {} : { annotation: text }),
        })),
        pods: pods.map(({ ip, secondIp, ...rest }, at) => ({
          ...rest,
          name: `pod-${String(at)}`,
          ...(ip === undefined ? {} : { ip }),
          ...(ip === undefined || secondIp === undefined ? {} : { secondIp }),
        })),
        policies: policies.map((each, at): RawPolicy => ({ ...each, name: `policy-${String(at)}` })),
      }));
  });
}
