import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { migrationPlan, type Decisions } from "../../../src/policy/migration.ts";
import { leftovers } from "../../../src/policy/leftovers.ts";
import { judge } from "../../../src/policy/proof.ts";
import { afterSteps, migrationSteps, unfinished, unfinishedText } from "../../../src/policy/steps.ts";
import { whatIf } from "../../../src/policy/what-if.ts";
import { rawClusters } from "./generate.ts";
import { clusterOf, defaultDeny, type RawCluster } from "./raw-cluster.ts";

const nothingDecided: Decisions = { keep: new Set(), treatAs: new Map() };

const small: RawCluster = {
  namespaces: [
    { name: "bank", annotation: defaultDeny },
    { name: "shop" },
    { name: "odd", annotation: "{broken" },
  ],
  pods: [],
  policies: [
    { namespace: "shop", name: "a-plain", spec: { podSelector: {} } },
    {
      namespace: "shop",
      name: "helm",
      spec: { podSelector: {} },
      annotations: { "meta.helm.sh/release-name": "shop" },
    },
    {
      namespace: "shop",
      name: "going",
      spec: { podSelector: {} },
      deletionTimestamp: "2026-01-01T00:00:00Z",
    },
  ],
};

function stepsOf(raw: RawCluster, decisions: Partial<Decisions> = {}) {
  const { namespaces, policies } = clusterOf(raw);
  const all = { ...nothingDecided, ...decisions };
  return migrationSteps(migrationPlan(namespaces, policies, all), namespaces, all);
}

