import { expect, test } from "vitest";
import { nodeFacts } from "../../../src/model/node.ts";
import { podFacts } from "../../../src/model/pod.ts";
import { templateFacts } from "../../../src/model/template.ts";
import { workloadFacts } from "../../../src/model/workload.ts";
import { controllerFindings, type ControllerSubject } from "../../../src/preflight/controller-checks.ts";

const image = "docker.io/calico/kube-controllers:v3.29.7";

function node(name: string, spec: object = {}, ready = "True", labels = {}) {
  return nodeFacts({
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels },
    spec,
    status: { conditions: [{ type: "Ready", status: ready }] },
  });
}

function findings(change: Partial<ControllerSubject>, spec: object = {}) {
  return controllerFindings({
    template: templateFacts({ spec: { containers: [{ name: "calico-kube-controllers", image }], ...spec } }),
    nodes: { known: true, value: [node("node-01")] },
    pods: [],
    own: [],
    written: [],
    elsewhere: [],
    ...change,
  });
}

const cordoned = node("node-01", { unschedulable: true });

test("a node that takes the pod is all that is asked for", () => {
  expect(findings({})).toEqual([]);
});

test("H24: a cordoned node counts only for a pod that tolerates the unschedulable taint", () => {
  const nodes = { known: true, value: [cordoned] } as const;
  expect(findings({ nodes })).toMatchObject([
    { id: "H24", outcome: "fail", fix: "make one schedulable", commands: ["kubectl uncordon node-01"] },
  ]);
  const tolerations = [{ key: "node.kubernetes.io/unschedulable", operator: "Exists" }];
  expect(findings({ nodes }, { tolerations })).toEqual([]);
  expect(findings({ nodes }, { tolerations: [{ operator: "Exists" }] })).toEqual([]);
});

test.each([
  ["not Ready", node("a", {}, "False")],
  ["tainted", node("a", { taints: [{ key: "dedicated", value: "x", effect: "NoSchedule" }] })],
  ["left out by the selector", node("a", {}, "True", { "kubernetes.io/os": "windows" })],
])("H24: a node that is %s does not count", (_what, one) => {
  const nodeSelector = { "kubernetes.io/os": "linux" };
  const labelled = { ...one, labels: { "kubernetes.io/os": "linux", ...one.labels } };
  expect(findings({ nodes: { known: true, value: [labelled] } }, { nodeSelector })).toMatchObject([
    { id: "H24", outcome: "fail" },
  ]);
});

test("H24: silent nodes alone are unknown, unreadable nodes a warning", () => {
  const silent = { known: true, value: [node("a", {}, "Unknown")] } as const;
  expect(findings({ nodes: silent })).toMatchObject([{ outcome: "unknown", severity: "error" }]);
  const dark = { known: false, why: "forbidden", message: "no" } as const;
  expect(findings({ nodes: dark })).toMatchObject([{ outcome: "unknown", severity: "warning" }]);
});

test("H21: a pull error of exactly this image stops; one of another, or none yet, does not", () => {
  const pod = (which: string) =>
    podFacts({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "p", namespace: "kube-system" },
      spec: { nodeName: "node-02", containers: [{ name: "c", image: which }] },
      status: {
        phase: "Pending",
        containerStatuses: [{ name: "c", state: { waiting: { reason: "ImagePullBackOff" } } }],
      },
    });
  expect(findings({ pods: [pod(image)] })).toMatchObject([
    { id: "H21", because: expect.stringContaining("on node node-02") as string },
  ]);
  expect(findings({ pods: [pod("docker.io/calico/kube-controllers:v3.28.0")] })).toEqual([]);
  // It is the controller's own pod, and no other runs: a restart loses nothing, and may mend it.
  const failing = pod(image);
  expect(findings({ pods: [failing], own: [failing] })).toMatchObject([{ severity: "warning" }]);
  const other = { ...failing, ready: true };
  expect(findings({ pods: [failing], own: [failing, other] })).toMatchObject([{ severity: "error" }]);
});

test("H12: a controller that somebody puts back by himself is not stopped behind his back", () => {
  const facts = workloadFacts({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name: "calico-kube-controllers",
      annotations: { "argocd.argoproj.io/tracking-id": "calico:apps/Deployment" },
    },
    spec: { template: { spec: { containers: [{ name: "calico-kube-controllers", image }] } } },
  });
  expect(findings({ written: facts === undefined ? [] : [facts] })).toMatchObject([
    { id: "H12", because: expect.stringContaining("Argo CD") as string },
  ]);
});

test("H24: a controller in another namespace is a second one", () => {
  const elsewhere = [
    podFacts({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "calico-kube-controllers-1", namespace: "calico" },
      spec: { containers: [{ name: "calico-kube-controllers", image }] },
      status: { phase: "Running" },
    }),
  ];
  expect(findings({ elsewhere })).toMatchObject([
    {
      id: "H24",
      severity: "error",
      because: expect.stringContaining("pod calico/calico-kube-controllers-1;") as string,
      commands: ["kubectl get deployments,replicasets -n calico"],
    },
  ]);
});

test("H05: what the running controller's account is allowed and the new one's is not is an error, else a warning", () => {
  const account = { namespace: "kube-system", name: "calico-kube-controllers" };
  const lacking = { account, rights: ["list pods", "list networkpolicies"] };
  expect(findings({ lacking })).toMatchObject([
    {
      id: "H05",
      severity: "warning",
      because:
        "ServiceAccount kube-system/calico-kube-controllers of the new controller is not allowed to list pods, list networkpolicies, and the file has no role for it",
    },
  ]);
  const before = { namespace: "kube-system", name: "calico-policy-controller" };
  expect(findings({ lacking: { ...lacking, before } })).toMatchObject([
    {
      severity: "error",
      because: expect.stringContaining(
        "which the running one's kube-system/calico-policy-controller is",
      ) as string,
    },
  ]);
});
