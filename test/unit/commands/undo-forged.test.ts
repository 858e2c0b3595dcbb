import { describe, expect, test } from "vitest";
import { discoveryOf } from "../../../src/cluster/discovery-groups.ts";
import type { BundleEntry } from "../../../src/bundle/inverse.ts";
import type { Bundle } from "../../../src/bundle/read.ts";
import { confirmed, isOwn } from "../../../src/operations/undo/own.ts";
import { checkPermitted } from "../../../src/operations/undo/permitted.ts";
import { placed } from "../../../src/operations/undo/placed.ts";
import { questionOf } from "../../../src/operations/undo/question.ts";
import { decide, targetsOf } from "../../../src/operations/undo/staged-entries.ts";

const served = (group: string, version: string, resource: string, kind: string, namespaced = true) => ({
  group,
  version,
  resource,
  kind,
  namespaced,
  verbs: ["get"],
});
const rbac = "rbac.authorization.k8s.io";
const discovery = discoveryOf("v1.36.4", [
  {
    name: "",
    versions: [
      {
        version: "v1",
        resources: [
          served("", "v1", "configmaps", "ConfigMap"),
          served("", "v1", "secrets", "Secret"),
          served("", "v1", "namespaces", "Namespace", false),
        ],
      },
    ],
  },
  {
    name: rbac,
    versions: [{ version: "v1", resources: [served(rbac, "v1", "clusterroles", "ClusterRole", false)] }],
  },
]);

function entry(fields: Partial<BundleEntry>): BundleEntry {
  return {
    id: 1,
    action: "changed",
    group: "",
    version: "v1",
    resource: "configmaps",
    kind: "ConfigMap",
    namespace: "kube-system",
    name: "calico-config",
    done: true,
    ...fields,
  };
}

function bundle(command: string, ...entries: readonly BundleEntry[]): Bundle {
  return {
    directory: "/bundle",
    entries,
    index: {
      apiVersion: "calico-upgrade/v1alpha1",
      kind: "Bundle",
      format: 1,
      run: "20260501T120000Z-x-abcdef",
      command,
      tool: "1.2.3",
      cluster: { uid: "u", server: "https://10.0.0.1", kubernetes: "v1.36.4" },
      started: "2026-05-01T12:00:00Z",
      entries,
      checksum: "",
    },
  };
}

describe("where an object is written is what the server says of its kind, never what the file says", () => {
  test.each([
    ["namespaces", "of another kind"],
    ["nodes", "that the bundle's command never writes"],
    ["secrets", "that holds secrets"],
  ])("a resource %s, %s", (resource) => {
    const { bundle: found } = placed(bundle("configmap", entry({ resource })), discovery);
    expect(found.entries[0]?.ref).toEqual({
      group: "",
      version: "v1",
      resource: "configmaps",
      kind: "ConfigMap",
      namespace: "kube-system",
      name: "calico-config",
    });
  });

  test.each(["v1beta7", "v1/../../apis/crd.projectcalico.org/v1"])(
    "a version %s that is not served is refused, and nothing is asked under it",
    (version) => {
      const { bundle: found, unserved } = placed(bundle("configmap", entry({ version })), discovery);
      expect(found.entries).toEqual([]);
      expect(unserved).toMatchObject([{ kind: "refused", because: expect.stringMatching(/does not serve/) }]);
    },
  );

  test("a kind of the whole cluster in a namespace, and one of a namespace without it", () => {
    const role = entry({ group: rbac, resource: "clusterroles", kind: "ClusterRole" });
    expect(() => placed(bundle("apply", role), discovery)).toThrow(
      "cannot be used: index.json names ClusterRole",
    );
    const { namespace: _none, ...map } = entry({});
    expect(() => placed(bundle("apply", map), discovery)).toThrow("without its namespace");
  });
});

