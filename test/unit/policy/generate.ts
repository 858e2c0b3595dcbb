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
import { plain, type Vocabulary } from "./vocabulary.ts";

/** Clusters small enough to look at every flow, and with everything that a policy can say. */

const namespaceNames = ["ns-1", "ns-2", "ns-3"] as const;
const protocols = ["TCP", "UDP", "SCTP"] as const;

/** What a policy of these words can say. */
function parts(words: Vocabulary) {
  const labels = fc.dictionary(fc.constantFrom(...words.keys), fc.constantFrom(...words.values), {
    maxKeys: 2,
  });
  const expression = fc.oneof(
    fc.record({
      key: fc.constantFrom(...words.keys),
      operator: fc.constantFrom("In", "NotIn"),
      values: fc.uniqueArray(fc.constantFrom(...words.values), { minLength: 1, maxLength: 2 }),
    }),
    fc.record({ key: fc.constantFrom(...words.keys), operator: fc.constantFrom("Exists", "DoesNotExist") }),
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
            cidr: fc.constantFrom(...words.cidrs),
            except: fc.array(fc.constantFrom(...words.cidrs), { maxLength: 2 }),
          })
          .map(({ cidr, except }) => (except.length === 0 ? { cidr } : { cidr, except })),
      }),
    },
  );

  const port: fc.Arbitrary<RawPort> = fc.oneof(
    fc.record({ protocol: fc.constantFrom(...protocols) }),
    fc.record({ port: fc.constantFrom<number | string>(...words.rulePorts, "web", "dns") }),
    fc.record({
      protocol: fc.constantFrom(...protocols),
      port: fc.constantFrom<number | string>(...words.rulePorts, "web", "dns"),
    }),
    fc
      .tuple(fc.constantFrom(...words.rulePorts), fc.constantFrom(...words.rulePorts))
      .map(([one, other]) => ({ port: Math.min(one, other), endPort: Math.max(one, other) })),
    fc.constant({}),
  );

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
    containerPort: fc.constantFrom(...words.containerPorts),
  });

  return { labels, spec, namedPort };
}

function list<T>(item: fc.Arbitrary<T>, maxLength: number): fc.Arbitrary<readonly T[] | null> {
  return fc.oneof(
    { weight: 5, arbitrary: fc.array(item, { minLength: 1, maxLength }) },
    { weight: 1, arbitrary: fc.constantFrom(null, []) },
  );
}

/** With `whole`, nothing in it is unknown: no unclear namespace, no pod without address, no odd policy. */
export function rawClusters(whole: boolean, words: Vocabulary = plain): fc.Arbitrary<RawCluster> {
  const { labels, spec, namedPort } = parts(words);
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
    ...words.podAddresses,
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
      secondIp: fc.constantFrom(...(whole ? [undefined] : [undefined, undefined, ...words.secondAddresses])),
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
