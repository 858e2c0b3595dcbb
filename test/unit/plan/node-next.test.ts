import { describe, expect, test } from "vitest";
import { nextNodeStep } from "../../../src/plan/node/next.ts";
import { look } from "../../../src/plan/node/look.ts";
import {
  acted,
  nothingSeen,
  unanswered,
  type NodeSeen,
  type NodesSeen,
} from "../../../src/plan/node/seen.ts";
import type { NodeWorld } from "../../../src/plan/node/world.ts";
import { formatRunLease } from "../../../src/model/lease.ts";
import { daemonSet, goal, lease, me, myRun, node, now, pod, revision, template, world } from "./world.ts";

const rolling = { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } };

function seenOn(name: string, fields: Partial<NodeSeen> = {}, more: Partial<NodesSeen> = {}): NodesSeen {
  return { ...nothingSeen, ...more, nodes: { [name]: { began: now, cordoned: false, uids: [], ...fields } } };
}

/** The decision, and of a step what matters most. */
function next(w = world(), g = goal(), seen: NodesSeen = nothingSeen, at = now) {
  const decision = nextNodeStep(w, look(seen, w, g, at), g, at);
  return decision.kind === "step"
    ? { ...decision, does: decision.step.kind }
    : { ...decision, does: decision.kind };
}

