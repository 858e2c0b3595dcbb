import { describe, expect, test } from "vitest";
import { applyObject, installOwner } from "../../../src/merge/apply-object.ts";
import { withLastApplied } from "../../../src/merge/last-applied.ts";
import type { KubeObject, ManagedFieldsEntry, Ref } from "../../../src/model/kube.ts";
import { lastAppliedAnnotation } from "../../../src/model/names.ts";

const ref: Ref = {
  group: "",
  version: "v1",
  resource: "configmaps",
  kind: "ConfigMap",
  namespace: "kube-system",
  name: "calico-config",
};
const client = { kind: "client" } as const;
const argo = { kind: "server", manager: "argocd" } as const;

function configMap(data: Readonly<Record<string, string>>): KubeObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: ref.name, namespace: "kube-system" },
    data,
  };
}

function live(of: KubeObject, ...managedFields: readonly ManagedFieldsEntry[]): KubeObject {
  return { ...of, metadata: { ...of.metadata, uid: "u", resourceVersion: "7", managedFields } };
}

function owner(
  manager: string,
  operation: "Apply" | "Update",
  ...keys: readonly string[]
): ManagedFieldsEntry {
  return {
    manager,
    operation,
    time: "2026-01-02T03:04:05Z",
    fieldsV1: { "f:data": Object.fromEntries(keys.map((key) => [`f:${key}`, {}])) },
  };
}

