import { describe, expect, test } from "vitest";
import { findDaemonSet } from "../../../src/manifest/find-daemonset.ts";
import { missing } from "../../../src/manifest/missing.ts";
import { templateNeeds, type TemplateNeeds } from "../../../src/manifest/needs.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { missingLine, missingLines, othersText } from "../../../src/render/missing-lines.ts";
import type { CalicoOptions } from "../../calico/era.ts";
import { hostedCalico } from "../../calico/hosted-calico.ts";
import { inFile, liveOf } from "./live.ts";

function built(options: CalicoOptions): readonly KubeObject[] {
  return hostedCalico(options) as unknown as readonly KubeObject[];
}

function needsOf(objects: readonly KubeObject[], name = "calico-node"): TemplateNeeds {
  const file = inFile(objects);
  return templateNeeds(file, findDaemonSet(file, { namespace: "kube-system", name }, "default"));
}

/** What a cluster with one release lacks for another's template. */
function lines(
  from: readonly KubeObject[],
  to: readonly KubeObject[],
  dark: readonly string[] = [],
): string[] {
  return missing(needsOf(to), liveOf(from, dark)).map(missingLine);
}

const without = (objects: readonly KubeObject[], kind: string, name: string): KubeObject[] =>
  objects.filter((object) => object.kind !== kind || object.metadata.name !== name);

const v329 = built({ version: "v3.29.7" });
const v330 = built({ version: "v3.30.7" });

describe("H05: a template is not applied where what it needs is missing", () => {
  test("v3.29 → v3.30: the staged policies' CRDs, and the right to list them", () => {
    const found = lines(v329, v330);
    expect(found).toContain(
      "CustomResourceDefinition stagednetworkpolicies.crd.projectcalico.org is not there",
    );
    expect(found.find((line) => line.startsWith("ClusterRole calico-node "))).toMatch(
      /does not allow ServiceAccount kube-system\/calico-node to .*list.*stagednetworkpolicies\.crd\.projectcalico\.org/,
    );
    expect(found.every((line) => /^(CustomResourceDefinition|ClusterRole) /.test(line))).toBe(true);
  });

  test("v2.4 → v2.5, before the CRDs: every right on them", () => {
    const found = lines(
      built({ version: "v2.4.1", datastore: "kdd" }),
      built({ version: "v2.5.1", datastore: "kdd" }),
    );
    expect(found.join("\n")).toContain("crd.projectcalico.org");
    expect(found.some((line) => line.startsWith("CustomResourceDefinition "))).toBe(true);
  });

  test("v3.25 → v3.26: the CNI plugin's own ServiceAccount, its role and its binding", () => {
    const found = lines(built({ version: "v3.25.2" }), built({ version: "v3.26.4" }));
    const about = found.filter((line) => line.includes("calico-cni-plugin"));
    expect(about.map((line) => line.split(" ").slice(0, 2).join(" "))).toEqual([
      "ServiceAccount kube-system/calico-cni-plugin",
      "ClusterRole calico-node",
      "ClusterRole calico-cni-plugin",
      "ClusterRoleBinding calico-cni-plugin",
    ]);
  });

  test.each<CalicoOptions>([
    { version: "v1.6.1", datastore: "etcd" },
    { version: "v2.0.2", datastore: "kdd" },
    { version: "v2.4.1", datastore: "etcd" },
    { version: "v2.5.1", datastore: "kdd" },
    { version: "v2.6.12", datastore: "etcd" },
    { version: "v3.6.5", datastore: "kdd" },
    { version: "v3.14.2", datastore: "kdd" },
    { version: "v3.26.4", datastore: "kdd" },
    { version: "v3.29.7", datastore: "etcd" },
    { version: "v3.32.1", datastore: "kdd" },
  ])("what a release brings is enough for it: %o", (options) => {
    const objects = built(options);
    expect(lines(objects, objects)).toEqual([]);
  });

  test("canal", () => {
    const objects = built({ version: "v3.29.7", flavour: "canal" });
    const needs = needsOf(objects, "canal");
    expect(missing(needs, liveOf(objects))).toEqual([]);
    const bare = without(objects, "ClusterRoleBinding", "canal-calico");
    expect(missing(needs, liveOf(bare)).map(missingLine)).toEqual([
      "ClusterRoleBinding canal-calico does not give ClusterRole calico-node to ServiceAccount kube-system/canal",
    ]);
  });
});