describe("order of one node", () => {
  test("H13: the run's lease is taken before anything else is written", () => {
    expect(next()).toMatchObject({
      does: "claim",
      step: { lease: { run: "ds/2", holder: me, renewed: now } },
    });
  });

  test("H13: the cordon carries who, since when, for which pod, and whether the node was cordoned before", () => {
    const decision = next(world({ run: myRun() }));
    expect(decision).toMatchObject({
      does: "cordon",
      step: {
        lease: { run: "ds/2", holder: me, since: now, wasUnschedulable: false, replaces: "pod-node-01" },
      },
    });
  });

  test("the pod is deleted only under our lease, and it is exactly the one inspected", () => {
    const nodes = [node("node-01", { cordoned: true, lease: lease() })];
    const decision = next(world({ run: myRun(), nodes, pods: [pod("node-01")] }));
    expect(decision).toMatchObject({ does: "delete-pod", step: { pod: { uid: "pod-node-01" } } });
  });

  test("H22: a DELETE that nobody answered is said where the pod is gone, with a gap from when it was sent; else sent again", () => {
    const nodes = [node("node-01", { cordoned: true, lease: lease() })];
    const before = world({ run: myRun(), nodes, pods: [pod("node-01")] });
    const begun = seenOn("node-01", { cordoned: true, worked: now - 4_000 });
    const decision = next(before, goal(), begun);
    if (decision.kind !== "step" || decision.step.kind !== "delete-pod") throw new Error(decision.does);
    const open = unanswered(begun, decision.step, now - 2_000);
    expect(next(before, goal(), open)).toMatchObject({
      does: "delete-pod",
      step: { pod: { uid: "pod-node-01" } },
    });
    expect(next(before, goal(), open)).not.toMatchObject({ step: { through: true } });

    const after = world({ run: myRun(), nodes, pods: [pod("node-01", { uid: "new", revision: 2 })] });
    const through = next(after, goal(), open);
    expect(through).toMatchObject({
      does: "delete-pod",
      step: { through: true, pod: { uid: "pod-node-01" } },
    });
    if (through.kind !== "step") throw new Error(through.does);
    const done = acted(open, through.step, now);
    expect(done.nodes["node-01"]).toMatchObject({ deleted: { uid: "pod-node-01", at: now - 2_000 } });
    expect(next(after, goal(), done)).not.toMatchObject({ does: "delete-pod" });
  });

  test("waits while the old pod terminates, and does not delete it twice", () => {
    const nodes = [node("node-01", { cordoned: true, lease: lease() })];
    const decision = next(world({ run: myRun(), nodes, pods: [pod("node-01", { deletedAt: now })] }));
    expect(decision).toMatchObject({ does: "wait", for: "pod calico-node-pod-node-01 to end" });
  });

  test("the pod is not deleted twice while the watch still shows it", () => {
    const nodes = [node("node-01", { cordoned: true, lease: lease() })];
    const seen = seenOn("node-01", { cordoned: true, deleted: { uid: "pod-node-01", at: now } });
    expect(next(world({ run: myRun(), nodes, pods: [pod("node-01")] }), goal(), seen)).toMatchObject({
      does: "wait",
      for: "pod calico-node-pod-node-01 to end",
    });
  });

  const replaced = (options: Parameters<typeof pod>[1] = {}) =>
    world({
      run: myRun(),
      nodes: [node("node-01", { cordoned: true, cordonedAt: now - 5_000, lease: lease() })],
      pods: [pod("node-01", { uid: "new", revision: 2, ...options })],
    });
  const afterDelete = { cordoned: true, deleted: { uid: "pod-node-01", at: now - 3_000 } };

  test("a replacement that is not Ready keeps the node cordoned", () => {
    expect(next(replaced({ ready: false }), goal(), seenOn("node-01", afterDelete))).toMatchObject({
      does: "wait",
      for: "pod calico-node-new to become Ready",
    });
  });

  test("H23: Ready for a moment is not settled", () => {
    const seen = seenOn("node-01", { ...afterDelete, uids: [{ uid: "new", at: now }] });
    expect(next(replaced({ readySince: now }), goal(), seen)).toMatchObject({
      does: "wait",
      for: "pod calico-node-new to settle",
      until: now + 11_000,
    });
  });

  test("H23: a container that restarts while it settles starts settling anew", () => {
    const seen = seenOn("node-01", {
      ...afterDelete,
      uids: [{ uid: "new", at: now }],
      up: { uid: "new", container: "containerd://new#0", since: now - 20_000 },
    });
    expect(next(replaced({ restarts: 1 }), goal(), seen)).toMatchObject({
      does: "wait",
      until: now + 11_000,
    });
    expect(next(replaced(), goal(), seen)).toMatchObject({ does: "uncordon" });
  });

  test("a settled node is uncordoned, then the run's lease ends", () => {
    const settled = replaced({ readySince: now - 60_000 });
    expect(next(settled)).toMatchObject({ does: "uncordon", step: { why: "done" } });
    const after = world({
      run: myRun(),
      nodes: [node("node-01")],
      pods: [pod("node-01", { uid: "new", revision: 2 })],
    });
    const done = seenOn("node-01", { outcome: { result: "restarted" } });
    expect(next(after, goal(), done)).toMatchObject({ does: "end-run", step: { clearPin: false } });
  });

  test("a node that runs the newest revision is left alone, without any write", () => {
    const w = world({ pods: [pod("node-01", { revision: 2 })], nodes: [node("node-01")] });
    expect(next(w)).toMatchObject({ does: "skip", node: "node-01" });
    expect(next(w, goal({ restart: true }))).toMatchObject({ does: "claim" });
  });
});

