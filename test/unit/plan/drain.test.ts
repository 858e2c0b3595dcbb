import { describe, expect, test } from "vitest";
import { drainPod, type DrainPod } from "../../../src/model/drain-pod.ts";
import { closedBudgets } from "../../../src/plan/drain/budgets.ts";
import type { DrainGoal, DrainRules } from "../../../src/plan/drain/goal.ts";
import { drainRefusals } from "../../../src/plan/drain/refusals.ts";
import { drainVerdict } from "../../../src/plan/drain/rules.ts";
import { assume } from "../../../src/plan/node/assume.ts";
import type { NodeGoal } from "../../../src/plan/node/goal.ts";
import { look } from "../../../src/plan/node/look.ts";
import { nextNodeStep } from "../../../src/plan/node/next.ts";
import { acted, nothingSeen, postponed, type NodesSeen } from "../../../src/plan/node/seen.ts";
import { willRestart } from "../../../src/plan/node/will-restart.ts";
import type { NodeWorld } from "../../../src/plan/node/world.ts";
import { writesOf } from "../../../src/plan/node/writes.ts";
import { goal, lease, myRun, node, now, pod, world } from "./world.ts";

interface Options {
  readonly node?: string;
  readonly owner?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly phase?: string;
  readonly emptyDir?: true;
  readonly mirror?: true;
  readonly ending?: true;
}

function made(name: string, options: Options = {}): DrainPod {
  const found = drainPod({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: "shop",
      uid: `uid-${name}`,
      labels: { ...options.labels },
      ...(options.mirror === undefined ? {} : { annotations: { "kubernetes.io/config.mirror": "x" } }),
      ...(options.ending === undefined ? {} : { deletionTimestamp: "2026-01-01T12:00:00Z" }),
      ...(options.owner === undefined
        ? {}
        : {
            ownerReferences: [
              { apiVersion: "apps/v1", kind: options.owner, name: "owner", uid: "owner", controller: true },
            ],
          }),
    },
    spec: {
      nodeName: options.node ?? "node-01",
      ...(options.emptyDir === undefined ? {} : { volumes: [{ name: "scratch", emptyDir: {} }] }),
    },
    status: { phase: options.phase ?? "Running" },
  });
  if (found === undefined) throw new Error("it has no node");
  return found;
}

const strict: DrainRules = { ignoreDaemonSets: false, deleteEmptyDirData: false, deleteUnmanaged: false };
const lax: DrainRules = { ignoreDaemonSets: true, deleteEmptyDirData: true, deleteUnmanaged: true };
const wanted: DrainGoal = { ...strict, by: { eviction: "policy/v1" }, timeout: 60_000 };

describe("which pods leave a node that is drained", () => {
  const evict = { kind: "evict" };
  const stays = { kind: "stays" };
  const refused = (why: string) => ({ kind: "refused", why });

  test.each<[string, DrainPod, object, object]>([
    ["of a ReplicaSet", made("a", { owner: "ReplicaSet" }), evict, evict],
    ["of a DaemonSet", made("a", { owner: "DaemonSet", emptyDir: true }), refused("daemonset"), stays],
    ["of a DaemonSet that has ended", made("a", { owner: "DaemonSet", phase: "Failed" }), evict, evict],
    ["a static one", made("a", { mirror: true, emptyDir: true }), stays, stays],
    ["with local data", made("a", { owner: "Job", emptyDir: true }), refused("local storage"), evict],
    ["with local data that has ended", made("a", { emptyDir: true, phase: "Succeeded" }), evict, evict],
    ["that nothing makes again", made("a"), refused("unmanaged"), evict],
    ["that nothing makes again, and has ended", made("a", { phase: "Succeeded" }), evict, evict],
    ["of ours", made("a", { labels: { "calico-upgrade/purpose": "prepull" } }), stays, stays],
  ])("%s", (_what, one, strictly, laxly) => {
    expect([drainVerdict(one, strict, "ds"), drainVerdict(one, lax, "ds")]).toEqual([strictly, laxly]);
  });

  test("calico-node's own pod is never evicted, and forbids nothing", () => {
    expect(drainVerdict(made("a", { owner: "DaemonSet" }), strict, "owner")).toEqual(stays);
  });

  test("--pod-selector leaves all others alone", () => {
    const selector = [{ key: "app", operator: "In", values: ["web"] }] as const;
    expect(drainVerdict(made("a", { labels: { app: "db" } }), { ...strict, selector }, "ds")).toEqual(stays);
    expect(drainVerdict(made("a", { labels: { app: "web" } }), { ...strict, selector }, "ds")).toEqual(
      refused("unmanaged"),
    );
  });

  test("a pod without a node is on none", () => {
    expect(drainPod({ apiVersion: "v1", kind: "Pod", metadata: { name: "a" } })).toBeUndefined();
  });
});