describe("H05: each kind of thing that a pod does not start without", () => {
  const template = (spec: object): KubeObject => ({
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "calico-node", namespace: "kube-system" },
    spec: { template: { spec: { containers: [{ name: "calico-node", image: "a", ...spec }], ...spec } } },
  });
  const env = (key: string, optional = false) => ({
    env: [{ name: "X", valueFrom: { configMapKeyRef: { name: "calico-config", key, optional } } }],
  });
  const config = (data: Readonly<Record<string, string>>): KubeObject => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "calico-config", namespace: "kube-system" },
    data,
  });

  test.each<[string, KubeObject, KubeObject[], string[]]>([
    ["a key that is there", template(env("a")), [config({ a: "1" })], []],
    [
      "a key that is not",
      template(env("a")),
      [config({ b: "1" })],
      ["ConfigMap kube-system/calico-config has no key a"],
    ],
    ["an optional key", template(env("a", true)), [], []],
    [
      "the whole ConfigMap",
      template(env("a")),
      [],
      ["ConfigMap kube-system/calico-config is not there (needed: a)"],
    ],
    [
      "one of another namespace",
      template(env("a")),
      [{ ...config({ a: "1" }), metadata: { name: "calico-config", namespace: "x" } }],
      ["ConfigMap kube-system/calico-config is not there (needed: a)"],
    ],
    [
      "all of a ConfigMap as environment",
      template({ envFrom: [{ configMapRef: { name: "more" } }] }),
      [],
      ["ConfigMap kube-system/more is not there"],
    ],
    [
      "a volume's Secret",
      template({ volumes: [{ name: "v", secret: { secretName: "certs" } }] }),
      [],
      ["Secret kube-system/certs is not there"],
    ],
    [
      "keys that a volume names",
      template({ volumes: [{ name: "v", configMap: { name: "calico-config", items: [{ key: "b" }] } }] }),
      [config({ a: "1" })],
      ["ConfigMap kube-system/calico-config has no key b"],
    ],
    [
      "an optional volume",
      template({ volumes: [{ name: "v", secret: { secretName: "certs", optional: true } }] }),
      [],
      [],
    ],
    [
      "the ServiceAccount",
      template({ serviceAccountName: "calico-node" }),
      [],
      ["ServiceAccount kube-system/calico-node is not there"],
    ],
    ["no ServiceAccount named: there is always one", template({}), [], []],
  ])("%s", (_what, daemonSet, live, expected) => {
    expect(missing(needsOf([daemonSet]), liveOf(live)).map(missingLine)).toEqual(expected);
  });
});

describe("H05: rights count wherever they come from", () => {
  const node = v330.filter(({ kind }) => kind !== "CustomResourceDefinition");
  const bare = without(node, "ClusterRoleBinding", "calico-node");
  const bind = (role: string, subject: object): KubeObject => ({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name: "by-hand" },
    roleRef: { kind: "ClusterRole", name: role },
    subjects: [subject],
  });
  const admin: KubeObject = {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name: "cluster-admin" },
    rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }],
  };
  const account = { kind: "ServiceAccount", namespace: "kube-system", name: "calico-node" };

  test("an unbound role gives nothing", () => {
    expect(lines(bare, node)).toEqual([
      "ClusterRoleBinding calico-node does not give ClusterRole calico-node to ServiceAccount kube-system/calico-node",
    ]);
  });

  test.each([
    ["another binding", bind("calico-node", account)],
    [
      "a group of all ServiceAccounts",
      bind("calico-node", { kind: "Group", name: "system:serviceaccounts" }),
    ],
    [
      "the group of its namespace",
      bind("calico-node", { kind: "Group", name: "system:serviceaccounts:kube-system" }),
    ],
    ["everybody who is known", bind("calico-node", { kind: "Group", name: "system:authenticated" })],
    [
      "its user name",
      bind("calico-node", { kind: "User", name: "system:serviceaccount:kube-system:calico-node" }),
    ],
    ["a role of everything", bind("cluster-admin", account)],
  ])("by %s", (_what, binding) => {
    expect(lines([...bare, admin, binding], node)).toEqual([]);
  });

  test.each([
    [
      "the group of another namespace",
      bind("calico-node", { kind: "Group", name: "system:serviceaccounts:default" }),
    ],
    ["an account of the same name elsewhere", bind("calico-node", { ...account, namespace: "default" })],
    [
      "a binding in one namespace only",
      {
        ...bind("calico-node", account),
        kind: "RoleBinding",
        metadata: { name: "x", namespace: "kube-system" },
      },
    ],
  ])("not by %s", (_what, binding) => {
    expect(lines([...bare, binding], node)).toHaveLength(1);
  });

  test("a server without RBAC lacks no rule", () => {
    const live = { ...liveOf(bare), bindings: "none" as const };
    expect(missing(needsOf(node), live)).toEqual([]);
  });
});