describe("what is written", () => {
  test("decisions first, then what closes, then what goes: what somebody makes again at the front (H15)", () => {
    const steps = stepsOf(small, {
      treatAs: new Map([["odd", "isolated"]]),
      keep: new Set(["shop/a-plain"]),
    });
    expect(steps).toEqual([
      { kind: "treat-as", namespace: "odd", as: "isolated" },
      { kind: "keep", namespace: "shop", name: "a-plain" },
      { kind: "create", namespace: "bank", name: "default-deny" },
      { kind: "create", namespace: "odd", name: "default-deny" },
      { kind: "delete", namespace: "shop", name: "helm" },
    ]);
  });

  test("a policy that a finalizer holds is not deleted a second time, and is not done either", () => {
    const steps = stepsOf(small);
    expect(steps.map((step) => ("name" in step ? step.name : ""))).not.toContain("going");
    const { namespaces, policies } = clusterOf(small);
    const after = afterSteps({ namespaces, policies }, steps, new Set());
    const left = unfinished(migrationPlan(after.namespaces, after.policies, nothingDecided));
    expect(left?.begin.map(({ name }) => name)).toEqual(["going"]);
    expect(left?.undecided).toEqual(["odd"]);
  });

  test("with -n nothing is written elsewhere, decisions about others included", () => {
    const steps = stepsOf(small, { only: "bank", treatAs: new Map([["odd", "open"]]) });
    expect(steps).toEqual([{ kind: "create", namespace: "bank", name: "default-deny" }]);
  });

  test("when every step is done nothing is left, and both semantics agree, on generated clusters", () => {
    fc.assert(
      fc.property(
        rawClusters(true),
        fc.constantFrom("etcd" as const, "kubernetes" as const),
        (raw, driver) => {
          const before = clusterOf(raw);
          const steps = stepsOf(raw);
          const after = afterSteps(before, steps, new Set());
          const plan = migrationPlan(after.namespaces, after.policies, nothingDecided);
          expect(unfinished(plan)).toBeUndefined();
          expect(migrationSteps(plan, after.namespaces, nothingDecided)).toEqual([]);
          const ipBlock = driver === "etcd" ? "nobody" : "everybody";
          const semantics = { kind: "v1", egress: false, ipBlock } as const;
          const input = { ...before, driver, semantics, decisions: nothingDecided };
          expect(judge(whatIf(input))).toEqual({ refused: [], toAccept: [], going: [] });
          // The migrated cluster, upgraded as it is.
          expect(whatIf({ ...input, ...after }).without).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("what is not done yet", () => {
  test("is told in one sentence, with names", () => {
    const { namespaces, policies } = clusterOf(small);
    const left = unfinished(migrationPlan(namespaces, policies, nothingDecided));
    expect(left === undefined ? "" : unfinishedText(left)).toBe(
      "3 policies that do nothing now would begin to block (shop/a-plain, shop/helm, shop/going); " +
        "1 closed namespace would open (bank); whether 1 namespace is closed is unclear (odd)",
    );
  });
});

describe("the proof", () => {
  test("what is kept by request has to be accepted, and nothing else passes", () => {
    const raw: RawCluster = {
      namespaces: [{ name: "shop" }],
      pods: [{ namespace: "shop", name: "a", labels: {}, ip: "10.0.0.9" }],
      policies: [{ namespace: "shop", name: "web", spec: { podSelector: {} } }],
    };
    const semantics = { kind: "v1", egress: false, ipBlock: "nobody" } as const;
    const decisions = { ...nothingDecided, keep: new Set(["shop/web"]) };
    const verdict = judge(whatIf({ ...clusterOf(raw), driver: "etcd", semantics, decisions }));
    expect(verdict.refused).toEqual([]);
    expect(verdict.toAccept.length).toBeGreaterThan(0);
  });

  test("a policy with a field that nobody here understands lets in the same before and after, and is asked about where more is enforced", () => {
    const raw: RawCluster = {
      namespaces: [{ name: "bank", annotation: defaultDeny }],
      pods: [{ namespace: "bank", name: "a", labels: {}, ip: "10.0.0.9" }],
      policies: [{ namespace: "bank", name: "new", spec: { podSelector: {}, unheardOf: true } as never }],
    };
    const input = { ...clusterOf(raw), driver: "etcd", decisions: nothingDecided } as const;
    const barely = judge(whatIf({ ...input, semantics: { kind: "v1", egress: false, ipBlock: "nobody" } }));
    expect(barely).toEqual({ refused: [], toAccept: [], going: [] });
    const later = judge(
      whatIf({ ...input, semantics: { kind: "v1", egress: true, ipBlock: "its addresses" } }),
    );
    expect(later.refused).toEqual([]);
    expect(later.toAccept.map(({ after }) => after)).toContain("unknown");
  });
});

describe("what is left over after the upgrade", () => {
  test("an annotation goes where a policy closes the namespace, and stays where it is the only sign", () => {
    const raw: RawCluster = {
      namespaces: [
        { name: "bank", annotation: defaultDeny },
        { name: "open", annotation: "{}" },
        { name: "lost", annotation: defaultDeny },
        { name: "odd", annotation: "{broken", annotations: { "calico-upgrade/treat-as": "open" } },
        { name: "plain" },
      ],
      pods: [],
      policies: [
        { namespace: "bank", name: "closed", spec: { podSelector: {} } },
        {
          namespace: "plain",
          name: "kept",
          spec: { podSelector: {} },
          annotations: { "calico-upgrade/keep-policy": "true" },
        },
      ],
    };
    const { namespaces, policies } = clusterOf(raw);
    expect(leftovers(namespaces, policies)).toEqual({
      annotations: [
        { kind: "clean", namespace: "bank", annotations: ["net.beta.kubernetes.io/network-policy"] },
        { kind: "clean", namespace: "open", annotations: ["net.beta.kubernetes.io/network-policy"] },
        {
          kind: "clean",
          namespace: "odd",
          annotations: ["net.beta.kubernetes.io/network-policy", "calico-upgrade/treat-as"],
        },
        { kind: "clean", namespace: "plain", name: "kept", annotations: ["calico-upgrade/keep-policy"] },
      ],
      opened: ["lost"],
    });
  });
});
