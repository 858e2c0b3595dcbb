import { describe, expect, test } from "vitest";
import { endpointFacts } from "../../../src/model/endpoint.ts";

function podFacts({
  spec = {},
  status = {},
  metadata = {},
}: { spec?: object; status?: object; metadata?: object } = {}): ReturnType<typeof endpointFacts> {
  return endpointFacts({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace: "shop", name: "web", ...metadata },
    spec,
    status,
  });
}

describe("whose traffic policies judge", () => {
  test.each([
    ["a pod on its node's network", { spec: { hostNetwork: true }, status: { podIP: "10.0.0.1" } }],
    [
      "one that is done: its address may be another pod's by now",
      { status: { phase: "Succeeded", podIP: "10.0.0.1" } },
    ],
    ["one that failed", { status: { phase: "Failed", podIP: "10.0.0.1" } }],
  ])("not %s", (_name, pod) => {
    expect(podFacts(pod)).toBeUndefined();
  });

  test.each([
    ["runs", { phase: "Running", podIP: "10.0.0.1" }, ["10.0.0.1"]],
    ["waits for its address", { phase: "Pending" }, []],
    ["has an address that is empty text", { phase: "Pending", podIP: "" }, []],
    ["is on a node that says nothing", { phase: "Unknown", podIP: "10.0.0.1" }, ["10.0.0.1"]],
    [
      "has two addresses",
      { podIP: "10.0.0.1", podIPs: [{ ip: "10.0.0.1" }, { ip: "fd00::1" }] },
      ["10.0.0.1", "fd00::1"],
    ],
    ["has null for a list", { podIP: "10.0.0.1", podIPs: null }, ["10.0.0.1"]],
  ])("one that %s", (_name, status, addresses) => {
    expect(podFacts({ status })?.addresses).toEqual(addresses);
  });

  test("one that is being deleted, as long as it runs: one that a finalizer alone holds does not stop a migration", () => {
    const metadata = { deletionTimestamp: "2026-01-01T00:00:00Z" };
    const spec = { containers: [{ name: "a" }, { name: "b" }] };
    const runs = { phase: "Running", podIP: "10.0.0.1" };
    const [ended, up] = [{ state: { terminated: { exitCode: 0 } } }, { state: { running: {} } }];
    const pod = (...containerStatuses: readonly object[]) => ({
      metadata,
      spec,
      status: { ...runs, containerStatuses },
    });
    expect(podFacts({ metadata, status: runs })).toBeDefined();
    expect(podFacts(pod(ended, up))).toBeDefined();
    // No kubelet has said what became of the other one.
    expect(podFacts(pod(ended))).toBeDefined();
    expect(podFacts(pod(ended, ended))).toBeUndefined();
    const sidecar = { ...pod(ended, ended).status, initContainerStatuses: [up] };
    expect(podFacts({ metadata, spec, status: sidecar })).toBeDefined();
    // Its containers start again: nobody deletes it.
    expect(podFacts({ ...pod(ended, ended), metadata: {} })).toBeDefined();
  });
});

test("a port's name counts in containers and sidecars, with TCP where no protocol stands, and whatever the host's port is", () => {
  const spec = {
    containers: [
      { ports: [{ name: "web", containerPort: 80, hostPort: 8080 }, { containerPort: 81 }] },
      { ports: [{ name: "dns", containerPort: 53, protocol: "UDP" }] },
      { ports: null },
    ],
    initContainers: [
      { ports: [{ name: "setup", containerPort: 1 }] },
      { restartPolicy: "Always", ports: [{ name: "proxy", containerPort: 15_000, protocol: "SCTP" }] },
    ],
  };
  expect(podFacts({ spec })?.namedPorts).toEqual([
    { name: "web", protocol: "TCP", port: 80 },
    { name: "dns", protocol: "UDP", port: 53 },
    { name: "proxy", protocol: "SCTP", port: 15_000 },
  ]);
});