describe("an object is applied as the one who applied it before (H14)", () => {
  test("a key that the file no longer has goes away, one that a person added stays, last-applied is the file", () => {
    const before = withLastApplied(configMap({ a: "1", gone: "x" }));
    const there = live({ ...before, data: { a: "1", gone: "x", mine: "m" } });
    const { write, outcome } = applyObject(there, configMap({ a: "2" }), ref, client);
    expect(outcome).toBe("configured");
    expect(write).toMatchObject({
      verb: "patch",
      patch: "strategic",
      fieldManager: "kubectl-client-side-apply",
    });
    const body = write?.verb === "patch" ? (write.body as KubeObject) : undefined;
    expect(body?.["data"]).toEqual({ a: "2", gone: null });
    expect(body?.metadata.resourceVersion).toBe("7");
    expect(JSON.parse(body?.metadata.annotations?.[lastAppliedAnnotation] ?? "")).toMatchObject({
      data: { a: "2" },
    });
  });

  test("an empty value of a new key is written: etcd_ca of a cluster without TLS", () => {
    const there = live(withLastApplied(configMap({ a: "1" })));
    const { write } = applyObject(there, configMap({ a: "1", etcd_ca: "" }), ref, client);
    expect(write?.verb === "patch" ? (write.body as KubeObject)["data"] : undefined).toEqual({ etcd_ca: "" });
  });

  test("preserveUnknownFields: false of upstream's CRDs is not stored, and no reason to write them again", () => {
    const crd = (spec: Readonly<Record<string, unknown>>): KubeObject => ({
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "tiers.crd.projectcalico.org" },
      spec: { group: "crd.projectcalico.org", ...spec },
    });
    const there = live(crd({}), {
      manager: "kubectl",
      operation: "Apply",
      fieldsV1: { "f:spec": { "f:group": {}, "f:preserveUnknownFields": {} } },
    });
    const place = { ...ref, group: "apiextensions.k8s.io", kind: "CustomResourceDefinition" };
    expect(applyObject(there, crd({ preserveUnknownFields: false }), place, client).outcome).toBe(
      "unchanged",
    );
  });

  test("a server-side owner: its manager, and no write where nothing differs", () => {
    const there = live(configMap({ a: "1" }), owner("argocd", "Apply", "a"));
    expect(applyObject(there, configMap({ a: "2" }), ref, client).write).toMatchObject({
      patch: "apply",
      fieldManager: "argocd",
    });
    expect(applyObject(there, configMap({ a: "1" }), ref, client)).toMatchObject({ outcome: "unchanged" });
    expect(applyObject(there, configMap({ a: "1" }), ref, client).write).toBeUndefined();
  });

  test("a server-side owner that does not own a value of the file yet, although no value changes: kubectl has nothing left to write down", () => {
    const crd = (preserve?: false): KubeObject => ({
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "ippools.crd.projectcalico.org" },
      spec: {
        scope: "Cluster",
        versions: [{ name: "v1" }],
        ...(preserve === false ? { preserveUnknownFields: preserve } : {}),
      },
      status: { conditions: null },
    });
    const owned = (...more: readonly string[]): ManagedFieldsEntry => ({
      manager: "argocd",
      operation: "Apply",
      fieldsV1: {
        "f:spec": {
          "f:scope": {},
          "f:versions": { 'k:{"name":"v1"}': { ".": {}, "f:name": {} } },
          ...Object.fromEntries(more.map((key) => [`f:${key}`, {}])),
        },
      },
    });
    const place = { ...ref, group: "apiextensions.k8s.io", kind: "CustomResourceDefinition" };
    // The server does not keep a false.
    const { write, conflicts } = applyObject(live(crd(), owned()), crd(false), place, argo);
    expect(write).toMatchObject({ patch: "apply", fieldManager: "argocd" });
    expect(conflicts).toEqual([]);
    const after = live(crd(), owned("preserveUnknownFields"));
    expect(applyObject(after, crd(false), place, argo).outcome).toBe("unchanged");
  });

  test("a server-side owner that applied the same under an older API version: kubectl has nothing left to write down", () => {
    const budget = (version: string): KubeObject => ({
      apiVersion: `policy/${version}`,
      kind: "PodDisruptionBudget",
      metadata: { name: "calico-typha", namespace: "kube-system" },
      spec: { maxUnavailable: 1 },
    });
    const appliedAs = (apiVersion: string): ManagedFieldsEntry => ({
      manager: "kubectl",
      operation: "Apply",
      apiVersion,
      fieldsV1: { "f:spec": { "f:maxUnavailable": {} } },
    });
    const place = { ...ref, group: "policy", kind: "PodDisruptionBudget" };
    const before = live(budget("v1"), appliedAs("policy/v1beta1"));
    const { write, conflicts } = applyObject(before, budget("v1"), place, argo);
    expect(write).toMatchObject({ patch: "apply", fieldManager: "kubectl" });
    expect(conflicts).toEqual([]);
    const after = live(budget("v1"), appliedAs("policy/v1"));
    expect(applyObject(after, budget("v1"), place, argo).outcome).toBe("unchanged");
  });

  test("a new object: ours with last-applied among client-side ones, the owner's among server-side ones", () => {
    const created = applyObject(undefined, configMap({ a: "1" }), ref, client);
    expect(created.write).toMatchObject({ verb: "create", fieldManager: "calico-upgrade" });
    const body = created.write?.verb === "create" ? created.write.body : undefined;
    expect(body?.metadata.annotations).toHaveProperty([lastAppliedAnnotation]);
    expect(applyObject(undefined, configMap({ a: "1" }), ref, argo).write).toMatchObject({
      verb: "patch",
      patch: "apply",
      fieldManager: "argocd",
    });
  });

  test("what outgrew kubectl's annotation goes server-side, from kubectl to kubectl", () => {
    const large = configMap({ a: "x".repeat(262_144) });
    expect(applyObject(undefined, large, ref, client).write).toMatchObject({
      patch: "apply",
      fieldManager: "kubectl",
    });
    const there = live(
      withLastApplied(configMap({ a: "1" })),
      owner("kubectl-client-side-apply", "Update", "a"),
    );
    expect(applyObject(there, large, ref, client).write).toMatchObject({
      fieldManager: "kubectl",
      force: true,
    });
  });

  test("an install belongs to whoever applied most of it", () => {
    const byArgo = live(configMap({ a: "1" }), owner("argocd", "Apply", "a"));
    const byKubectl = live(withLastApplied(configMap({ a: "1" })));
    expect(installOwner([])).toEqual(client);
    expect(installOwner([byArgo, byArgo, byKubectl])).toEqual(argo);
    expect(installOwner([byArgo, byKubectl, byKubectl])).toEqual(client);
  });
});

