import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { protocols } from "../../../src/model/network-policy.ts";
import { flowChanges } from "../../../src/policy/changes.ts";
import type { End, PolicyCluster } from "../../../src/policy/cluster.ts";
import type { Semantics } from "../../../src/policy/enforcement.ts";
import { flowPorts } from "../../../src/policy/flow-ports.ts";
import { legacyAllows } from "../../../src/policy/legacy.ts";
import { profiles, type Regime } from "../../../src/policy/profile.ts";
import { has } from "../../../src/policy/ranges.ts";
import { makeUniverse } from "../../../src/policy/universe.ts";
import { v1Allows } from "../../../src/policy/v1.ts";
import { connection, passUnderAnnotation, passUnderV1, type Times } from "./brute-force.ts";
import { byClasses, bySide, everyFlow, word } from "./every-flow.ts";
import { rawClusters } from "./generate.ts";
import { clusterOf, type RawCluster } from "./raw-cluster.ts";
import { odd, plain, type Vocabulary } from "./vocabulary.ts";

const legacy = { kind: "legacy", driver: "kubernetes" } as const satisfies Semantics;
const legacyEtcd = { kind: "legacy", driver: "etcd" } as const satisfies Semantics;
const today = { kind: "v1", egress: true, ipBlock: "its addresses" } as const satisfies Semantics;
const v23 = { kind: "v1", egress: false, ipBlock: "everybody" } as const satisfies Semantics;
const v24 = { kind: "v1", egress: false, ipBlock: "nobody" } as const satisfies Semantics;
const all: readonly Semantics[] = [legacy, legacyEtcd, today, v23, v24];

/** How many clusters; POLICY_CLUSTERS asks for more. */
const numRuns = Number(process.env["POLICY_CLUSTERS"] ?? 150);

function regimeOf(cluster: PolicyCluster, semantics: Semantics): Regime {
  return {
    semantics,
    has: () => true,
    isolation: (at) => cluster.isolation.get(cluster.namespaces[at]?.name ?? "") ?? "open",
  };
}

function reference(cluster: PolicyCluster, semantics: Semantics, flow: Parameters<typeof v1Allows>[0]) {
  return word(
    semantics.kind === "legacy"
      ? legacyAllows(flow, cluster, semantics.driver)
      : v1Allows(flow, cluster, semantics),
  );
}