describe("a run of one command takes back only what a run of that command writes", () => {
  test.each<readonly [string, Partial<BundleEntry>]>([
    ["configmap", { action: "deleted" }],
    ["configmap", { kind: "Namespace", action: "created" }],
    ["configmap", { kind: "Secret" }],
    ["node", { kind: "Deployment", group: "apps" }],
    ["node", { kind: "DaemonSet", group: "crd.projectcalico.org" }],
    ["node", { kind: "DaemonSet", group: "apps", action: "created" }],
    ["controller", { kind: "ClusterRole", group: rbac }],
    ["controller", { kind: "Deployment", group: "apps", action: "deleted" }],
    ["migrate-policy", { kind: "ConfigMap", action: "created" }],
    ["migrate-policy", { kind: "Namespace", action: "created" }],
    ["migrate-policy", { kind: "Namespace", action: "deleted" }],
    ["migrate-data", { kind: "IPPool", group: "crd.projectcalico.org", action: "deleted" }],
    ["apply", { action: "deleted" }],
    ["exec", {}],
    ["constructor", {}],
  ])("%s never did %o", (command, fields) => {
    expect(() => checkPermitted(bundle(command, entry(fields)))).toThrow(
      /^the bundle \/bundle cannot be used: .*; nothing was done with it$/,
    );
  });

  test.each<readonly [string, Partial<BundleEntry>]>([
    ["configmap", {}],
    ["configmap", { kind: "Deployment", group: "apps" }],
    ["node", { kind: "DaemonSet", group: "apps" }],
    ["node", { kind: "DaemonSet", group: "extensions" }],
    ["controller", { kind: "ReplicaSet", group: "extensions", action: "scaled" }],
    ["migrate-policy", { kind: "NetworkPolicy", group: "networking.k8s.io", action: "deleted" }],
    ["migrate-policy", { kind: "Namespace", action: "changed" }],
    ["migrate-data", { kind: "IPPool", group: "crd.projectcalico.org", action: "created" }],
    ["migrate-data", { kind: "IpPool", group: "projectcalico.org", action: "deleted" }],
    ["apply", { kind: "Secret", action: "created" }],
    ["undo", { action: "deleted" }],
  ])("%s did %o", (command, fields) => {
    expect(() => checkPermitted(bundle(command, entry(fields)))).not.toThrow();
  });
});

describe("what is not Calico's is confirmed by its name", () => {
  test.each<readonly [boolean, string, string | undefined, string]>([
    [true, "ConfigMap", "kube-system", "calico-config"],
    [true, "ConfigMap", "kube-system", "canal-config"],
    [true, "ConfigMap", "kube-system", "kubernetes-services-endpoint"],
    [true, "ServiceAccount", "calico-system", "whisker"],
    [true, "ClusterRole", undefined, "calico-node"],
    [true, "ClusterRole", undefined, "flannel"],
    [true, "PodDisruptionBudget", "kube-system", "calico-typha"],
    [true, "CustomResourceDefinition", undefined, "ippools.crd.projectcalico.org"],
    [true, "Namespace", undefined, "calico-apiserver"],
    [false, "CustomResourceDefinition", undefined, "certificates.cert-manager.io"],
    [false, "ClusterRole", undefined, "view"],
    [false, "ClusterRole", undefined, "calicoadmin"],
    [false, "ConfigMap", "kube-system", "coredns"],
    [false, "ConfigMap", "default", "calico-config"],
    [false, "ValidatingWebhookConfiguration", undefined, "calico-x"],
    [false, "Namespace", undefined, "kube-system"],
    [false, "Namespace", undefined, "calico-shop"],
  ])("%s: %s %s/%s", (own, kind, namespace, name) => {
    const group = kind === "CustomResourceDefinition" ? "apiextensions.k8s.io" : "";
    expect(isOwn({ kind, group, name, ...(namespace === undefined ? {} : { namespace }) }, undefined)).toBe(
      own,
    );
  });

  test("a namespace does not stand for what is in it, and what is against it is said as well", () => {
    const view = entry({ kind: "ClusterRole", group: rbac, name: "view" });
    const refused = {
      kind: "refused",
      entry: view,
      because: "somebody has changed it since",
      force: ["x"],
    } as const;
    expect(confirmed(refused, true, new Set(["kube-system"]))).toMatchObject({
      kind: "refused",
      because: "it is not one of Calico's own objects; name it to restore it; somebody has changed it since",
      force: ["ClusterRole/kube-system/view"],
    });
    expect(confirmed(refused, true, new Set(["ClusterRole/kube-system/view"]))).toBe(refused);
    expect(confirmed(refused, false, new Set())).toBe(refused);
  });
});

