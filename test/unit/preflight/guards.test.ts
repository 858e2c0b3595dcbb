import { describe, expect, test } from "vitest";
import { loadBalancers } from "../../../src/preflight/rules/rollout/h09-load-balancers.ts";
import { reconcilers } from "../../../src/preflight/rules/ownership/h12-reconcilers.ts";
import { silentNode } from "../../../src/preflight/rules/health/h16-silent-node.ts";
import { restartStorm } from "../../../src/preflight/rules/network/h17-restart-storm.ts";
import { othersReady } from "../../../src/preflight/rules/rollout/h18-others.ts";
import { lastNode } from "../../../src/preflight/rules/rollout/h19-last-node.ts";
import { timeWithoutRoutes } from "../../../src/preflight/rules/network/h22-time-without-routes.ts";
import { podFacts } from "../../../src/model/pod.ts";
import type { RestartForecast } from "../../../src/model/restart-forecast.ts";
import { nodeRules } from "../../../src/preflight/node-rules.ts";
import { blocks } from "../../../src/preflight/rule.ts";
import { lease, node, now, pod } from "../plan/world.ts";
import { facts, known, subject, unread } from "./facts.ts";

const nobody: ReadonlySet<string> = new Set();
const rolling = { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } };

describe("every guard", () => {
  test("passes, warns of nothing or does not apply in a healthy cluster", () => {
    const outcomes = nodeRules.map((rule) => [rule.id, rule.evaluate(facts(), subject(), now).outcome]);
    expect(Object.fromEntries(outcomes)).toEqual({
      H09: "n/a",
      H12: "n/a",
      H16: "pass",
      H17: "pass",
      H18: "pass",
      H19: "pass",
      H22: "n/a",
      H28: "n/a",
      H36: "n/a",
    });
  });

  test("is unknown, never passed, when what it needs could not be read; an unknown error blocks", () => {
    const blind = facts({
      facts: {
        daemonSet: unread,
        nodes: unread,
        pods: unread,
        revisions: unread,
        bgp: unread,
        mesh: unread,
        restartTime: unread,
        serverVersion: unread,
        loadBalancers: unread,
        reconcilers: unread,
        oldData: unread,
      },
    });
    for (const rule of nodeRules) {
      const finding = rule.evaluate(blind, subject(), now);
      expect(finding).toMatchObject({
        outcome: "unknown",
        because: expect.stringContaining("cannot list it") as string,
      });
      expect(blocks(finding, nobody)).toBe(rule.severity === "error");
    }
  });

  test("H16 is overridden by nothing, the others by their id or by all", () => {
    for (const rule of nodeRules) {
      const finding = { id: rule.id, severity: "error", outcome: "fail", because: "x" } as const;
      expect(blocks(finding, nobody)).toBe(true);
      expect(blocks(finding, new Set(["all"]))).toBe(rule.id === "H16");
      expect(blocks(finding, new Set([rule.id]))).toBe(rule.id === "H16");
    }
  });
});