describe("H05: what cannot be read is unknown, neither there nor missing", () => {
  test.each([
    ["ConfigMap", "ConfigMap kube-system/calico-config could not be read: ConfigMap is forbidden"],
    [
      "ServiceAccount",
      "ServiceAccount kube-system/calico-node could not be read: ServiceAccount is forbidden",
    ],
    ["ClusterRole", "ClusterRole calico-node could not be read: ClusterRole is forbidden"],
    ["ClusterRoleBinding", "ClusterRole calico-node could not be read: ClusterRoleBinding is forbidden"],
  ])("%s", (dark, line) => {
    const found = missing(needsOf(v330), liveOf(v330, [dark]));
    expect(found.map(missingLine)).toContain(line);
    expect(found.every(({ unknown }) => unknown === true)).toBe(true);
  });

  test("rights that are there by a role that can be read are enough", () => {
    const other = v330.map((object) =>
      object.kind === "ClusterRole" && object.metadata.name === "calico-node"
        ? { ...object, kind: "Role", metadata: { name: "x", namespace: "x" } }
        : object,
    );
    expect(missing(needsOf(v330), liveOf(other, ["Role"])).every(({ unknown }) => unknown !== true)).toBe(
      true,
    );
  });
});

describe("H05: the refusal says what is missing and how to go on", () => {
  const crd = { kind: "CustomResourceDefinition", name: "a.b", what: "is not there" };
  const dark = {
    kind: "Secret",
    namespace: "x",
    name: "s",
    what: "could not be read: no",
    unknown: true as const,
  };

  test("missing", () => {
    expect(missingLines([crd], "my calico.yaml")?.join("\n")).toBe(
      [
        "the template in my calico.yaml needs what this cluster lacks:",
        "  CustomResourceDefinition a.b is not there",
        "add it with: kubectl calico-upgrade node -f 'my calico.yaml' --print-missing | kubectl apply -f -",
        "--template-only skips this check; the new pods will probably not become Ready",
      ].join("\n"),
    );
  });

  test("missing and unknown", () => {
    const text = missingLines([crd, dark], "-")?.join("\n") ?? "";
    expect(text).toContain("and this is not known:\n  Secret x/s could not be read: no");
    expect(text).toContain("standard input");
  });

  test("unknown alone offers nothing to add", () => {
    const text = missingLines([dark], "a.yaml")?.join("\n") ?? "";
    expect(text).toMatch(/^whether this cluster has what the template in a.yaml needs is not known:/);
    expect(text).not.toContain("--print-missing");
  });

  test("what the release needs and the file does not bring: --print-missing is no promise of it", () => {
    const right = {
      kind: "ClusterRole",
      name: "calico-node",
      what: "does not allow it",
      ofRelease: true as const,
    };
    const text = missingLines([right], "a.yaml")?.join("\n") ?? "";
    expect(text.split("\n").slice(1, 3)).toEqual([
      "  ClusterRole calico-node does not allow it",
      "a.yaml does not bring all of it: start from the release's own manifest and bring your own settings into it",
    ]);
    expect(text).not.toContain("--print-missing");
    expect(missingLines([crd, right], "a.yaml")?.join("\n")).toContain("--print-missing");
  });

  test("nothing", () => {
    expect(missingLines([], "a.yaml")).toBeUndefined();
    expect(othersText({ differ: 0, unknown: 0 }, "a.yaml")).toBeUndefined();
  });

  test("how many others differ", () => {
    expect(othersText({ differ: 1, unknown: 2 }, "a.yaml")).toBe(
      "a.yaml has 1 more object to apply, 2 more objects of a.yaml could not be read; this command applies only its own part. For the rest: kubectl calico-upgrade apply -f a.yaml",
    );
  });
});
