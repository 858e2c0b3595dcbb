import { expect, test } from "vitest";
import type { KubeObject } from "../../../src/model/kube.ts";
import type { ServerVerdict } from "../../../src/model/server-verdict.ts";
import { run } from "../../../src/perform/run.ts";
import type { Ended } from "../../../src/plan/decision.ts";
import { nodeProcedure } from "../../../src/plan/node/procedure.ts";
import type { NodesSeen } from "../../../src/plan/node/seen.ts";
import { willRestart } from "../../../src/plan/node/will-restart.ts";
import { daemonSetPod, podOf, type PodRead } from "../../../src/plan/pod-of-template.ts";
import { SimulatedCluster } from "./simulated-cluster.ts";
import { goal, world } from "./world.ts";

const names = ["node-01", "node-02"];
const place = (group: string, resource: string, kind: string) => ({ group, version: "v1", resource, kind });
const places = {
  daemonSets: place("apps", "daemonsets", "DaemonSet"),
  nodes: place("", "nodes", "Node"),
  pods: place("", "pods", "Pod"),
};

/** Restarts both nodes; `verdicts`: what the server says to the pod of each. */
async function restart(
  verdicts: Readonly<Record<string, ServerVerdict>>,
): Promise<{ cluster: SimulatedCluster; asked: PodRead[]; result: Ended<NodesSeen> }> {
  const cluster = new SimulatedCluster({ nodes: names, cordoned: [], strategy: { type: "OnDelete" } });
  const asked: PodRead[] = [];
  const never = new AbortController().signal;
  const result = await run(
    nodeProcedure(goal({ nodes: names, restart: true, holder: "a", triesPods: true }), places),
    cluster,
    {
      dryRun: "none",
      now: () => cluster.now,
      send: (write) => cluster.send(write),
      interrupt: { first: never, second: never },
      emit: () => {},
      read: async (read) => {
        if (read.kind !== "pod") throw new Error("nobody asks BIRD here");
        asked.push(read);
        return verdicts[read.node ?? ""] ?? { kind: "passes" };
      },
    },
  );
  return { cluster, asked, result };
}

test("H30: a pod that admission refuses is known before anything is written, and no calico-node is deleted", async () => {
  const refused: ServerVerdict = {
    kind: "refused",
    messages: ['admission webhook "x" denied the request: no'],
  };
  const { cluster, result } = await restart({ "node-01": refused });
  expect(result).toMatchObject({ kind: "stopped", reason: { node: "node-01" } });
  expect(result.kind === "stopped" && result.reason.message).toContain(
    'node-01: admission webhook "x" denied the request: no; the running pod is left alone',
  );
  expect(cluster.log).toEqual([]);
});

test("H30: it is asked once for each node, and a later refusal leaves that node as it is", async () => {
  const refused: ServerVerdict = { kind: "refused", messages: ["no"] };
  const { cluster, asked, result } = await restart({ "node-02": refused });
  expect(asked.map(({ node }) => node)).toEqual(names);
  expect(result).toMatchObject({ kind: "stopped", reason: { node: "node-02" } });
  expect(cluster.log.filter((each) => each.startsWith("delete"))).toHaveLength(1);
  expect(names.map((name) => [cluster.cordoned(name), cluster.lease(name)])).toEqual([
    [false, undefined],
    [false, undefined],
  ]);
});

test("H30, H07: what cannot be known does not block", async () => {
  const unknown: ServerVerdict = { kind: "unknown", why: "this server has no server-side dry run" };
  const { result } = await restart({ "node-01": unknown, "node-02": unknown });
  expect(result).toMatchObject({ kind: "done" });
});

test("guards are asked about a node although the server was not asked about its pod yet", () => {
  const start = world();
  expect(willRestart(start, goal({ restart: true, triesPods: true }), "node-01", Date.now())).toBe(true);
});

const daemonSet: KubeObject = {
  apiVersion: "apps/v1",
  kind: "DaemonSet",
  metadata: { name: "calico-node", namespace: "kube-system", uid: "ds" },
};
const template = {
  metadata: { labels: { app: "calico-node" } },
  spec: { hostNetwork: true, serviceAccountName: "calico-node", tolerations: [{ operator: "Exists" }] },
};

test("H30: the pod is the one that the DaemonSet controller would make: its account, its node, its tolerations", () => {
  const pod = daemonSetPod(daemonSet, template, "node-01");
  expect(pod.metadata).toMatchObject({
    generateName: "calico-node-",
    namespace: "kube-system",
    labels: { app: "calico-node" },
    ownerReferences: [{ kind: "DaemonSet", uid: "ds", controller: true }],
  });
  expect(pod["spec"]).toMatchObject({
    serviceAccountName: "calico-node",
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            { matchFields: [{ key: "metadata.name", operator: "In", values: ["node-01"] }] },
          ],
        },
      },
    },
  });
  const { tolerations } = pod["spec"] as { tolerations: { key?: string }[] };
  expect(tolerations.map(({ key }) => key)).toContain("node.kubernetes.io/network-unavailable");
});

test("a controller's pod stays where its template puts it", () => {
  expect(podOf(daemonSet, template)["spec"]).toEqual(template.spec);
});