describe("what is said before anything is written", () => {
  const pods = [
    made("a", { owner: "DaemonSet" }),
    made("b", { owner: "DaemonSet", node: "node-02" }),
    made("c", { emptyDir: true, owner: "Job" }),
    made("d", { emptyDir: true, owner: "Job", ending: true }),
  ];

  test("each reason once, with all of its nodes and the flag that allows it", () => {
    const found = drainRefusals({ ...world(), drainPods: pods }, strict, ["node-01", "node-02"]);
    expect(found).toEqual([
      {
        message: "cannot drain 2 nodes (node-01, node-02): DaemonSet-managed pods: shop/a, shop/b",
        hint: "--ignore-daemonsets leaves them running",
      },
      {
        node: "node-01",
        message: "cannot drain node node-01: pods with local storage: shop/c",
        hint: "--delete-emptydir-data evicts them; their emptyDir data is lost",
      },
    ]);
    expect(drainRefusals({ ...world(), drainPods: pods }, lax, ["node-01", "node-02"])).toEqual([]);
  });

  test("budgets that allow nothing now, with what they need and have", () => {
    const selector = [{ key: "app", operator: "In", values: ["db"] }] as const;
    const budget = { namespace: "shop", name: "db", selector, allowed: 0, needs: 2, has: 2 };
    const db = ["node-01", "node-02"].map((on, at) =>
      made(`db-${at}`, { node: on, owner: "ReplicaSet", labels: { app: "db" } }),
    );
    const say = (budgets: Parameters<typeof closedBudgets>[2], nodes: readonly string[]) =>
      closedBudgets({ ...world(), drainPods: db }, strict, budgets, nodes);
    expect(say([budget], ["node-01", "node-02"])).toEqual([
      "PodDisruptionBudget shop/db allows no eviction now (needs 2 healthy pods and has 2): 2 pods on node-01, node-02 would wait for it",
    ]);
    expect(
      say(
        [
          { ...budget, allowed: 1 },
          { ...budget, namespace: "other" },
        ],
        ["node-01"],
      ),
    ).toEqual([]);
    expect(say([budget], ["node-03"])).toEqual([]);
  });
});