describe("H10, H11: which pod and which revision", () => {
  test("no pod is deleted before the controller has taken in the template", () => {
    const w = world({ observed: false });
    expect(next(w)).toMatchObject({ does: "wait", for: "the DaemonSet controller to take in the template" });
    const old = { ...nothingSeen, unobservedSince: now - 61_000 };
    expect(next(w, goal(), old)).toMatchObject({ does: "stop", reason: { id: "H11" } });
  });

  test("the template is written once the controller has taken in the strategy: before that a compare-and-swap only loses", () => {
    const write = { verb: "patch", ref: {}, body: {} } as never;
    const file = goal({ template: { reconcile: () => ({ writes: [write], template: true }) } });
    const pinned = { run: myRun(), strategy: { type: "OnDelete" }, pinned: rolling };
    expect(next(world(pinned), file)).toMatchObject({ does: "template" });
    const behind = world({ ...pinned, observed: false });
    expect(next(behind, file)).toMatchObject({ does: "wait", until: now + 1_000, passes: true });
    // A controller that does nothing keeps nobody from it.
    const late = { ...nothingSeen, unobservedSince: now - 1_000 };
    expect(next(behind, file, late)).toMatchObject({ does: "template" });
  });

  test("a template that somebody edits while images are pulled is not overwritten: nobody agreed on that", () => {
    const write = { verb: "patch", ref: {}, body: {} } as never;
    const held = world({ run: myRun(), strategy: { type: "OnDelete" }, pinned: rolling });
    const file = (plannedOn: string | undefined, template = true) =>
      goal({
        template: { reconcile: () => ({ writes: [write], template }), ...(plannedOn && { plannedOn }) },
      });
    const now = held.daemonSet?.facts.template.fingerprint;
    expect(next(held, file(now))).toMatchObject({ does: "template" });
    expect(next(held, file("another"))).toMatchObject({
      does: "stop",
      reason: {
        message: "somebody changed the pod template of daemonset kube-system/calico-node during the run",
      },
    });
    // What leaves the template as it is takes nothing away.
    expect(next(held, file("another", false))).toMatchObject({ does: "template" });
  });

  test("no pod is deleted before the revision of the template exists", () => {
    expect(next(world({ revisions: [revision(1)] }))).toMatchObject({ does: "wait" });
  });

  test("a replacement made from the old revision is a failure, not a reason to delete again", () => {
    const w = world({
      run: myRun(),
      nodes: [node("node-01", { cordoned: true, lease: lease() })],
      pods: [pod("node-01", { uid: "again", revision: 1 })],
    });
    const deleted = { cordoned: true, deleted: { uid: "pod-node-01", at: now } };
    expect(next(w, goal(), seenOn("node-01", deleted))).toMatchObject({
      does: "stop",
      reason: { id: "H11" },
    });
  });

  test("churn stops the run instead of waiting for ever", () => {
    const w = world({
      run: myRun(),
      nodes: [node("node-01", { cordoned: true, lease: lease() })],
      pods: [pod("node-01", { uid: "e", revision: 2, ready: false })],
    });
    const uids = ["a", "b", "c", "d"].map((uid) => ({ uid, at: now - 10_000 }));
    expect(next(w, goal(), seenOn("node-01", { uids }))).toMatchObject({
      does: "stop",
      reason: { message: expect.stringContaining("came and went") },
    });
  });
});

