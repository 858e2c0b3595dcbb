import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { enforcementOf, type Semantics } from "../../../src/policy/enforcement.ts";
import { hasWork, migrationPlan, type Decisions, type NamespacePlan } from "../../../src/policy/migration.ts";
import { whatIf } from "../../../src/policy/what-if.ts";
import { rawClusters } from "./generate.ts";
import {
  clusterOf,
  defaultDeny,
  type RawCluster,
  type RawNamespace,
  type RawPolicy,
  type RawPolicySpec,
} from "./raw-cluster.ts";

const nothingDecided: Decisions = { keep: new Set(), treatAs: new Map() };
const closed: RawNamespace = { name: "shop", annotation: defaultDeny };
const open: RawNamespace = { name: "shop" };

function policy(name: string, spec: RawPolicySpec, rest: Partial<RawPolicy> = {}): RawPolicy {
  return { namespace: "shop", name, spec, ...rest };
}

function planOf(
  namespace: RawNamespace,
  policies: readonly RawPolicy[],
  decisions: Partial<Decisions> = {},
): NamespacePlan {
  const cluster = clusterOf({ namespaces: [namespace], pods: [], policies });
  const [plan] = migrationPlan(cluster.namespaces, cluster.policies, {
    ...nothingDecided,
    ...decisions,
  }).namespaces;
  if (plan === undefined) throw new Error("no plan");
  return plan;
}

const web: RawPolicySpec = {
  podSelector: { matchLabels: { app: "web" } },
  ingress: [{ from: [{ podSelector: {} }] }],
};
const denyAll: RawPolicySpec = { podSelector: {} };

describe("a closed namespace", () => {
  test("keeps its policies and gets a default-deny", () => {
    const plan = planOf(closed, [policy("web", web)]);
    expect(plan.create).toEqual({ name: "default-deny", taken: [] });
    expect(plan.keepAsIs.map(({ name }) => name)).toEqual(["web"]);
    expect(plan.delete).toEqual([]);
  });

  test.each<[string, RawPolicySpec]>([
    ["ingress absent", { podSelector: {} }],
    ["ingress null", { podSelector: {}, ingress: null }],
    ["ingress []", { podSelector: {}, ingress: [] }],
    ["podSelector null", { podSelector: null }],
    ["empty matchLabels", { podSelector: { matchLabels: {}, matchExpressions: [] } }],
    ["both policy types", { podSelector: {}, policyTypes: ["Ingress", "Egress"] }],
  ])("that denies all by a policy of any name needs nothing: %s", (_, spec) => {
    const plan = planOf(closed, [policy("lockdown", spec)]);
    expect(plan).toMatchObject({ equal: "lockdown" });
    expect(hasWork(plan)).toBe(false);
  });

  test.each<[string, RawPolicySpec, Partial<RawPolicy>]>([
    ["allows all", { podSelector: {}, ingress: [{}] }, {}],
    ["selects some pods", { podSelector: { matchLabels: { app: "web" } } }, {}],
    ["is for egress only", { podSelector: {}, policyTypes: ["Egress"] }, {}],
    ["is being deleted", denyAll, { deletionTimestamp: "2026-11-20T12:00:00Z" }],
  ])("is not taken for denied by a policy that %s, and its name is left alone", (_, spec, rest) => {
    const plan = planOf(closed, [policy("default-deny", spec, rest)]);
    expect(plan.create).toEqual({ name: "default-deny-2", taken: ["default-deny"] });
  });
});

describe("an open namespace", () => {
  test("loses its policies, which did nothing", () => {
    const plan = planOf(open, [policy("web", web), policy("all", { podSelector: {}, ingress: [{}] })]);
    expect(plan.delete.map(({ name }) => name)).toEqual(["web", "all"]);
    expect(plan.create).toBeUndefined();
  });

  test("keeps those that are asked for, now or in an earlier run", () => {
    const kept = { "calico-upgrade/keep-policy": "true" };
    const plan = planOf(
      open,
      [policy("web", web), policy("db", web, { annotations: kept }), policy("old", web)],
      { keep: new Set(["shop/web"]) },
    );
    expect(plan.keepByRequest.map(({ name }) => name)).toEqual(["web", "db"]);
    expect(plan.delete.map(({ name }) => name)).toEqual(["old"]);
  });
});

test("an unclear namespace is left alone until somebody says what it is", () => {
  const unclear: RawNamespace = { name: "shop", annotation: "{" };
  expect(planOf(unclear, [policy("web", web)])).toMatchObject({ left: "undecided", delete: [] });
  const decided = planOf(unclear, [policy("web", web)], { treatAs: new Map([["shop", "open"]]) });
  expect(decided.delete).toHaveLength(1);
  expect(decided.left).toBeUndefined();
});

