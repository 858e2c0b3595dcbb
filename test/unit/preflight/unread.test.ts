/** What could not be read and was taken for "there is none", a case each; refusals.ts looks for more of them. */
import { describe, expect, test } from "vitest";
import { preflightFacts } from "../../../src/preflight/facts.ts";
import { lock } from "../../../src/preflight/rules/data/d05-lock.ts";
import { oneRelease } from "../../../src/preflight/rules/health/s12-one-release.ts";
import { lostNodes } from "../../../src/preflight/rules/manifest/m09-lost-nodes.ts";
import { distribution } from "../../../src/preflight/rules/ownership/o03-distribution.ts";
import { gitOps } from "../../../src/preflight/rules/ownership/b29-gitops.ts";
import { operatorDegraded } from "../../../src/preflight/rules/ownership/o09-operator-degraded.ts";
import { known } from "../../../src/model/reading.ts";
import { catalogue } from "../../../src/releases/catalogue.ts";
import { aWorkload } from "../build/a-cluster.ts";
import { compared } from "./a-file.ts";
import { clusterFacts, findingOf, forbidden, ruleOf, type PreflightSpec } from "./cluster.ts";

describe("a user who may not list something is not told that there is none of it", () => {
  test("B29: policies that Argo CD keeps, and would prune, where policies may not be listed", () => {
    const readings = { globalNetworkPolicies: forbidden, calicoNetworkPolicies: forbidden };
    expect(findingOf(gitOps, { readings }, "v3.30.7")).toMatchObject({
      outcome: "unknown",
      because: 'globalNetworkPolicies forbidden: User "jane" cannot list it',
    });
  });

  test("D05: a datastore that somebody is moving to Kubernetes, where its lock may not be read", () => {
    const readings = { clusterInformations: forbidden };
    expect(findingOf(lock, { datastore: "etcd", readings })).toMatchObject({
      outcome: "unknown",
      severity: "warning",
    });
    expect(findingOf(lock, { readings: { configMaps: forbidden } }).outcome).toBe("unknown");
  });

  test("P02: policies that change their meaning with a controller that may not be listed", () => {
    const { outcome, because } = findingOf(
      ruleOf("P02"),
      { release: "v2.4.1", datastore: "etcd", readings: { workloads: forbidden } },
      "v2.5.1",
    );
    expect([outcome, because]).toEqual(["unknown", expect.stringContaining("forbidden")]);
  });

  test("P12: a file that brings the operator, where nobody may tell who runs Calico now", () => {
    const installation = {
      apiVersion: "operator.tigera.io/v1",
      kind: "Installation",
      metadata: { name: "default" },
      spec: {},
    };
    const to = { to: "v3.30.7", readings: { installation: forbidden } };
    expect(compared(ruleOf("P12"), {}, { objects: [installation] }, to).outcome).toBe("unknown");
    expect(compared(ruleOf("P12"), {}, {}, to).outcome).toBe("n/a");
  });
});

describe("a value that could not be read is not the usual one", () => {
  test("R17, B25: the backend in a ConfigMap that may not be read may be VXLAN", () => {
    const none = { ipPools: known([]), felixConfigurations: known([]), configMaps: forbidden };
    expect(preflightFacts({ ...clusterFacts(), ...none }, catalogue).vxlan.known).toBe(false);
  });

  test("R17, B39: Felix's environment, which decides, may turn eBPF on", () => {
    const none = { felixConfigurations: known([]), daemonSets: forbidden };
    const { ebpf, vxlan } = preflightFacts({ ...clusterFacts(), ...none }, catalogue);
    expect([ebpf.known, vxlan.known]).toEqual([false, false]);
  });

  test("O03: a distribution whose mark stands in a Secret", () => {
    const env = [{ name: "CLUSTER_TYPE", valueFrom: { secretKeyRef: { name: "s", key: "k" } } }];
    expect(findingOf(distribution, { env })).toMatchObject({ outcome: "unknown", severity: "warning" });
  });

  test("S12: a controller whose image tells no release may be of another one", () => {
    const controller = aWorkload({ image: "mirror.example/controllers@sha256:01" });
    expect(findingOf(oneRelease, { objects: [controller] })).toMatchObject({
      outcome: "unknown",
      because: expect.stringContaining("the controller (mirror.example/controllers@sha256:01)") as string,
    });
  });

  test("M09: a node affinity that nobody here understands may leave nodes without calico-node", () => {
    const term = { matchExpressions: [{ key: "zone", operator: "Near", values: ["a"] }] };
    const affinity = {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } },
    };
    expect(compared(lostNodes, {}, { template: { affinity } })).toMatchObject({
      outcome: "unknown",
      severity: "warning",
    });
  });

  test("O09: an operator that has reported nothing yet is not known to be healthy", () => {
    const install = {
      kind: "Installation",
      apiVersion: "operator.tigera.io/v1",
      metadata: { name: "default" },
    };
    const status = {
      kind: "TigeraStatus",
      apiVersion: "operator.tigera.io/v1",
      metadata: { name: "calico" },
    };
    const spec: PreflightSpec = {
      daemonSet: { namespace: "calico-system" },
      objects: [install, status],
    };
    expect(findingOf(operatorDegraded, spec)).toMatchObject({
      outcome: "unknown",
      because: "no condition is reported by TigeraStatus calico",
    });
  });
});