describe("H12: pinned strategy", () => {
  const file = {
    strategy: rolling,
    reconcile: () => ({
      writes: [
        {
          verb: "delete" as const,
          ref: { group: "", version: "v1", resource: "x", kind: "X", name: "x" },
          uid: "x",
        },
      ],
      template: true,
    }),
  };
  const current = [1, 2, 3].map((n) => pod(`node-0${n}`, { revision: 2 }));

  test("RollingUpdate is pinned in the same patch as the lease, before the template changes", () => {
    const w = world({ strategy: rolling, pods: current });
    expect(next(w, goal({ template: file }))).toMatchObject({
      does: "claim",
      step: { pin: rolling, lease: { run: "ds/3" } },
    });
    const pinned = world({ pods: current, pinned: rolling, run: myRun({ run: "ds/3" }) });
    expect(next(pinned, goal({ template: file }))).toMatchObject({ does: "template" });
  });

  test("OnDelete that stays OnDelete needs no pin", () => {
    const decision = next(
      world({ pods: current }),
      goal({ template: { ...file, strategy: { type: "OnDelete" } } }),
    );
    expect(decision).toMatchObject({ does: "claim" });
    expect(decision).not.toHaveProperty("step.pin");
  });

  test("a file that turns OnDelete into RollingUpdate is pinned to OnDelete all the same", () => {
    expect(next(world({ pods: current }), goal({ template: file }))).toMatchObject({
      step: { pin: rolling },
    });
  });

  const done = seenOn("node-01", { outcome: { result: "restarted" } });

  test("stays pinned as long as one node that answers runs an older revision", () => {
    const pods = [pod("node-01", { revision: 2 }), pod("node-02", { revision: 1 })];
    const w = world({ pinned: rolling, run: myRun(), pods, nodes: [node("node-01"), node("node-02")] });
    expect(next(w, goal(), done)).toMatchObject({
      does: "end-run",
      step: { clearPin: false, lease: { run: "ds/2" } },
    });
  });

  test("H16: a silent node does not hold the pin", () => {
    const pods = [pod("node-01", { revision: 2 }), pod("node-02", { revision: 1 })];
    const nodes = [node("node-01"), node("node-02", { ready: "Unknown" })];
    expect(next(world({ pinned: rolling, run: myRun(), pods, nodes }), goal(), done)).toMatchObject({
      does: "unpin",
      step: { strategy: rolling, silent: ["node-02"] },
    });
  });

  test("once the strategy is back the run ends, whatever the controller does with it", () => {
    const pods = [pod("node-01", { revision: 2 }), pod("node-02", { revision: 1 })];
    const w = world({ strategy: rolling, observed: false, run: myRun(), pods });
    expect(next(w, goal(), { ...done, unpinned: true, pinned: true })).toMatchObject({
      does: "end-run",
      step: { clearPin: false },
    });
  });

  test("H18: --take-over holds a rollout also while the node at hand has nothing to be done", () => {
    const pods = [pod("node-01", { revision: 2, ready: false }), pod("node-02")];
    const rollout = { strategy: rolling, pods, nodes: [node("node-01"), node("node-02")] };
    expect(next(world(rollout), goal({ takeOver: true }))).toMatchObject({
      does: "claim",
      step: { pin: rolling },
    });
    // Held, it is not held again: at the end the lease goes, and with it the run.
    const held = world({ ...rollout, strategy: { type: "OnDelete" }, pinned: rolling, run: { run: "ds/2" } });
    expect(next(held, goal({ takeOver: true }), done)).toMatchObject({ does: "done" });
  });

  test("somebody else putting RollingUpdate back stops the run at once and is named", () => {
    const w = world({ strategy: rolling, pinned: rolling, run: myRun() });
    const by = [
      {
        manager: "kubectl-patch",
        operation: "Update" as const,
        time: "2026-01-01T11:59:59Z",
        fieldsV1: { "f:spec": { "f:updateStrategy": {} } },
      },
    ];
    const facts = w.daemonSet?.facts;
    if (facts === undefined || w.daemonSet === undefined) throw new Error("the builder made no DaemonSet");
    const changed = { ...w, daemonSet: { ...w.daemonSet, facts: { ...facts, managedFields: by } } };
    const decision = next(changed, goal(), { ...nothingSeen, pinned: true });
    expect(decision).toMatchObject({
      does: "stop",
      reason: { id: "H12", message: expect.stringContaining("kubectl-patch") },
    });
  });

  test("a stopped run gives up its lease, so that the next command goes on at once", () => {
    const stopped = { ...nothingSeen, stop: { message: "x" } };
    expect(next(world({ run: myRun() }), goal(), stopped)).toMatchObject({
      does: "end-run",
      step: { lease: { run: "ds/2" } },
    });
    expect(next(world({ run: { run: "ds/2" } }), goal(), stopped)).toMatchObject({ does: "stop" });
  });
});