describe("H22: what is known before a restart of how long routes have to last", () => {
  const seconds = 1000;
  const forecast = (change: Partial<RestartForecast>): RestartForecast => ({
    budget: 90 * seconds,
    earlier: [],
    ...change,
  });
  const judged = (change: Partial<RestartForecast>, pods = facts()) =>
    timeWithoutRoutes.evaluate(pods, subject({ forecast: forecast(change) }), now);

  test("every node before it was over the budget: the next one would lose its routes too", () => {
    expect(judged({ earlier: [{ node: "node-02", time: 125 * seconds, over: true }] })).toMatchObject({
      outcome: "fail",
      because: expect.stringContaining("about 125s on node node-01, as it was on node node-02"),
    });
  });

  test("one that was within it shows that it can be met", () => {
    const earlier = [
      { node: "node-02", time: 125 * seconds, over: true },
      { node: "node-03", time: 4 * seconds, over: false },
    ];
    expect(judged({ earlier })).toMatchObject({ outcome: "pass" });
  });

  test("an install-cni that ignores the request to end takes all of its grace period; --grace-period shortens it", () => {
    const old = podFacts({
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name: "calico-node-old",
        namespace: "kube-system",
        uid: "old",
        labels: { "k8s-app": "calico-node", "controller-revision-hash": "r1" },
        ownerReferences: [
          { apiVersion: "apps/v1", kind: "DaemonSet", name: "calico-node", uid: "ds", controller: true },
        ],
      },
      spec: {
        nodeName: "node-01",
        terminationGracePeriodSeconds: 30,
        containers: [
          { name: "calico-node", image: "calico/node:v2.4.1" },
          { name: "install-cni", image: "calico/cni:v1.10.0" },
        ],
      },
      status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
    });
    const around = facts({ facts: { pods: known([old]) } });
    expect(judged({ budget: 20 * seconds }, around)).toMatchObject({
      outcome: "fail",
      because: expect.stringContaining("takes 30s to end, and BGP peers keep its routes for 20s"),
    });
    expect(judged({ budget: 20 * seconds, gracePeriod: 5 }, around)).toMatchObject({ outcome: "pass" });
    expect(judged({}, around)).toMatchObject({ outcome: "pass" });
  });

  test("a calico-node that is not Ready has nothing to lose: no repair is held up", () => {
    const broken = facts({ facts: { pods: known([pod("node-01", { ready: false })]) } });
    expect(judged({ earlier: [{ node: "node-02", time: 125 * seconds, over: true }] }, broken)).toMatchObject(
      {
        outcome: "n/a",
      },
    );
  });
});

describe("H09: a cordon and load balancers", () => {
  const services = { serverVersion: known("v1.18.20"), loadBalancers: known(["default/shop"]) };

  test("up to Kubernetes 1.18 a Service of type LoadBalancer stands against a cordon", () => {
    expect(loadBalancers.evaluate(facts({ facts: services }), subject(), now)).toMatchObject({
      outcome: "fail",
      because: "Kubernetes v1.18.20 takes a cordoned node out of the load balancers of default/shop",
    });
  });

  test("not from 1.19 on, not without such a Service, not without a cordon", () => {
    const newer = facts({ facts: { ...services, serverVersion: known("v1.19.0") } });
    expect(loadBalancers.evaluate(newer, subject(), now).outcome).toBe("n/a");
    const none = facts({ facts: { ...services, loadBalancers: known([]) } });
    expect(loadBalancers.evaluate(none, subject(), now).outcome).toBe("pass");
    expect(loadBalancers.evaluate(facts({ facts: services }), subject({ noCordon: true }), now).outcome).toBe(
      "n/a",
    );
  });
});

describe("H12: a reconciler", () => {
  const marked = facts({ facts: { reconcilers: known(["Argo CD (argocd.argoproj.io/instance=net)"]) } });

  test("stands against a run that writes the DaemonSet, and names itself", () => {
    expect(reconcilers.evaluate(marked, subject({ writesDaemonSet: true }), now)).toMatchObject({
      outcome: "fail",
      because: expect.stringContaining("Argo CD (argocd.argoproj.io/instance=net)") as string,
    });
  });

  test("does not matter to a run that only restarts pods", () => {
    expect(reconcilers.evaluate(marked, subject(), now).outcome).toBe("n/a");
    expect(reconcilers.evaluate(facts(), subject({ writesDaemonSet: true }), now).outcome).toBe("pass");
  });
});

describe("H16: the node", () => {
  const on = (options: Parameters<typeof node>[1]) =>
    silentNode.evaluate(facts({ nodes: [node("node-01", options), node("node-02")] }), subject(), now);

  test("silent: refused, for its pod would vanish while its containers still run", () => {
    expect(on({ ready: "Unknown" })).toMatchObject({ outcome: "fail", severity: "error" });
    expect(on({ ready: "Unknown", lease: lease() })).toMatchObject({ outcome: "fail", severity: "error" });
  });

  test("not Ready for its network's sake, or under our lease: a warning, this restart may be the cure", () => {
    const words = "container runtime network not ready: cni plugin not initialized";
    expect(on({ ready: "False", readyMessage: words })).toMatchObject({
      outcome: "fail",
      severity: "warning",
    });
    expect(on({ ready: "False", readyMessage: "disk", lease: lease() })).toMatchObject({
      severity: "warning",
    });
  });

  test("not Ready for another reason: refused, with the reason", () => {
    expect(on({ ready: "False", readyMessage: "kubelet has disk pressure" })).toMatchObject({
      outcome: "fail",
      severity: "error",
      because: "node node-01 is not Ready (kubelet has disk pressure)",
    });
  });

  test("Ready, or gone: nothing against it", () => {
    expect(on({}).outcome).toBe("pass");
    expect(silentNode.evaluate(facts(), subject({ node: "gone" }), now).outcome).toBe("n/a");
  });
});