describe("the order of a node that is drained", () => {
  const nodes = [node("node-01", { cordoned: true, cordonedAt: now - 5_000, lease: lease() })];
  const web = made("web", { owner: "ReplicaSet" });
  const db = made("db", { owner: "ReplicaSet" });
  const started = (drainPods: readonly DrainPod[]): NodeWorld => ({
    ...world({ run: myRun(), nodes, pods: [pod("node-01")] }),
    drainPods,
  });
  const draining = (change: Partial<NodeGoal> = {}) => goal({ drain: wanted, ...change });
  const cordoned: NodesSeen = {
    ...nothingSeen,
    claimed: true,
    nodes: { "node-01": { began: now, worked: now, cordoned: true, uids: [] } },
  };
  const next = (w: NodeWorld, seen = cordoned, at = now, g = draining()) =>
    nextNodeStep(w, look(seen, w, g, at), g, at);
  const says429 = {
    message: "Cannot evict pod as it would violate the pod's disruption budget.",
    status: 429,
    details: { causes: [{ message: "The disruption budget db needs 1 healthy pods and has 1 currently" }] },
  };
  const stepOf = (decision: ReturnType<typeof next>) => {
    if (decision.kind !== "step") throw new Error(`${decision.kind} is no step`);
    return decision.step;
  };

  test("calico-node is deleted when every other pod has left, and not before", () => {
    const first = next(started([web, db]));
    expect(first).toMatchObject({ step: { kind: "evict", pod: { name: "web" } } });
    const once = acted(cordoned, stepOf(first), now);
    const second = next(started([web, db]), once);
    expect(second).toMatchObject({ step: { kind: "evict", pod: { name: "db" } } });
    const both = acted(once, stepOf(second), now);
    expect(next(started([web, db]), both)).toMatchObject({
      kind: "wait",
      phase: "drain",
      for: "2 pods to leave (shop/web, shop/db)",
    });
    expect(next(started([{ ...db, ending: true }]), both)).toMatchObject({ kind: "wait", phase: "drain" });
    expect(next(started([]), both)).toMatchObject({ step: { kind: "delete-pod" } });
    // A dry run walks the same path.
    expect(next(assume(started([web]), stepOf(first), now), once)).toMatchObject({
      step: { kind: "delete-pod" },
    });
  });

  test("exactly the pod that was looked at is evicted, or deleted where budgets are not asked", () => {
    const places = Object.fromEntries(
      ["nodes", "pods", "daemonSets"].map((each) => [
        each,
        { group: "", version: "v1", resource: each.toLowerCase(), kind: each },
      ]),
    ) as unknown as Parameters<typeof writesOf>[1];
    const [asked] = writesOf(stepOf(next(started([web]))), places);
    expect(asked).toMatchObject({
      verb: "create",
      subresource: "eviction",
      ref: { namespace: "shop", name: "web", resource: "pods" },
      body: {
        apiVersion: "policy/v1",
        kind: "Eviction",
        deleteOptions: { preconditions: { uid: "uid-web" } },
      },
    });
    const by = draining({ drain: { ...wanted, by: "delete" } });
    expect(writesOf(stepOf(next(started([web]), cordoned, now, by)), places)).toMatchObject([
      { verb: "delete", uid: "uid-web" },
    ]);
  });

  test("what a budget holds back is asked for again after 5s, and the others do not wait for it", () => {
    const held = postponed(cordoned, stepOf(next(started([web, db]))), says429, now);
    if (held === undefined) throw new Error("it is a failure");
    expect(next(started([web, db]), held)).toMatchObject({ step: { kind: "evict", pod: { name: "db" } } });
    expect(next(started([web]), held, now + 4_999)).toMatchObject({
      kind: "wait",
      until: now + 5_000,
      stuck:
        "shop/web: Cannot evict pod as it would violate the pod's disruption budget. The disruption budget db needs 1 healthy pods and has 1 currently",
    });
    expect(next(started([web]), held, now + 5_000)).toMatchObject({ step: { kind: "evict" } });
    expect(
      postponed(cordoned, stepOf(next(started([web]))), { message: "no", status: 500 }, now),
    ).toBeUndefined();
  });

  test("a node that is not drained in time is given back, and the run stops there", () => {
    const held = postponed(cordoned, stepOf(next(started([web]))), says429, now) ?? cordoned;
    const late = now + 2_001;
    const soon = draining({ drain: { ...wanted, timeout: 2_000 } });
    const back = next(started([web]), held, late, soon);
    expect(back).toMatchObject({ step: { kind: "uncordon", why: "interrupted" } });
    const step = stepOf(back);
    const after = acted(held, step, late);
    expect(next(assume(started([web]), step, late), after, late + 1, soon)).toMatchObject({
      kind: "stop",
      reason: {
        node: "node-01",
        message: expect.stringMatching(
          /^node node-01 was not drained within 2s, 1 pod left: shop\/web: .* needs 1 healthy pods and has 1 currently$/,
        ) as string,
      },
    });
  });

  test("Ctrl-C gives the cordon back", () => {
    const stopped = { ...cordoned, interrupted: now };
    expect(next(started([web]), stopped)).toMatchObject({ step: { kind: "uncordon", why: "interrupted" } });
  });

  test("a pod that forbids it and came after the check stops the run before the cordon, and gives one back", () => {
    const fresh = { ...world({ run: myRun() }), drainPods: [made("lonely")] };
    expect(next(fresh, nothingSeen)).toMatchObject({
      kind: "stop",
      reason: { message: expect.stringContaining("cannot drain node node-01") as string },
    });
    expect(next(started([made("lonely")]))).toMatchObject({ step: { kind: "uncordon" } });
  });

  test("a node with the newest revision is neither drained nor restarted", () => {
    const done = { ...world({ run: myRun(), pods: [pod("node-01", { revision: 2 })] }), drainPods: [web] };
    expect(willRestart(done, draining(), "node-01", now)).toBe(false);
    expect(willRestart(started([web]), draining(), "node-01", now)).toBe(true);
  });

  test("a controller that moves with its node does not halt the run", () => {
    const fleet = {
      canaries: new Set<string>(),
      canarySettle: 0,
      maxUnavailable: 1,
      interval: 0,
      maxFailures: 0,
      before: {
        nodes: new Set(["node-01"]),
        ready: new Set(["node-01"]),
        unready: new Set<string>(),
        oldUnready: false,
      },
      joins: () => false,
      mayVanish: false,
    };
    const controller = { ...pod("node-01", { uid: "controller" }), labels: { "k8s-app": "controllers" } };
    const w = (components: readonly (typeof controller)[]) => ({ ...started([]), components });
    const halt = (g: NodeGoal) =>
      [w([controller]), w([{ ...controller, ready: false }]), w([])].reduce(
        (seen, each) => look(seen, each, g, now),
        cordoned,
      ).fleet?.halt;
    expect(halt(goal({ fleet }))).toMatchObject({ message: "no pod of controllers is Ready any more" });
    expect(halt(draining({ fleet }))).toBeUndefined();
  });
});
