import { describe, expect, test } from "vitest";
import { configChange, markSays, staleReaders } from "../../../src/model/config-ledger.ts";
import { configMark, formatConfigChange } from "../../../src/model/config-notes.ts";
import { configMapFacts } from "../../../src/model/configmap.ts";
import { configAnnotation, configChangedAnnotation } from "../../../src/model/names.ts";
import { podFacts, type PodFacts } from "../../../src/model/pod.ts";
import { templateFacts } from "../../../src/model/template.ts";
import { formatTime } from "../../../src/model/time.ts";

const now = Date.UTC(2026, 0, 1, 12);

function from(key: string) {
  return { name: key.toUpperCase(), valueFrom: { configMapKeyRef: { name: "calico-config", key } } };
}

const template = templateFacts({
  spec: {
    initContainers: [{ name: "install-cni", env: [from("cni_network_config")] }],
    containers: [{ name: "calico-node", env: [from("veth_mtu")] }],
  },
});

function config(data: Readonly<Record<string, string>>) {
  return configMapFacts({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "calico-config", namespace: "kube-system" },
    data,
  });
}

function pod(options: { created?: number; started?: number; mark?: string } = {}): PodFacts {
  const { created = now, started = now, mark } = options;
  return podFacts({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "calico-node-x",
      creationTimestamp: formatTime(created),
      ...(mark === undefined ? {} : { annotations: { [configAnnotation]: mark } }),
    },
    spec: { initContainers: [{ name: "install-cni" }], containers: [{ name: "calico-node" }] },
    status: {
      phase: "Running",
      containerStatuses: [{ name: "calico-node", state: { running: { startedAt: formatTime(started) } } }],
    },
  });
}

const values = { veth_mtu: "1440", cni_network_config: "{}" };

describe("H25: a mark on the pod tells what it runs with, as long as no container has started again", () => {
  const mark = configMark(pod(), template, [config(values)]);

  test("the same values, other values, and keys that nobody here reads", () => {
    const marked = pod(mark === undefined ? {} : { mark });
    expect(markSays(marked, template, [config(values)])).toBe(true);
    expect(markSays(marked, template, [config({ ...values, veth_mtu: "1500" })])).toBe(false);
    expect(markSays(marked, template, [config({ ...values, unread: "x" })])).toBe(true);
  });

  test("a container that started again has read its environment again: the mark says nothing", () => {
    const marked = pod({ started: now + 60_000, ...(mark === undefined ? {} : { mark }) });
    expect(markSays(marked, template, [config(values)])).toBeUndefined();
    expect(markSays(pod(), template, [config(values)])).toBeUndefined();
    expect(markSays(pod({ mark: "{" }), template, [config(values)])).toBeUndefined();
  });
});

describe("H25: each container by its own start, an init container by the pod's", () => {
  const change = (...keys: readonly string[]) => ({ at: now, keys });
  const readers = (made: PodFacts, ...keys: readonly string[]) =>
    staleReaders(made, template, "calico-config", change(...keys)).map(({ container }) => container);

  test("a restarted container has the new value, and what its init container wrote is still the old one", () => {
    const restarted = pod({ created: now - 1_000, started: now + 1_000 });
    expect(readers(restarted, "veth_mtu")).toEqual([]);
    expect(readers(restarted, "cni_network_config")).toEqual(["install-cni"]);
  });

  test("values that came back: who started before they were taken away has not read the others", () => {
    const back = { at: now, keys: ["veth_mtu"], since: now - 60_000 };
    const stale = (started: number) =>
      staleReaders(pod({ created: started, started }), template, "calico-config", back).length;
    expect([stale(now - 61_000), stale(now - 60_000), stale(now - 1_000), stale(now)]).toEqual([0, 1, 1, 0]);
    const annotations = { [configChangedAnnotation]: formatConfigChange(back) };
    expect(configChange({ annotations })).toEqual(back);
  });

  test("H31: a pod that no kubelet ever took has read nothing: no run waits to restart it", () => {
    const made = pod({ created: now - 1_000 });
    const virtual: PodFacts = {
      ...made,
      phase: "Pending",
      containers: made.containers.map(({ startedAt: _never, ...container }) => container),
    };
    expect(readers(virtual, "veth_mtu", "cni_network_config")).toEqual([]);
  });

  test("what nobody reads makes nobody stale", () => {
    expect(readers(pod({ created: now - 1_000, started: now - 1_000 }), "etcd_endpoints")).toEqual([]);
    expect(readers(pod({ created: now - 1_000, started: now - 1_000 }), "veth_mtu")).toEqual(["calico-node"]);
  });
});