describe("H17: restart storm", () => {
  const after = (age: number, more: Parameters<typeof pod>[1] = {}, change = {}) =>
    restartStorm.evaluate(
      facts({
        pods: [pod("node-01", { created: now - age - 2_000, startedAt: now - age, ...more })],
        facts: change,
      }),
      subject(),
      now,
    );

  test("a Ready pod that started within the peers' restart time is not restarted", () => {
    expect(after(30_000)).toMatchObject({ outcome: "fail", fix: "wait 90s" });
    expect(after(120_000).outcome).toBe("pass");
  });

  test("the restart time that is configured counts", () => {
    expect(after(30_000, {}, { restartTime: known(20_000) }).outcome).toBe("pass");
    expect(after(130_000, {}, { restartTime: known(300_000) })).toMatchObject({ outcome: "fail" });
  });

  test("what is not Ready has nothing to lose", () => {
    expect(after(1_000, { ready: false }).outcome).toBe("n/a");
    expect(after(1_000, { ready: false, waiting: { reason: "CrashLoopBackOff" }, restarts: 7 }).outcome).toBe(
      "n/a",
    );
  });

  test("without BGP there are no peers", () => {
    expect(after(1_000, {}, { bgp: known(false) }).outcome).toBe("n/a");
  });

  test("a first start is no restart: the first pod of a new node, or of a new DaemonSet", () => {
    const young = { ...node("node-01"), created: now - 40_000 };
    const first = { created: now - 35_000, startedAt: now - 30_000 };
    const onYoung = (more: Parameters<typeof pod>[1]) =>
      restartStorm.evaluate(
        facts({ nodes: [young], pods: [pod("node-01", { ...first, ...more })] }),
        subject(),
        now,
      );
    expect(onYoung({}).outcome).toBe("pass");
    expect(onYoung({ restarts: 1 }).outcome).toBe("fail");
    expect(onYoung({ created: now - 5_000, startedAt: now - 4_000 }).outcome).toBe("fail");
  });
});