describe.each<[string, Vocabulary]>([
  ["plain words", plain],
  ["odd words", odd],
])("a flow is told the same by every way to find out: %s", (_name, words) => {
  test("classes of pods, addresses and ports say what the evaluator of single flows says", () => {
    fc.assert(
      fc.property(rawClusters(false, words), fc.constantFrom(...all), (raw, semantics) => {
        const cluster = clusterOf(raw);
        const universe = makeUniverse(cluster);
        const fast = profiles(universe, regimeOf(cluster, semantics));
        for (const each of everyFlow(cluster, universe, words)) {
          const expected = reference(cluster, semantics, each.flow);
          const ports = flowPorts(universe, fast, each.from, each.to);
          const shown = has(ports.allow, each.port)
            ? "allow"
            : has(ports.unknown, each.port)
              ? "unknown"
              : "deny";
          expect(shown).toBe(expected);
          if (byClasses(universe, fast, each) !== expected) {
            expect.fail(
              `${JSON.stringify(each.flow)} is ${byClasses(universe, fast, each)}, not ${expected}`,
            );
          }
        }
      }),
      { numRuns },
    );
  });

  test("the evaluator of single flows says what connections written out one by one say", () => {
    const cases: readonly (readonly [Semantics, Times])[] = [
      [legacy, { blocks: "everybody", egress: false }],
      [legacyEtcd, { blocks: "nobody", egress: false }],
      [today, { blocks: "its addresses", egress: true }],
      [v23, { blocks: "everybody", egress: false }],
      [v24, { blocks: "nobody", egress: false }],
    ];
    const place = (end: End): string =>
      end.kind === "pod" ? `pod ${end.pod.namespace}/${end.pod.name}` : `ip ${end.address}`;
    const ports = protocols.flatMap((protocol) => words.portNumbers.map((port) => ({ protocol, port })));
    fc.assert(
      fc.property(rawClusters(true, words), fc.constantFrom(...cases), (raw, [semantics, times]) => {
        const cluster = clusterOf(raw);
        const world = { raw, addresses: words.outside, ports };
        const passing =
          semantics.kind === "legacy" ? passUnderAnnotation(world, times) : passUnderV1(world, times);
        for (const { flow } of everyFlow(cluster, makeUniverse(cluster), words)) {
          const { from, to, protocol, port } = flow;
          const expected = passing.has(connection(place(from), place(to), protocol, port)) ? "allow" : "deny";
          const found = reference(cluster, semantics, flow);
          if (found !== expected) expect.fail(`${JSON.stringify(flow)} is ${found}, not ${expected}`);
        }
      }),
      { numRuns: Math.ceil(numRuns / 2) },
    );
  });

  test("of a pod with two addresses only what holds for both of them is said", () => {
    fc.assert(
      fc.property(rawClusters(false, words), fc.constantFrom(...all), (raw, semantics) => {
        const cluster = clusterOf(raw);
        // The same cluster as each of its families sees it.
        const families = [
          clusterOf({ ...raw, pods: raw.pods.map(({ secondIp: _other, ...pod }) => pod) }),
          clusterOf({
            ...raw,
            pods: raw.pods.map(({ secondIp, ...pod }) =>
              secondIp === undefined ? pod : { ...pod, ip: secondIp },
            ),
          }),
        ];
        const inFamily = (end: End, of: PolicyCluster): End =>
          end.kind === "address"
            ? end
            : { kind: "pod", pod: of.pods[cluster.pods.indexOf(end.pod)] ?? end.pod };
        for (const { flow } of everyFlow(cluster, makeUniverse(cluster), words)) {
          const told = reference(cluster, semantics, flow);
          if (told === "unknown") continue;
          for (const of of families) {
            const own = { ...flow, from: inFamily(flow.from, of), to: inFamily(flow.to, of) };
            expect(reference(of, semantics, own)).toBe(told);
          }
        }
      }),
      { numRuns },
    );
  });

  const crossings: (readonly [Semantics, Semantics])[] = [
    [legacy, today],
    [legacyEtcd, today],
    [legacy, v23],
    [legacyEtcd, v24],
    [legacy, legacy],
  ];
  const someStay = fc.array(fc.boolean(), { minLength: 5, maxLength: 5 });

  function toldAndTrue(
    raw: RawCluster,
    [first, second]: readonly [Semantics, Semantics],
    stays: readonly boolean[],
    pairs: number,
  ): void {
    const cluster = clusterOf(raw);
    const later = { ...cluster, policies: cluster.policies.filter((_, at) => stays[at]) };
    const universe = makeUniverse(cluster);
    const then = { ...regimeOf(cluster, second), has: (at: number) => stays[at] === true };
    const fast = profiles(universe, then);
    const changes = flowChanges(universe, profiles(universe, regimeOf(cluster, first)), fast, pairs);
    for (const each of everyFlow(cluster, universe, words)) {
      const { flow, from, to, port } = each;
      const [before, after] = [reference(cluster, first, flow), reference(later, second, flow)];
      const told = changes
        .filter((change) => has(change.from, from) && has(change.to, to) && has(change.ports, port))
        // What an entry says as far as the other end lets it through.
        .filter(({ limitedBy }) => {
          if (limitedBy === undefined) return true;
          const passes = bySide(universe, fast, limitedBy, each) === "allow";
          return passes && (limitedBy === "egress" || before === "allow");
        })
        .map((change) => `${change.before} > ${change.after}`);
      const expected = before === after && before !== "unknown" ? [] : [`${before} > ${after}`];
      // Two unknowns that are one and the same may be left out.
      const fine =
        told.join() === expected.join() || (told.length === 0 && before === "unknown" && after === "unknown");
      if (!fine) expect.fail(`${JSON.stringify(flow)}: told ${told.join()}, not ${expected.join()}`);
    }
  }

  test("exactly the flows that differ are listed as changes, each once", () => {
    fc.assert(
      fc.property(
        rawClusters(false, words),
        fc.constantFrom(...crossings),
        someStay,
        (raw, crossing, stays) => toldAndTrue(raw, crossing, stays, Infinity),
      ),
      { numRuns },
    );
  });

  test("a cluster too large for pairs is told end by end, and the same flows come out", () => {
    fc.assert(
      fc.property(rawClusters(true, words), fc.constantFrom(...crossings), someStay, (raw, crossing, stays) =>
        toldAndTrue(raw, crossing, stays, 0),
      ),
      { numRuns },
    );
  });
});
