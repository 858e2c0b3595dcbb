import { describe, expect, test } from "vitest";
import { calicoReady } from "../../../src/preflight/rules/health/s02-calico-ready.ts";
import { restarts } from "../../../src/preflight/rules/health/s03-restarts.ts";
import { componentsReady } from "../../../src/preflight/rules/components/s04-components-ready.ts";
import { pinned } from "../../../src/preflight/rules/rollout/s06-pinned.ts";
import { oneRevision } from "../../../src/preflight/rules/rollout/s07-one-revision.ts";
import { budgets } from "../../../src/preflight/rules/rollout/s08-budgets.ts";
import { typhaRoom } from "../../../src/preflight/rules/components/s09-typha-room.ts";
import { cpuRoom } from "../../../src/preflight/rules/health/s10-cpu-room.ts";
import { accounts } from "../../../src/preflight/rules/rights/s11-accounts.ts";
import { oneRelease } from "../../../src/preflight/rules/health/s12-one-release.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { nodeFacts } from "../../../src/model/node.ts";
import { podFacts } from "../../../src/model/pod.ts";
import { known } from "../../../src/model/reading.ts";
import { aDaemonSet, ago, aNode, aPod, aTemplate, aWorkload, type PodSpec } from "../build/a-cluster.ts";
import { compared } from "./a-file.ts";
import { clusterFacts, findingOf, forbidden, rulesOf } from "./cluster.ts";

/** The pods of three nodes; what is not said of one is healthy. */
function withPods(...specs: readonly (PodSpec | undefined)[]) {
  const set = aDaemonSet();
  const pods = ["node-01", "node-02", "node-03"].flatMap((name, index) =>
    index in specs && specs[index] === undefined
      ? []
      : [podFacts(aPod(set, name, { hash: "aaa", ...specs[index] }))],
  );
  return { readings: { pods: known(pods) } };
}

describe("every rule about health", () => {
  test("finds nothing in a healthy cluster, and nothing that it could not read", () => {
    const { daemonSets, nodes, pods } = clusterFacts();
    expect([daemonSets.known, nodes.known, pods.known]).toEqual([true, true, true]);
    for (const rule of rulesOf("S"))
      expect([rule.id, findingOf(rule).outcome]).toEqual([rule.id, expect.stringMatching(/^(pass|n\/a)$/)]);
  });

  test.each(["S01", "S02", "S03", "S04", "S06", "S07", "S08", "S11", "S12"])(
    "%s is unknown where it may not look",
    (id) => {
      const rule = rulesOf("S").find((each) => each.id === id);
      const readings = {
        nodes: forbidden,
        pods: forbidden,
        workloads: forbidden,
        daemonSets: forbidden,
        revisions: forbidden,
        podDisruptionBudgets: forbidden,
        serviceAccounts: forbidden,
      };
      expect(rule === undefined ? undefined : findingOf(rule, { readings }).outcome).toBe("unknown");
    },
  );
});