describe("H13: leases and people", () => {
  const theirs = (age: number, run = "ds/2") =>
    world({ run: { run, holder: "bob@desk/9", renewed: now - age } });

  test("a run that is being worked on is left alone, also with the same target", () => {
    expect(next(theirs(10_000))).toMatchObject({
      does: "stop",
      reason: { id: "H13", message: expect.stringContaining("bob@desk/9") },
    });
    expect(next(theirs(10_000), goal({ takeOver: true }))).toMatchObject({ does: "claim" });
  });

  test("the same run is continued by anyone once it was not renewed for a minute", () => {
    expect(next(theirs(61_000))).toMatchObject({ does: "claim" });
  });

  test("another run is not continued without --take-over", () => {
    expect(next(theirs(61_000, "ds/1"))).toMatchObject({ does: "stop", reason: { id: "H13" } });
    expect(next(theirs(61_000, "ds/1"), goal({ takeOver: true }))).toMatchObject({ does: "claim" });
  });

  test("a run whose process ended by itself goes on at once", () => {
    expect(next(world({ run: { run: "ds/2" } }))).toMatchObject({ does: "claim" });
  });

  test("a process that was taken over stops, whatever it was started with", () => {
    const decision = next(theirs(1_000), goal({ takeOver: true }), { ...nothingSeen, claimed: true });
    expect(decision).toMatchObject({ does: "stop", reason: { id: "H13" } });
  });

  test.each([false, true])(
    "H13: a process whose lease is gone, since another run took it over and ended, writes no more (part of a run: %s)",
    (nested) => {
      const held = { ...seenOn("node-01", { cordoned: true }), claimed: !nested, kept: "ds" };
      const w = world({ nodes: [node("node-01")] });
      const own = goal({ nested, takeOver: true });
      expect(next(w, own, held)).toMatchObject({
        does: "stop",
        reason: { id: "H13", message: expect.stringContaining("is gone") as string },
      });
      // Nothing is left to write, or a DaemonSet that was created anew never had it.
      const done = world({ nodes: [node("node-01")], pods: [pod("node-01", { revision: 2 })] });
      expect(next(done, own, held)).toMatchObject({ does: "skip" });
      expect(next(w, own, { ...held, kept: "before" })).not.toMatchObject({ does: "stop" });
    },
  );

  test("a lease that was given back by this process is not lost", () => {
    const w = world({ run: myRun() });
    const held = look(nothingSeen, w, goal(), now);
    expect(held.kept).toBe("ds");
    const { facts } = w.daemonSet ?? {};
    if (facts === undefined) throw new Error("no DaemonSet");
    expect(acted(held, { kind: "end-run", daemonSet: facts, clearPin: false }, now).kept).toBeUndefined();
  });

  test("a node whose pod this process replaced, and which somebody gave back, is not cordoned once more", () => {
    const w = world({
      run: myRun(),
      nodes: [node("node-01")],
      pods: [pod("node-01", { uid: "new", revision: 2 })],
    });
    const deleted = seenOn("node-01", { deleted: { uid: "pod-node-01", at: now } });
    expect(next(w, goal({ restart: true }), deleted)).toMatchObject({ does: "skip", node: "node-01" });
  });

  test("the lease is renewed while the process lives", () => {
    expect(next(world({ run: myRun({ renewed: now - 20_000 }) }))).toMatchObject({ does: "renew" });
  });

  test("an unreadable lease is not guessed at", () => {
    expect(next(world({ run: "{broken" }))).toMatchObject({ does: "stop", reason: { id: "H13" } });
    const nodes = [node("node-01", { cordoned: true, lease: "unreadable" })];
    const w = world({ run: myRun(), nodes, pods: [pod("node-01")] });
    expect(next(w)).toMatchObject({ does: "stop", reason: { id: "H13" } });
    // Who cordoned it is not known: it stays cordoned in the end.
    expect(next(w, goal({ takeOver: true }))).toMatchObject({
      does: "cordon",
      step: { lease: { wasUnschedulable: true } },
    });
  });

  test("a lease on a node that somebody uncordoned is void and removed", () => {
    const nodes = [node("node-01", { lease: lease() })];
    expect(next(world({ run: myRun(), nodes, pods: [pod("node-01")] }))).toMatchObject({
      does: "drop-lease",
      step: { why: "void" },
    });
  });

  test("under --no-cordon the lease on a schedulable node is not void", () => {
    const nodes = [node("node-01", { lease: lease({ noCordon: true }) })];
    const w = world({ run: myRun(), nodes, pods: [pod("node-01")] });
    expect(next(w, goal({ noCordon: true }))).toMatchObject({ does: "delete-pod" });
  });

  test("a node that somebody uncordons between cordon and delete is not restarted", () => {
    const nodes = [node("node-01", { lease: lease() })];
    const seen = seenOn("node-01", { cordoned: true });
    expect(next(world({ run: myRun(), nodes, pods: [pod("node-01")] }), goal(), seen)).toMatchObject({
      does: "stop",
      reason: { id: "H13" },
    });
  });

  const finished = (options: Parameters<typeof node>[1], change: Parameters<typeof lease>[0] = {}) =>
    world({
      run: myRun(),
      nodes: [node("node-01", { cordoned: true, lease: lease(change), ...options })],
      pods: [pod("node-01", { uid: "new", revision: 2 })],
    });

  test("a node that was cordoned before us stays cordoned", () => {
    expect(next(finished({}, { wasUnschedulable: true }))).toMatchObject({
      does: "drop-lease",
      step: { why: "was-cordoned" },
    });
  });

  test("on resume only our own cordon is taken back", () => {
    expect(next(finished({ cordonedAt: now - 6_000 }))).toMatchObject({ does: "uncordon" });
    expect(next(finished({ cordonedAt: now + 60_000 }))).toMatchObject({
      does: "drop-lease",
      step: { why: "cordoned-again" },
    });
    expect(next(finished({}))).toMatchObject({ does: "drop-lease", step: { why: "cordoned-again" } });
  });

  test("what an earlier process began goes on under this process's name", () => {
    const w = finished({ cordonedAt: now - 5_000 }, { holder: "alice@laptop/0", run: "ds/1" });
    expect(next(w)).toMatchObject({
      does: "take-lease",
      step: { lease: { holder: me, run: "ds/2", replaces: "pod-node-01" } },
    });
  });
});