test.each(["Secret", "Namespace"])("a %s is never deleted, whatever the file and --force say", (kind) => {
  const { namespace: _none, ...rest } = entry({ kind, action: "created", name: "victim" });
  const placedEntry = { ...rest, ref: { group: "", version: "v1", resource: "x", kind, name: "victim" } };
  const live = { apiVersion: "v1", kind, metadata: { name: "victim", uid: "1" } };
  const [target] = targetsOf([placedEntry], () => live);
  if (target === undefined) throw new Error("no target");
  expect(decide(target, new Set([`${kind}/victim`]), "2026-05-01T12:00:00Z")).toMatchObject({
    kind: "nothing",
  });
});

test("an object that somebody else made under the same name is not overwritten", () => {
  const before = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "calico-config" },
    data: { a: "1" },
  };
  const saved = entry({
    beforeObject: before,
    afterObject: { ...before, data: { a: "2" } },
    before: { uid: "of-the-run", hash: "sha256:0" },
    written: { uid: "of-the-run", hash: "sha256:0" },
  });
  const ref = { group: "", version: "v1", resource: "configmaps", kind: "ConfigMap", name: "calico-config" };
  const live = { ...before, metadata: { name: "calico-config", uid: "of-another" }, data: { a: "2" } };
  const decisionOn = (uid: string) => {
    const now = { ...live, metadata: { ...live.metadata, uid } };
    const [target] = targetsOf([{ ...saved, ref }], () => now);
    if (target === undefined) throw new Error("no target");
    return decide(target, new Set(), "2026-05-01T12:00:00Z");
  };
  expect(decisionOn("of-another")).toMatchObject({
    kind: "refused",
    because: "another one is there under its name since",
  });
  expect(decisionOn("of-the-run")).toMatchObject({ kind: "restore" });
});

test("the question lists each object that is deleted, created and restored, and what restarts", () => {
  const inverse = (verb: "created" | "deleted" | "configured", fields: Partial<BundleEntry>) => {
    const of = entry(fields);
    const ref = { group: "", version: "v1", resource: "x", kind: of.kind, name: of.name };
    return {
      kind: "write",
      entry: of,
      verb,
      saved: { write: { verb: "delete", ref, uid: "" }, draft: { action: "changed", ref } },
    } as const;
  };
  const inverses = [
    inverse("configured", {}),
    inverse("created", { kind: "ServiceAccount", name: "calico-old" }),
    inverse("deleted", { kind: "Deployment", name: "calico-typha" }),
    { kind: "nothing", entry: entry({ name: "left" }), because: "it is as it was" } as const,
  ];
  const step = {
    bundle: bundle("apply"),
    inverses: () => inverses,
    gone: [],
    work: {
      what: "undo 3 objects of apply from 2026-05-01T12:00:00Z",
      restarts: {
        nodes: ["node-01", "node-02"],
        workloads: ["Deployment/kube-system/calico-kube-controllers"],
      },
      check: () => Promise.resolve([]),
      parts: () => [],
    },
  };
  expect(questionOf([step])?.split("\n")).toEqual([
    "Undo 3 objects of apply from 2026-05-01T12:00:00Z, and restart calico-node on 2 nodes:",
    "  delete Deployment/kube-system/calico-typha",
    "  create ServiceAccount/kube-system/calico-old",
    "  restore ConfigMap/kube-system/calico-config",
    "  restart Deployment/kube-system/calico-kube-controllers",
    "  restart calico-node on node-01, node-02",
    "Continue?",
  ]);
  expect(questionOf([{ ...step, work: undefined as never }])).toBeUndefined();
});
