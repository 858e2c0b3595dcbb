import { describe, expect, test } from "vitest";
import { byOperator } from "../../../src/preflight/rules/ownership/o02-operator.ts";
import { distribution } from "../../../src/preflight/rules/ownership/o03-distribution.ts";
import { byHelm } from "../../../src/preflight/rules/ownership/o04-helm.ts";
import { addonManager } from "../../../src/preflight/rules/ownership/o05-addon-manager.ts";
import { keptInGit } from "../../../src/preflight/rules/ownership/o06-reconcilers.ts";
import { operatorWaits } from "../../../src/preflight/rules/ownership/o07-operator-waits.ts";
import { operatorDown } from "../../../src/preflight/rules/ownership/o08-operator-down.ts";
import { operatorDegraded } from "../../../src/preflight/rules/ownership/o09-operator-degraded.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { aTemplate, aWorkload } from "../build/a-cluster.ts";
import { findingOf, forbidden, type PreflightSpec, rulesOf } from "./cluster.ts";

const labelled = (labels: Readonly<Record<string, string>>): PreflightSpec => ({ daemonSet: { labels } });
const annotated = (annotations: Readonly<Record<string, string>>): PreflightSpec => ({
  daemonSet: { annotations },
});
const imaged = (node: string): PreflightSpec => ({ daemonSet: { template: aTemplate({ node }) } });

const installation: KubeObject = {
  apiVersion: "operator.tigera.io/v1",
  kind: "Installation",
  metadata: { name: "default" },
};
const operator = (ready: number): KubeObject => ({
  ...aWorkload({ name: "tigera-operator", image: "quay.io/tigera/operator:v1.36.2", ready }),
  metadata: { name: "tigera-operator", namespace: "tigera-operator" },
});
const byTheOperator = {
  daemonSet: { namespace: "calico-system", labels: { "app.kubernetes.io/managed-by": "tigera-operator" } },
};

describe("who owns the install", () => {
  test.each([
    ["O02", byOperator, byTheOperator, /Tigera operator runs this Calico/],
    ["O02", byOperator, { daemonSet: { namespace: "calico-system" }, objects: [installation] }, /puts back/],
    ["O03", distribution, annotated({ "meta.helm.sh/release-name": "rke2-calico" }), /part of RKE2/],
    ["O03", distribution, imaged("rancher/mirrored-calico-node:v3.29.1"), /part of Rancher/],
    ["O03", distribution, labelled({ "k0s.k0sproject.io/stack": "calico" }), /part of k0s/],
    ["O03", distribution, annotated({ "objectset.rio.cattle.io/owner-gvk": "x" }), /part of k3s/],
    ["O03", distribution, labelled({ "addon.kops.k8s.io/name": "networking" }), /part of kOps/],
    [
      "O03",
      distribution,
      {
        daemonSet: {
          template: aTemplate({
            volumes: [{ name: "cni-bin-dir", hostPath: { path: "/var/snap/microk8s/current/opt/cni/bin" } }],
          }),
        },
      },
      /part of microk8s/,
    ],
    ["O03", distribution, { env: [{ name: "CLUSTER_TYPE", value: "kubespray,bgp" }] }, /part of kubespray/],
    [
      "O03",
      distribution,
      { config: { cluster_type: "kubespray" } },
      /part of kubespray \(cluster_type of ConfigMap calico-config kubespray\)/,
    ],
    ["O04", byHelm, annotated({ "meta.helm.sh/release-name": "calico" }), /Helm release calico/],
    [
      "O05",
      addonManager,
      labelled({ "addonmanager.kubernetes.io/mode": "Reconcile" }),
      /puts its own manifest back/,
    ],
    ["O06", keptInGit, annotated({ "argocd.argoproj.io/tracking-id": "net:apps/DaemonSet" }), /Argo CD/],
    ["O06", keptInGit, labelled({ "kustomize.toolkit.fluxcd.io/name": "net" }), /Flux/],
  ] as const)("%s: seen by its marks (%#)", (id, rule, spec, because) => {
    expect(findingOf(rule, spec as PreflightSpec)).toMatchObject({
      id,
      outcome: "fail",
      severity: "error",
      because: expect.stringMatching(because) as string,
      fix: expect.any(String) as string,
    });
  });

  test("a plain manifest install belongs to nobody", () => {
    for (const rule of rulesOf("O"))
      expect([rule.id, findingOf(rule).outcome]).toEqual([rule.id, expect.stringMatching(/^(pass|n\/a)$/)]);
  });

  test("what cannot be read is unknown", () => {
    const readings = { daemonSets: forbidden, operators: forbidden };
    for (const rule of rulesOf("O"))
      expect([rule.id, findingOf(rule, { readings }).outcome]).toEqual([
        rule.id,
        expect.stringMatching(/^unknown$/),
      ]);
  });

  test("O05: the addon manager's other mode leaves calico-node alone: a warning", () => {
    const spec = labelled({ "addonmanager.kubernetes.io/mode": "EnsureExists" });
    expect(findingOf(addonManager, spec)).toMatchObject({ outcome: "fail", severity: "warning" });
  });

  test("O03: upstream's own CLUSTER_TYPE is no mark", () => {
    expect(findingOf(distribution, { env: [{ name: "CLUSTER_TYPE", value: "k8s,bgp" }] }).outcome).toBe(
      "pass",
    );
  });
});

describe("the operator", () => {
  test("O07: one that waits beside a manifest install is a warning", () => {
    expect(findingOf(operatorWaits, { objects: [operator(1)] })).toMatchObject({
      outcome: "fail",
      severity: "warning",
      commands: ["kubectl scale deployment -n tigera-operator tigera-operator --replicas=0"],
    });
    expect(findingOf(operatorWaits, byTheOperator).outcome).toBe("n/a");
  });

  test("O08: one that is down where it runs Calico", () => {
    expect(findingOf(operatorDown, { ...byTheOperator, objects: [operator(0)] }).because).toContain(
      "has no Ready pod",
    );
    expect(findingOf(operatorDown, byTheOperator).because).toContain("no tigera-operator Deployment");
    expect(findingOf(operatorDown, { ...byTheOperator, objects: [operator(1)] }).outcome).toBe("pass");
    expect(findingOf(operatorDown).outcome).toBe("n/a");
  });

  test("O09: what it reports as degraded is named", () => {
    const status = (type: string, value: string): KubeObject => ({
      apiVersion: "operator.tigera.io/v1",
      kind: "TigeraStatus",
      metadata: { name: "calico" },
      status: { conditions: [{ type, status: value, message: "typha is not ready" }] },
    });
    const seen = (object: KubeObject) => findingOf(operatorDegraded, { ...byTheOperator, objects: [object] });
    expect(seen(status("Degraded", "True")).because).toBe(
      "the operator is not making progress: calico (Degraded: typha is not ready)",
    );
    expect(seen(status("Available", "False")).outcome).toBe("fail");
    expect(seen(status("Degraded", "False")).outcome).toBe("pass");
  });
});