describe("Ctrl-C", () => {
  const interrupted = { interrupted: now };

  test("before the delete the cordon is given back", () => {
    const nodes = [node("node-01", { cordoned: true, cordonedAt: now, lease: lease() })];
    const decision = next(
      world({ run: myRun(), nodes, pods: [pod("node-01")] }),
      goal(),
      seenOn("node-01", { cordoned: true }, interrupted),
    );
    expect(decision).toMatchObject({ does: "uncordon", step: { why: "interrupted" } });
  });

  test("after the delete the pod gets 30 s to become Ready, then the node stays under its lease", () => {
    const nodes = [node("node-01", { cordoned: true, lease: lease() })];
    const w = world({
      run: myRun(),
      nodes,
      pods: [pod("node-01", { uid: "new", revision: 2, ready: false })],
    });
    const deleted = { cordoned: true, deleted: { uid: "pod-node-01", at: now } };
    expect(next(w, goal(), seenOn("node-01", deleted, interrupted))).toMatchObject({
      does: "wait",
      for: "pod calico-node-new to become Ready, 30s at most (interrupted; Ctrl-C again leaves at once)",
    });
    const late = seenOn("node-01", deleted, { interrupted: now - 30_001 });
    expect(next(w, goal(), late)).toMatchObject({ does: "stop", reason: { interrupted: true } });
  });

  test("before anything was written nothing is", () => {
    expect(next(world(), goal(), { ...nothingSeen, ...interrupted })).toMatchObject({ does: "stop" });
  });
});