describe("S02: calico-node is Ready", () => {
  test("where it is not, the node and the reason are named; a missing pod too", () => {
    const waiting = { reason: "ImagePullBackOff", message: "not found" };
    const { because, severity } = findingOf(calicoReady, withPods({}, { ready: false, waiting }, undefined));
    expect(severity).toBe("error");
    expect(because).toMatch(
      /^calico-node is not Ready on 2 of 3 nodes: node-02 \(ImagePullBackOff.*\), node-03 \(no pod\)$/,
    );
  });

  test.each([
    ["an upgrade is under way", withPods({ hash: "old" }, { ready: false })],
    [
      "all of them are broken: what is asked for may be the repair",
      withPods({ ready: false }, { ready: false }, { ready: false }),
    ],
  ])("a warning where %s", (_what, spec) => {
    expect(findingOf(calicoReady, spec)).toMatchObject({ outcome: "fail", severity: "warning" });
  });

  const pending = "0/3 nodes are available: Too many pods";

  test("H31: a virtual node, where calico-node can never run, keeps nobody from upgrading the others", () => {
    const { because, severity } = findingOf(calicoReady, withPods({}, {}, { pending }));
    expect([severity, because]).toEqual([
      "warning",
      expect.stringMatching(/^calico-node is not Ready on 1 of 3 nodes: node-03 \(.*Too many pods/),
    ]);
    expect(findingOf(calicoReady, withPods({}, { ready: false }, { pending })).severity).toBe("error");
  });

  test("a file of the release that runs may be the repair, one of another release not", () => {
    const sick = withPods({ ready: false });
    expect(compared(calicoReady, {}, {}, { ...sick, to: "v3.29.1" }).severity).toBe("warning");
    expect(compared(calicoReady, {}, {}, { ...sick, to: "v3.30.7" }).severity).toBe("error");
  });

  test("a silent node's pod is not judged: its state is old", () => {
    const nodes = [aNode("node-01"), aNode("node-02", { ready: "Unknown" }), aNode("node-03")];
    expect(
      findingOf(calicoReady, {
        ...withPods({}, { ready: false }),
        nodes,
        readings: { ...withPods({}, { ready: false }).readings, nodes: known(nodes.map(nodeFacts)) },
      }).outcome,
    ).toBe("pass");
  });
});

describe("S03: restarts", () => {
  const ended = (seconds: number) => ({ exitCode: 1, finishedAt: ago(seconds) });

  test("several, the last of them just now, are told with the exit code", () => {
    expect(findingOf(restarts, withPods({ restarts: 5, lastTerminated: ended(60) }))).toMatchObject({
      outcome: "fail",
      because: "calico-node restarts again and again on node-01 (5 times)",
      evidence: [{ value: "5, exit code 1" }],
    });
  });

  test("old ones, and a single one, are nothing", () => {
    expect(findingOf(restarts, withPods({ restarts: 5, lastTerminated: ended(3600) })).outcome).toBe("pass");
    expect(findingOf(restarts, withPods({ restarts: 1, lastTerminated: ended(60) })).outcome).toBe("pass");
  });
});

describe("S04: controller and Typha", () => {
  test("what is not Ready is named; v2.6's controller that is off on purpose is not", () => {
    expect(findingOf(componentsReady, { objects: [aWorkload({ ready: 0 })] })).toMatchObject({
      outcome: "fail",
      because: "not Ready: Deployment kube-system/calico-kube-controllers (0 of 1)",
    });
    const off = aWorkload({ name: "calico-policy-controller", replicas: 0, ready: 0 });
    expect(findingOf(componentsReady, { objects: [off] }).outcome).toBe("pass");
  });
});

describe("S06: a held strategy", () => {
  const held = { "calico-upgrade/pinned-strategy": '{"type":"RollingUpdate"}' };

  test("is told as long as it is held, and when somebody let go of it", () => {
    expect(findingOf(pinned, { daemonSet: { annotations: held, strategy: "OnDelete" } }).because).toContain(
      "is held at OnDelete",
    );
    expect(findingOf(pinned, { daemonSet: { annotations: held } }).because).toContain(
      "somebody has put RollingUpdate back",
    );
  });
});

describe("S07: one revision", () => {
  test("pods of an older one are named; without any sign it is unknown", () => {
    expect(findingOf(oneRevision, withPods({ hash: "old" })).because).toContain(
      "1 of 3 calico-node run an older revision than the DaemonSet asks for: node-01",
    );
    const unmarked = { readings: { pods: known([podFacts(aPod(aDaemonSet(), "node-01", {}))]) } };
    expect(findingOf(oneRevision, unmarked).outcome).toBe("unknown");
  });
});

describe("S08: budgets", () => {
  const budget = (allowed: number, labels: Readonly<Record<string, string>>): KubeObject => ({
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "b", namespace: "kube-system" },
    spec: { selector: { matchLabels: labels } },
    status: { disruptionsAllowed: allowed },
  });

  test.each([
    [0, { "k8s-app": "calico-node" }, "fail", "warning"],
    [0, { app: "shop" }, "fail", "info"],
    [1, { "k8s-app": "calico-node" }, "pass", "info"],
  ] as const)("%i allowed for %o", (allowed, labels, outcome, severity) => {
    expect(findingOf(budgets, { objects: [budget(allowed, labels)] })).toMatchObject({ outcome, severity });
  });
});