test("nothing is created in a namespace that is being deleted", () => {
  const plan = planOf({ ...closed, deletionTimestamp: "2026-11-20T12:00:00Z" }, []);
  expect(plan).toMatchObject({ left: "terminating" });
  expect(plan.create).toBeUndefined();
});

test("-n leaves the other namespaces alone", () => {
  expect(planOf(closed, [], { only: "other" })).toMatchObject({ left: "not asked for" });
});

test("a decision that fits nothing is told", () => {
  const { namespaces, policies } = clusterOf({ namespaces: [closed], pods: [], policies: [] });
  const { misfits } = migrationPlan(namespaces, policies, {
    keep: new Set(["shop/gone"]),
    treatAs: new Map([
      ["shop", "open"],
      ["nowhere", "open"],
    ]),
    only: "elsewhere",
  });
  expect(misfits).toEqual([
    'namespaces "elsewhere" not found',
    '--keep=shop/gone: networkpolicies "gone" not found',
    "namespace shop is isolated; --treat-as is only for annotations that cannot be read",
    '--treat-as=nowhere: namespaces "nowhere" not found',
  ]);
});

describe("the plan, on generated clusters", () => {
  const numRuns = Number(process.env["POLICY_CLUSTERS"] ?? 150) * 2;
  const compute = (
    raw: RawCluster,
    target: string,
    driver: "etcd" | "kubernetes",
    keep: readonly string[],
  ) => {
    const cluster = clusterOf(raw);
    const semantics: Semantics = { kind: "v1", ...enforcementOf(target, driver) };
    return whatIf({ ...cluster, driver, semantics, decisions: { ...nothingDecided, keep: new Set(keep) } });
  };
  const drivers = fc.constantFrom("etcd", "kubernetes");

  test("changes no flow before the upgrade, and none by it where nothing new is enforced", () => {
    fc.assert(
      fc.property(rawClusters(true), drivers, (raw, driver) => {
        const { meanwhile, migrated } = compute(raw, driver === "etcd" ? "v2.4.0" : "v2.3.0", driver, []);
        expect(meanwhile).toEqual([]);
        expect(migrated).toEqual([]);
      }),
      { numRuns },
    );
  });

  test("changes flows only by what the target begins to enforce, or what is kept by request", () => {
    fc.assert(
      fc.property(rawClusters(true), drivers, fc.boolean(), (raw, driver, keeps) => {
        const keep = keeps ? raw.policies.map(({ namespace, name }) => `${namespace}/${name}`) : [];
        const { meanwhile, migrated } = compute(raw, "v3.29.0", driver, keep);
        expect(meanwhile).toEqual([]);
        expect(migrated.filter(({ cause }) => cause === "other")).toEqual([]);
        if (!keeps) expect(migrated.filter(({ cause }) => cause === "keep")).toEqual([]);
      }),
      { numRuns },
    );
  });

  test.each([
    ["etcd", "deny", "allow"],
    ["kubernetes", "allow", "deny"],
  ] as const)(
    "tells what an ipBlock that begins to count does in a closed namespace: %s",
    (driver, before, after) => {
      const cidr = before === "deny" ? "10.0.0.0/8" : "192.168.0.0/16";
      const raw: RawCluster = {
        namespaces: [{ name: "bank", annotation: defaultDeny }],
        pods: [{ namespace: "bank", name: "vault-1", labels: {}, ip: "10.0.0.2" }],
        policies: [
          {
            namespace: "bank",
            name: "in",
            spec: { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr } }] }] },
          },
        ],
      };
      const { migrated } = compute(raw, "v2.6.6", driver, []);
      expect(migrated).toMatchObject([{ before, after, cause: "enforcement", reason: { kind: "reading" } }]);
      expect(compute(raw, "v2.5.0", driver, []).migrated).toEqual([]);
    },
  );

  test("is needed: upgrading as it is cuts off and exposes pods", () => {
    const raw: RawCluster = {
      namespaces: [{ name: "shop" }, { name: "bank", annotation: defaultDeny }],
      pods: [
        { namespace: "shop", name: "web-1", labels: { app: "web" }, ip: "10.0.0.1" },
        { namespace: "bank", name: "vault-1", labels: { app: "vault" }, ip: "10.0.0.2" },
      ],
      policies: [policy("web", web)],
    };
    const { without, migrated, universe } = compute(raw, "v2.4.0", "etcd", []);
    const told = without.map(({ before, after, to, reason }) => ({
      to: universe.classes[to[0] ?? -1]?.example,
      change: `${before} > ${after}`,
      reason: reason.kind,
    }));
    expect(told).toEqual([
      { to: "web-1", change: "allow > deny", reason: "policy" },
      { to: "vault-1", change: "deny > allow", reason: "annotation" },
    ]);
    expect(migrated).toEqual([]);
  });
});
