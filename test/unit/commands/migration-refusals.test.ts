import { describe, expect, test } from "vitest";
import { servedPolicies } from "../../../src/cluster/observe-policy.ts";
import type { Discovery } from "../../../src/cluster/port.ts";
import type { Looked } from "../../../src/operations/migrate-policy/look.ts";
import { checkMigration } from "../../../src/operations/migrate-policy/side.ts";
import type { Side } from "../../../src/policy/crossing.ts";
import { whatIf } from "../../../src/policy/what-if.ts";
import { clusterOf, type RawCluster } from "../policy/raw-cluster.ts";

const raw: RawCluster = {
  namespaces: [{ name: "shop" }],
  pods: [{ namespace: "shop", name: "a", labels: {}, ip: "10.0.0.9" }],
  policies: [{ namespace: "shop", name: "web", spec: { podSelector: {} } }],
};
const result = whatIf({
  ...clusterOf(raw),
  driver: "etcd",
  semantics: { kind: "v1", egress: false, ipBlock: "nobody" },
  decisions: { keep: new Set(), treatAs: new Map() },
});

function looked(side: Side, more: Partial<typeof result> = {}): Looked {
  const setting = { kubernetes: "v1.15.12", calico: "v2.2.1", driver: "etcd", target: "v2.4.0", side };
  return { result: { ...result, ...more }, setting, calico: { text: "v2.2.1" } } as unknown as Looked;
}

function refusalOf(state: Looked): string {
  try {
    checkMigration(state, { accept: true, warn: () => undefined });
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

describe("a migration that must not be carried out", () => {
  test("where the plan would change a flow, also with --accept: the flow is named", () => {
    // What upgrading as it is changes, taken for what the plan does.
    const [change] = result.without;
    if (change === undefined) throw new Error("no change");
    const words =
      /everybody to shop\/\*: allow becomes deny, because a policy that did nothing.*\(shop\/web\).*--what-if -o wide/;
    expect(refusalOf(looked("before", { meanwhile: [change] }))).toMatch(words);
    expect(refusalOf(looked("before", { migrated: [{ ...change, cause: "other" }] }))).toMatch(words);
  });

  test("where nobody knows which semantics are in force", () => {
    expect(refusalOf(looked("unknown"))).toMatch(
      /not known: Calico is v2.2.1, .*older than v2.4.0; nothing was changed/,
    );
  });

  test.each(["before", "mixed"] as const)("but on a cluster that is %s the boundary it is", (side) => {
    expect(refusalOf(looked(side))).toBe("");
  });
});

test("a server without NetworkPolicies is told so in kubectl's words", () => {
  const nothing = { find: () => undefined } as unknown as Discovery;
  expect(() => servedPolicies(nothing)).toThrow(`the server doesn't have a resource type "networkpolicies"`);
});