describe("conflicts (H14)", () => {
  test("a person's kubectl edit of a value that the file would change: field, manager and time", () => {
    const before = withLastApplied(configMap({ a: "1", b: "1" }));
    const there = live(
      { ...before, data: { a: "edited", b: "1" } },
      owner("kubectl-client-side-apply", "Update", "b"),
      owner("kubectl-edit", "Update", "a"),
    );
    expect(applyObject(there, configMap({ a: "2", b: "2" }), ref, client).conflicts).toEqual([
      { field: ".data.a", manager: "kubectl-edit", time: "2026-01-02T03:04:05Z" },
    ]);
    expect(applyObject(there, configMap({ a: "edited", b: "2" }), ref, client).conflicts).toEqual([]);
  });

  test("a server without managers: the value that is not the last applied one", () => {
    const before = withLastApplied(configMap({ a: "1", b: "1" }));
    const there = { ...before, data: { a: "edited", b: "1" } };
    expect(applyObject(there, configMap({ a: "2", b: "2" }), ref, client).conflicts).toEqual([
      { field: ".data.a" },
    ]);
  });

  test("one variable of one container, set with kubectl set env", () => {
    const daemonSet = (value: string): KubeObject => ({
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: { name: "calico-node", namespace: "kube-system" },
      spec: { template: { spec: { containers: [{ name: "calico-node", env: [{ name: "CIDR", value }] }] } } },
    });
    const before = withLastApplied(daemonSet("192.168.0.0/16"));
    const fieldsV1 = {
      "f:spec": {
        "f:template": {
          "f:spec": {
            "f:containers": {
              'k:{"name":"calico-node"}': { "f:env": { 'k:{"name":"CIDR"}': { "f:value": {} } } },
            },
          },
        },
      },
    };
    const there = live(
      { ...before, spec: daemonSet("10.0.0.0/8")["spec"] },
      { manager: "kubectl-set", operation: "Update", time: "2026-01-02T03:04:05Z", fieldsV1 },
    );
    expect(
      applyObject(there, daemonSet("192.168.0.0/16"), { ...ref, group: "apps" }, client).conflicts,
    ).toEqual([
      {
        field: '.spec.template.spec.containers[name="calico-node"].env[name="CIDR"].value',
        manager: "kubectl-set",
        time: "2026-01-02T03:04:05Z",
      },
    ]);
  });
});

describe("what cannot be changed is known before the first write", () => {
  const binding = (role: string): KubeObject => ({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name: "calico-node" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
  });
  const place: Ref = {
    group: "rbac.authorization.k8s.io",
    version: "v1",
    resource: "clusterrolebindings",
    kind: "ClusterRoleBinding",
    name: "calico-node",
  };

  test("another role of a binding", () => {
    expect(applyObject(live(binding("old")), binding("new"), place, client).immutable).toMatchObject({
      field: "roleRef",
      wanted: { name: "new" },
    });
    expect(applyObject(live(binding("old")), binding("old"), place, client).immutable).toBeUndefined();
  });

  test("a selector that the file narrows", () => {
    const deployment = (matchLabels: Readonly<Record<string, string>>): KubeObject => ({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "calico-typha", namespace: "kube-system" },
      spec: { selector: { matchLabels } },
    });
    const typha = { ...place, group: "apps", kind: "Deployment" };
    const there = live(deployment({ a: "1", b: "2" }));
    expect(applyObject(there, deployment({ a: "1" }), typha, client).immutable?.field).toBe("spec.selector");
    expect(applyObject(there, deployment({ b: "2", a: "1" }), typha, client).immutable).toBeUndefined();
  });

  test("a Job that is as in the file is left, whatever the server wrote into it; another image cannot be changed", () => {
    const job = (image: string, more: object = {}, labels: object = {}): KubeObject => ({
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: "migrate", namespace: "kube-system" },
      spec: {
        template: {
          metadata: { labels },
          spec: { restartPolicy: "Never", containers: [{ name: "a", image, ...more }] },
        },
      },
    });
    const place = { ...ref, group: "batch", kind: "Job", resource: "jobs" };
    const there = live(job("a", { resources: {}, imagePullPolicy: "Always" }, { "job-name": "migrate" }));
    expect(applyObject(there, job("a"), place, client).immutable).toBeUndefined();
    expect(applyObject(there, job("b"), place, client).immutable?.field).toBe("spec.template");
  });

  test("a namespace that a manifest gives to a kind that has none is no difference", () => {
    const inFile = { ...binding("old"), metadata: { name: "calico-node", namespace: "kube-system" } };
    const there = live(withLastApplied(binding("old")));
    expect(applyObject(there, inFile, place, client).outcome).toBe("unchanged");
  });
});