describe("H18: the others", () => {
  const pods = (second: Parameters<typeof pod>[1], first: Parameters<typeof pod>[1] = {}) => [
    pod("node-01", first),
    pod("node-02", second),
    pod("node-03"),
  ];
  const check = (options: Parameters<typeof facts>[0], more = {}) =>
    othersReady.evaluate(facts(options), subject(more), now);

  test("another node's calico-node that is not Ready stands against it, and says why it is not", () => {
    const waiting = { reason: "ImagePullBackOff", message: "not found" };
    expect(check({ pods: pods({ ready: false, waiting }) })).toMatchObject({
      outcome: "fail",
      because: expect.stringMatching(
        /^calico-node is not Ready on another node: node-02 \(ImagePullBackOff /,
      ) as string,
    });
    expect(check({ pods: [pod("node-01"), pod("node-03")] })).toMatchObject({
      because: "calico-node is not Ready on another node: node-02 (no pod)",
    });
  });

  test("not where the target's own pod is not Ready: this restart is the repair", () => {
    expect(check({ pods: pods({ ready: false }, { ready: false }) }).outcome).toBe("n/a");
  });

  test("a node that does not answer is not counted, nor one that the DaemonSet does not want", () => {
    const nodes = [node("node-01"), node("node-02", { ready: "Unknown" }), node("node-03")];
    expect(check({ nodes, pods: pods({ ready: false }) }).outcome).toBe("pass");
    const tainted = { ...node("node-02"), taints: [{ key: "other", effect: "NoSchedule" }] };
    expect(check({ nodes: [node("node-01"), tainted], pods: [pod("node-01")] }).outcome).toBe("pass");
  });

  test("a rollout of somebody else stands against it until it is taken over", () => {
    const rollout = { strategy: rolling, pods: pods({ revision: 2 }) };
    expect(check(rollout)).toMatchObject({
      outcome: "fail",
      because: expect.stringContaining(
        "a rollout of daemonset kube-system/calico-node is under way",
      ) as string,
      fix: expect.stringContaining("--take-over") as string,
    });
    expect(check(rollout, { takeOver: true }).outcome).toBe("pass");
    const over = [
      pod("node-01", { revision: 2 }),
      pod("node-02", { revision: 2 }),
      pod("node-03", { revision: 2 }),
    ];
    expect(check({ strategy: rolling, pods: over }).outcome).toBe("pass");
  });

  test("a pod that is only missing, or already being deleted, is no rollout that has to be taken over", () => {
    const newest = { revision: 2 };
    const missing = [pod("node-01", newest), pod("node-02", newest)];
    const because = "calico-node is not Ready on another node: node-03 (no pod)";
    expect(check({ strategy: rolling, pods: missing })).toMatchObject({ outcome: "fail", because });
    const going = pod("node-03", { deletedAt: now - 1000 });
    expect(check({ strategy: rolling, pods: [...missing, going] })).toMatchObject({
      outcome: "fail",
      because,
    });
  });

  test("a rollout that the controller has not begun is not said to be under way", () => {
    expect(check({ strategy: rolling, observed: false, pods: pods({}) })).toMatchObject({
      outcome: "fail",
      because: expect.stringContaining(
        "a rollout of daemonset kube-system/calico-node begins as soon as its controller has seen the newest template",
      ) as string,
    });
  });

  test("while Calico's own data migration holds Ready back, nobody is waited for", () => {
    expect(check({ pods: pods({ ready: false }) }, { expectReady: false }).outcome).toBe("n/a");
  });

  test("a node that this run brings to Ready first, left behind by a killed process, is no refusal", () => {
    const unready = check({ pods: pods({ ready: false }) });
    expect(unready.outcome).toBe("fail");
    const names = ["node-01", "node-02", "node-03"];
    expect(check({ pods: pods({ ready: false }) }, { earlier: names }).outcome).toBe("pass");
  });
});

describe("H19: the last node", () => {
  const check = (nodes: readonly ReturnType<typeof node>[], more = {}) =>
    lastNode.evaluate(facts({ nodes }), subject(more), now);

  test("the only schedulable node is a warning: new pods wait", () => {
    expect(check([node("node-01")])).toMatchObject({ outcome: "fail", severity: "warning" });
    expect(check([node("node-01"), node("node-02", { cordoned: true })]).outcome).toBe("fail");
    expect(check([node("node-01"), node("node-02", { ready: "Unknown" })]).outcome).toBe("fail");
  });

  test("so is the only control-plane node, by either name of the role", () => {
    for (const role of ["control-plane", "master"]) {
      expect(check([node("node-01", { roles: [role] }), node("node-02")])).toMatchObject({
        outcome: "fail",
        because: expect.stringContaining("no other control-plane node") as string,
      });
    }
    const two = [node("node-01", { roles: ["master"] }), node("node-02", { roles: ["control-plane"] })];
    expect(check(two).outcome).toBe("pass");
  });

  test("without a cordon no pod waits", () => {
    expect(check([node("node-01")], { noCordon: true }).outcome).toBe("n/a");
  });
});

describe("H36: several nodes at once", () => {
  const finding = (mesh: boolean, maxUnavailable?: number) =>
    nodeRules
      .find(({ id }) => id === "H36")
      ?.evaluate(
        facts({ facts: { mesh: known(mesh) } }),
        subject(maxUnavailable === undefined ? {} : { maxUnavailable }),
        now,
      );

  test("in a full mesh it is refused, without one and for one node at a time it is not", () => {
    expect(finding(true, 2)).toMatchObject({
      outcome: "fail",
      because: expect.stringContaining("--max-unavailable=2") as string,
    });
    expect(finding(false, 2)).toMatchObject({ outcome: "pass" });
    expect([finding(true), finding(true, 1)]).toMatchObject([{ outcome: "n/a" }, { outcome: "n/a" }]);
  });
});
