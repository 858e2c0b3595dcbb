import { describe, expect, test } from "vitest";
import { hostEndpoints } from "../../../src/preflight/rules/policy/b14-host-endpoints.ts";
import { adminPolicies } from "../../../src/preflight/rules/policy/b33-admin-policies.ts";
import { aCalicoObject, findingOf, forbidden } from "./cluster.ts";

describe("B14: host endpoints of all interfaces begin to drop with v3.14", () => {
  const all = aCalicoObject("HostEndpoint", "node-01-all", { interfaceName: "*", node: "node-01" });
  const one = aCalicoObject("HostEndpoint", "node-01-eth0", { interfaceName: "eth0", node: "node-01" });
  const across = { release: "v3.13.4" };

  test("one of all interfaces stands against crossing v3.14, and is named", () => {
    expect(findingOf(hostEndpoints, { ...across, objects: [one, all] }, "v3.14.1")).toMatchObject({
      outcome: "fail",
      severity: "error",
      evidence: [{ object: "HostEndpoint node-01-all", field: "spec.interfaceName", value: "*" }],
    });
  });

  test("one of a single interface does not", () => {
    expect(findingOf(hostEndpoints, { ...across, objects: [one] }, "v3.14.1").outcome).toBe("pass");
  });

  test.each([
    ["v3.12.0", "v3.13.4"],
    ["v3.14.0", "v3.29.1"],
  ])("from %s to %s it does not apply", (release, to) => {
    expect(findingOf(hostEndpoints, { release, objects: [all] }, to).outcome).toBe("n/a");
  });

  test("without a target it does not apply", () => {
    expect(findingOf(hostEndpoints, across)).toMatchObject({ outcome: "n/a", because: "no target is named" });
  });

  test("unknown, never passed, when they cannot be read, and with etcd, where Kubernetes does not show them", () => {
    expect(
      findingOf(hostEndpoints, { ...across, readings: { hostEndpoints: forbidden } }, "v3.14.1"),
    ).toMatchObject({
      outcome: "unknown",
      because: 'hostEndpoints forbidden: User "jane" cannot list it',
    });
    const etcd = findingOf(hostEndpoints, { ...across, datastore: "etcd", objects: [one] }, "v3.14.1");
    expect(etcd).toMatchObject({ outcome: "unknown", because: expect.stringContaining("etcd") as string });
  });

  test("unknown when nothing tells the release that runs", () => {
    const readings = { pods: forbidden };
    expect(findingOf(hostEndpoints, { readings }, "v3.14.1").outcome).toBe("unknown");
  });
});

describe("B33: v3.32 enforces no AdminNetworkPolicy any more", () => {
  const policy = {
    apiVersion: "policy.networking.k8s.io/v1alpha1",
    kind: "AdminNetworkPolicy",
    metadata: { name: "no-metadata-service" },
  };

  test("one stands against crossing v3.32, and is named", () => {
    expect(findingOf(adminPolicies, { objects: [policy] }, "v3.32.1")).toMatchObject({
      outcome: "fail",
      because: "v3.32 and newer enforce none of AdminNetworkPolicy no-metadata-service",
    });
  });

  test("passes without one; n/a short of v3.32; unknown when they cannot be read", () => {
    expect(findingOf(adminPolicies, {}, "v3.32.1").outcome).toBe("pass");
    expect(findingOf(adminPolicies, { objects: [policy] }, "v3.31.7").outcome).toBe("n/a");
    const readings = { baselineAdminNetworkPolicies: forbidden };
    expect(findingOf(adminPolicies, { readings }, "v3.32.1").outcome).toBe("unknown");
  });
});