describe("what goes wrong", () => {
  test("a refusing guard stops before the cordon, and gives a fresh cordon back before it stops", () => {
    const refusing = goal({ guard: () => ({ id: "H18", message: "not now" }) });
    expect(next(world({ run: myRun() }), refusing)).toMatchObject({ does: "stop", reason: { id: "H18" } });
    const nodes = [node("node-01", { cordoned: true, lease: lease() })];
    const w = world({ run: myRun(), nodes, pods: [pod("node-01")] });
    expect(next(w, refusing, seenOn("node-01", { cordoned: true }))).toMatchObject({ does: "uncordon" });
  });

  test("a time-out names the stuck reason, and the node stays cordoned", () => {
    const nodes = [node("node-01", { cordoned: true, lease: lease() })];
    const waiting = { reason: "ImagePullBackOff", message: "no such tag" };
    const w = world({
      run: myRun(),
      nodes,
      pods: [pod("node-01", { uid: "new", revision: 2, ready: false, waiting })],
    });
    const seen = seenOn("node-01", { began: now - 300_001, cordoned: true });
    expect(next(w, goal(), seen)).toMatchObject({
      does: "stop",
      reason: {
        message: expect.stringContaining("ImagePullBackOff"),
        hint: expect.stringContaining("stays cordoned"),
      },
    });
    expect(next(w, goal(), seenOn("node-01"))).toMatchObject({
      does: "wait",
      stuck: expect.stringContaining("no such tag"),
    });
    expect(next(w, goal({ timeout: 0 }), seen)).toMatchObject({ does: "wait" });
  });

  test("H16: a kubelet that falls silent is named, not what its pods were like before", () => {
    const message = "Kubelet stopped posting node status.";
    const nodes = [
      node("node-01", { cordoned: true, lease: lease(), ready: "Unknown", readyMessage: message }),
    ];
    const cause = expect.stringContaining(`the kubelet is silent (${message})`);
    const deleted = { cordoned: true, deleted: { uid: "pod-node-01", at: now } };
    const waiting = { reason: "ImagePullBackOff", message: "no such tag" };
    for (const pods of [
      [pod("node-01", { deletedAt: now })],
      [],
      [pod("node-01", { uid: "new", revision: 2, ready: false, waiting })],
    ]) {
      const w = world({ run: myRun(), nodes, pods });
      expect(next(w, goal(), seenOn("node-01", deleted))).toMatchObject({ does: "wait", stuck: cause });
      expect(next(w, goal(), seenOn("node-01", { ...deleted, began: now - 300_001 }))).toMatchObject({
        does: "stop",
        reason: { message: cause },
      });
    }
  });

  test("a node that goes away during its restart is reported, not waited for", () => {
    const w = world({ run: myRun(), nodes: [node("node-02")], pods: [] });
    expect(next(w, goal(), seenOn("node-01", { cordoned: true }))).toMatchObject({
      does: "vanished",
      node: "node-01",
    });
  });

  test("another DaemonSet of the same name is not the one that was inspected", () => {
    expect(next(world(), goal({ daemonSet: "other" }))).toMatchObject({ does: "stop" });
  });

  test("a DaemonSet that wants no pod on the node is not waited for", () => {
    const raw = daemonSet();
    const spec = raw["spec"] as { template: unknown };
    expect(spec.template).toEqual(template(2));
    const w = world({ run: myRun() });
    const facts = w.daemonSet?.facts;
    if (facts === undefined || w.daemonSet === undefined) throw new Error("the builder made no DaemonSet");
    const selective = { ...facts, template: { ...facts.template, nodeSelector: { pool: "other" } } };
    const revisions = w.revisions.map((entry) =>
      entry.revision === 2 ? { ...entry, template: selective.template } : entry,
    );
    const changed = { ...w, revisions, daemonSet: { ...w.daemonSet, facts: selective } };
    expect(next(changed)).toMatchObject({ does: "stop", reason: { id: "H10" } });
  });
});

