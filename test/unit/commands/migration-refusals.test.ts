import { describe, expect, test } from "vitest";
import { servedPolicies } from "../../../src/cluster/observe-policy.ts";
import type { Discovery } from "../../../src/cluster/port.ts";
import { refusalOf } from "../../../src/plan/policy-migration/proof.ts";
import type { BoundarySide } from "../../../src/policy/crossing.ts";
import { whatIf } from "../../../src/policy/what-if.ts";
import { flowText } from "../../../src/render/policy-migration/print.ts";
import { commandsFor } from "../plan/commands.ts";
import { clusterOf, type RawCluster } from "../policy/raw-cluster.ts";

const raw: RawCluster = {
  namespaces: [{ name: "shop" }],
  pods: [{ namespace: "shop", name: "a", labels: {}, ip: "10.0.0.9" }],
  policies: [{ namespace: "shop", name: "web", spec: { podSelector: {} } }],
};

function resultOf(cluster: RawCluster) {
  return whatIf({
    ...clusterOf(cluster),
    driver: "etcd",
    semantics: { kind: "v1", egress: false, ipBlock: "nobody" },
    decisions: { keep: new Set(), treatAs: new Map() },
  });
}

const result = resultOf(raw);

/** Message and hint, as they are printed. */
function refusal(side: BoundarySide, more: Partial<typeof result> = {}): string {
  const stop = refusalOf(
    { ...result, ...more },
    {
      finish: false,
      accept: true,
      driver: "etcd",
      side,
      target: "v2.4.0",
      calico: "v2.2.1",
      decisions: { keep: new Set(), treatAs: new Map() },
      commands: commandsFor("migrate-policy"),
      flowText,
    },
    0,
  );
  return stop === undefined ? "" : `${stop.message}; ${stop.hint ?? ""}`;
}

describe("a migration that must not be carried out", () => {
  test("where the plan would change a flow, also with --accept: the flow is named", () => {
    // What upgrading as it is changes, taken for what the plan does.
    const [change] = result.without;
    if (change === undefined) throw new Error("no change");
    const words =
      /everybody to shop\/\*: allow becomes deny, because a policy that did nothing.*\(shop\/web\).*--what-if -o wide/;
    expect(refusal("before", { meanwhile: [change] })).toMatch(words);
    expect(refusal("before", { migrated: [{ ...change, cause: "other" }] })).toMatch(words);
  });

  test("where nobody knows which semantics are in force", () => {
    expect(refusal("unknown")).toMatch(/not known: Calico is v2.2.1, .*older than v2.4.0; .*status/);
  });

  test.each(["before", "mixed"] as const)("but on a cluster that is %s the boundary it is", (side) => {
    expect(refusal(side)).toBe("");
  });
});

describe("a namespace that is being deleted", () => {
  const going = (ip: string | undefined): RawCluster => ({
    ...raw,
    namespaces: [...raw.namespaces, { name: "going", deletionTimestamp: "2026-11-30T06:00:00Z" }],
    pods: [
      ...raw.pods,
      { namespace: "going", name: "last", labels: {}, ...(ip === undefined ? {} : { ip }) },
    ],
    policies: [...raw.policies, { namespace: "going", name: "old", spec: { podSelector: {} } }],
  });

  test("is named with what to wait for as long as a pod in it can be reached", () => {
    const { message = "", hint = "" } = stopOf(resultOf(going("10.0.0.10"))) ?? {};
    expect(message).toMatch(/^namespace going is being deleted and still has running pods/);
    expect(hint).toBe("wait until it is gone: kubectl get pods -n going");
  });

  test("is left alone where nothing in it can be reached any more", () => {
    expect(stopOf(resultOf(going(undefined)))).toBeUndefined();
  });

  function stopOf(of: typeof result) {
    return refusalOf(
      of,
      {
        finish: false,
        accept: false,
        driver: "etcd",
        side: "before",
        target: "v2.4.0",
        calico: "v2.2.1",
        decisions: { keep: new Set(), treatAs: new Map() },
        commands: commandsFor("migrate-policy"),
        flowText,
      },
      0,
    );
  }
});

test("a server without NetworkPolicies is told so in kubectl's words", () => {
  const nothing = { find: () => undefined } as unknown as Discovery;
  expect(() => servedPolicies(nothing)).toThrow(`the server doesn't have a resource type "networkpolicies"`);
});