describe("S09: room for Typha", () => {
  const typha = (replicas: number) =>
    aWorkload({ name: "calico-typha", image: "docker.io/calico/typha:v3.29.1", replicas });

  test("more replicas than nodes is a warning with the command that scales", () => {
    expect(findingOf(typhaRoom, { objects: [typha(4)] })).toMatchObject({
      outcome: "fail",
      commands: ["kubectl scale deployment -n kube-system calico-typha --replicas=3"],
    });
    expect(findingOf(typhaRoom, { objects: [typha(3)] }).outcome).toBe("pass");
    expect(findingOf(typhaRoom).outcome).toBe("n/a");
    expect(findingOf(typhaRoom, { objects: [typha(3)], readings: { nodes: forbidden } }).outcome).toBe(
      "unknown",
    );
  });
});

describe("S10: room for the new request", () => {
  const asking = (cpu: string) => {
    const template = aTemplate();
    const spec = template["spec"] as { readonly containers: readonly object[] };
    return {
      daemonSet: {
        template: {
          ...template,
          spec: {
            ...spec,
            containers: spec.containers.map((each) => ({ ...each, resources: { requests: { cpu } } })),
          },
        },
      },
    };
  };
  const node = { ...aNode("node-01"), status: { allocatable: { cpu: "1" } } } as unknown as KubeObject;
  const pod = (cpu: string, labels: Readonly<Record<string, string>> = {}): KubeObject => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `a-${cpu}`, namespace: "kube-system", labels },
    spec: { nodeName: "node-01", containers: [{ resources: { requests: { cpu } } }] },
  });
  const check = (objects: readonly KubeObject[]) =>
    compared(cpuRoom, { ...asking("100m"), objects }, asking("250m"), { nodes: [node] });

  test("a node that is full is named with what is left", () => {
    expect(check([pod("800m")])).toMatchObject({
      outcome: "fail",
      because:
        "the new calico-node asks for 250m of CPU (now 100m), and there is not that much left on node-01 (200m)",
    });
  });

  test("what the old calico-node asks for is free by then", () => {
    expect(check([pod("750m"), pod("100m", { "k8s-app": "calico-node" })]).outcome).toBe("pass");
  });

  test("no more than before needs no room; unknown where pods cannot be listed, or a node does not say", () => {
    expect(compared(cpuRoom, asking("250m"), asking("250m")).outcome).toBe("pass");
    expect(
      compared(cpuRoom, asking("100m"), asking("250m"), { readings: { otherPods: forbidden } }).outcome,
    ).toBe("unknown");
    expect(compared(cpuRoom, asking("100m"), asking("250m")).outcome).toBe("unknown");
  });
});

describe("S11: accounts that are being deleted", () => {
  const account = (deleting: boolean): KubeObject => ({
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: {
      name: "calico-cni-plugin",
      namespace: "kube-system",
      ...(deleting ? { deletionTimestamp: ago(60), finalizers: ["tigera.io/cni-protector"] } : {}),
    },
  });

  test("one that a finalizer keeps stands against it", () => {
    expect(findingOf(accounts, { objects: [account(true)] })).toMatchObject({
      outcome: "fail",
      severity: "error",
      evidence: [{ value: "tigera.io/cni-protector" }],
    });
    expect(findingOf(accounts, { objects: [account(false)] }).outcome).toBe("pass");
  });
});

describe("S12: one release", () => {
  test("a controller of another release is told", () => {
    const controller = aWorkload({ image: "docker.io/calico/kube-controllers:v3.28.0" });
    expect(findingOf(oneRelease, { objects: [controller] }).because).toBe(
      "calico-node is of v3.29.1, the controller is of v3.28.0",
    );
  });

  test("digests tell nothing", () => {
    const digest = aTemplate({ node: "x/calico/node@sha256:01", cni: "x/calico/cni@sha256:02" });
    expect(findingOf(oneRelease, { daemonSet: { template: digest } }).outcome).toBe("unknown");
  });
});