test("H26: with --probe-image the node is uncordoned only after a pod got an address there", () => {
  const w = world({
    run: formatRunLease(myRun()),
    nodes: [node("node-01", { cordoned: true, cordonedAt: now - 5_000, lease: lease() })],
    pods: [pod("node-01", { uid: "new", revision: 2 })],
  });
  const g = goal({ probeImage: "busybox" });
  expect(next(w, g)).toMatchObject({ does: "probe", step: { image: "busybox", namespace: "kube-system" } });
  const probe = { ...pod("node-01", { uid: "probe" }) };
  expect(next({ ...w, probes: [probe] }, g)).toMatchObject({ does: "wait" });
  expect(next({ ...w, probes: [{ ...probe, ip: "10.0.0.9" }] }, g)).toMatchObject({ does: "probe-done" });
  expect(next(w, g, seenOn("node-01", { probed: true }))).toMatchObject({ does: "uncordon" });
  // Ctrl-C in the middle of it: no pod of ours stays behind, and nothing passes for verified.
  const cutOff = seenOn("node-01", {}, { interrupted: now - 1 });
  const removed = next({ ...w, probes: [probe] }, g, cutOff);
  expect(removed).toMatchObject({ does: "probe-done", step: { pod: { uid: "probe" } } });
  if (removed.kind !== "step") throw new Error("no step");
  expect(acted(cutOff, removed.step, now).nodes["node-01"]).toMatchObject({ probed: false });
  expect(next(w, g, cutOff)).toMatchObject({ does: "uncordon" });
});

test("etcd v2.6 → v3: between Calico's start and complete a running pod is enough", () => {
  const w = world({
    run: myRun(),
    nodes: [node("node-01", { cordoned: true, cordonedAt: now - 5_000, lease: lease() })],
    pods: [pod("node-01", { uid: "new", revision: 2, ready: false })],
  });
  const seen = seenOn("node-01", {
    up: { uid: "new", container: "containerd://new#0", since: now - 12_000 },
  });
  expect(next(w, goal({ expectReady: false }), seen)).toMatchObject({ does: "uncordon" });
});

describe("H22: the budget runs out while the pod is not back", () => {
  const under = (of: Parameters<typeof pod>[1] | undefined, events: NodeWorld["events"] = []): NodeWorld => ({
    ...world({
      run: myRun(),
      nodes: [node("node-01", { cordoned: true, lease: lease() })],
      pods: of === undefined ? [] : [pod("node-01", { uid: "new", revision: 2, ready: false, ...of })],
    }),
    events,
  });
  const deleted = (ago: number) =>
    seenOn("node-01", { began: now - ago, cordoned: true, deleted: { uid: "pod-node-01", at: now - ago } });
  const pulling = {
    uid: "new",
    name: "calico-node-new",
    reason: "Pulling",
    message: 'Pulling image "calico/node:v3.2.0"',
    last: now - 80_000,
  } as NodeWorld["events"][number];
  const creating = { created: now - 85_000, waiting: { reason: "ContainerCreating" } };

  test("it is said as soon as it is so, and not before", () => {
    const w = under(creating);
    expect(next(w, goal(), deleted(89_000))).not.toHaveProperty("alarm");
    expect(next(w, goal(), deleted(89_000))).toMatchObject({ until: now + 1_001 });
    expect(next(w, goal(), deleted(91_000))).toMatchObject({
      alarm: expect.stringContaining(
        "H22: calico-node on node node-01 has been down for more than 90s",
      ) as string,
    });
    const { budget: _none, ...noBgp } = goal();
    expect(next(w, noBgp, deleted(91_000))).not.toHaveProperty("alarm");
  });

  test("an image that is being pulled is named as that before anything has failed, and a pod that only starts is not", () => {
    expect(next(under(creating, [pulling]), goal(), deleted(10_000))).toMatchObject({
      stuck: "Pulling calico/node:v3.2.0",
    });
    expect(next(under(creating), goal(), deleted(10_000))).not.toHaveProperty("stuck");
  });

  test("with the reason, also where that only needs time: an image that is being pulled", () => {
    expect(next(under(creating, [pulling]), goal(), deleted(91_000))).toMatchObject({
      alarm: expect.stringContaining("(Pulling calico/node:v3.2.0)") as string,
    });
    const crashing = { created: now - 85_000, waiting: { reason: "CrashLoopBackOff" }, restarts: 3 };
    expect(next(under(crashing), goal(), deleted(91_000))).toMatchObject({
      stuck: expect.stringContaining("CrashLoopBackOff") as string,
      alarm: expect.stringContaining("graceful-restart budget: BGP peers may be dropping") as string,
    });
  });
});
