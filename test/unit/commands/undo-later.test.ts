import { describe, expect, test } from "vitest";
import { asOwnedNow } from "../../../src/operations/undo/owned.ts";
import { asUndone } from "../../../src/operations/undo/as-undone.ts";
import type { UndoTarget } from "../../../src/operations/undo/staged-entries.ts";
import type { ClusterFacts } from "../../../src/model/cluster-facts.ts";
import { calicoDaemonSet } from "../../../src/model/observed.ts";
import { podFacts } from "../../../src/model/pod.ts";
import { known, type Reading } from "../../../src/model/reading.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { workloadFacts } from "../../../src/model/workload.ts";
import { observedOf } from "../build/a-cluster.ts";

const namespace = "kube-system";

function workload(kind: string, name: string, image: string, more: object = {}): KubeObject {
  const containers = [{ name, image }];
  return {
    apiVersion: "apps/v1",
    kind,
    metadata: { name, namespace, uid: `uid-of-${kind}` },
    spec: { template: { spec: { containers } }, ...more },
  };
}

function target(before: KubeObject | undefined, live: KubeObject | undefined): UndoTarget {
  const { kind, metadata } = before ?? live ?? { kind: "", metadata: { name: "" } };
  const index = {
    id: 1,
    action: before === undefined ? "created" : "changed",
    group: "apps",
    version: "v1",
    resource: `${kind.toLowerCase()}s`,
    kind,
    namespace,
    name: metadata.name,
    done: true,
  } as const;
  const { group, version, resource, name } = index;
  const entry = { ...index, ref: { group, version, resource, kind, namespace, name } };
  return { entry, part: "other", before, managers: undefined, live, adopted: false, another: false };
}

describe("H04: what is judged is what runs when the policies' turn comes", () => {
  const set = (tag: string) => workload("DaemonSet", "calico-node", `quay.io/calico/node:${tag}`);
  const controller = (kind: string, tag: string, more: object = {}) =>
    workload(kind, "calico-policy-controller", `quay.io/calico/kube-policy-controller:${tag}`, more);
  const pod = podFacts({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "calico-node-abcde",
      namespace,
      ownerReferences: [
        {
          apiVersion: "apps/v1",
          kind: "DaemonSet",
          name: "calico-node",
          uid: "uid-of-DaemonSet",
          controller: true,
        },
      ],
    },
    spec: { nodeName: "node-01", containers: [{ name: "calico-node", image: "quay.io/calico/node:v2.5.1" }] },
  });
  const elsewhere = { ...pod, name: "other-abcde", owner: "another" };
  const nothing = { known: false, why: "not asked", message: "not asked" } as const;
  const seen: ClusterFacts = {
    ...observedOf({}),
    serverVersion: "v1.15.12",
    now: 0,
    nodes: nothing,
    daemonSets: known([calicoDaemonSet(set("v2.5.1"))].flatMap((facts) => facts ?? [])),
    workloads: known(
      [controller("Deployment", "v0.7.0"), controller("ReplicaSet", "v0.5.4", { replicas: 0 })].flatMap(
        (object) => workloadFacts(object) ?? [],
      ),
    ),
    pods: known([pod, elsewhere]),
    revisions: nothing,
    configMaps: nothing,
    installation: nothing,
    events: nothing,
  };
  const valuesOf = <T>(reading: Reading<readonly T[]>): readonly T[] => (reading.known ? reading.value : []);

  test("pods of a DaemonSet that goes back run its former template, those of others what they run", () => {
    const { pods, daemonSets } = asUndone(seen, [target(set("v2.2.1"), set("v2.5.1"))]);
    const images = valuesOf(pods).map(({ containers }) => containers[0]?.image);
    expect(images).toEqual(["quay.io/calico/node:v2.2.1", "quay.io/calico/node:v2.5.1"]);
    const [facts, more] = valuesOf(daemonSets);
    expect([facts?.template.containers[0]?.image, more]).toEqual(["quay.io/calico/node:v2.2.1", undefined]);
  });

  test("a controller that the run made is gone by then, and the one that it turned off is back", () => {
    const { workloads } = asUndone(seen, [
      target(undefined, controller("Deployment", "v0.7.0")),
      target(controller("ReplicaSet", "v0.5.4", { replicas: 1 }), controller("ReplicaSet", "v0.5.4")),
    ]);
    const left = valuesOf(workloads);
    expect(left.map(({ kind, desired }) => [kind, desired])).toEqual([["ReplicaSet", 1]]);
  });

  test("what could not be read stays unknown, and without anything that goes back nothing is otherwise", () => {
    expect(asUndone({ ...seen, pods: nothing }, [target(set("v2.2.1"), set("v2.5.1"))]).pods).toBe(nothing);
    expect(asUndone(seen, [])).toBe(seen);
  });
});

describe("a ReplicaSet goes back with the owner that it has now", () => {
  const owned = (uid: string, revision: string): KubeObject => ({
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: "calico-policy-controller",
      namespace,
      annotations: { "deployment.kubernetes.io/desired-replicas": revision, mine: "yes" },
      ownerReferences: [{ apiVersion: "apps/v1", kind: "Deployment", name: "d", uid, controller: true }],
    },
  });

  test("the owner of then is gone, and the garbage collector would delete what names it", () => {
    const { metadata } = asOwnedNow(owned("then", "1"), undefined);
    expect(metadata).toEqual({ name: "calico-policy-controller", namespace, annotations: { mine: "yes" } });
    const now = asOwnedNow(owned("then", "1"), owned("now", "2"));
    expect(now).toEqual(owned("now", "2"));
  });

  test("other kinds are as they were", () => {
    const role: KubeObject = { ...owned("then", "1"), kind: "Deployment" };
    expect(asOwnedNow(role, owned("now", "2"))).toBe(role);
  });
});
