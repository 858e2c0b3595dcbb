import { describe, expect, test } from "vitest";
import { covers } from "../../../src/manifest/covers.ts";
import type { PolicyRule } from "../../../src/model/rbac.ts";
import { findDaemonSet } from "../../../src/manifest/find-daemonset.ts";
import { missing } from "../../../src/manifest/missing.ts";
import { templateNeeds } from "../../../src/manifest/needs.ts";
import { addMissing, type Addition } from "../../../src/merge/add-missing.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { lastAppliedAnnotation } from "../../../src/model/names.ts";
import { hostedCalico } from "../../calico/hosted-calico.ts";
import { inFile, liveOf } from "../manifest/live.ts";

function built(version: string, datastore: "kdd" | "etcd" = "kdd"): KubeObject[] {
  return hostedCalico({ version, datastore }) as unknown as KubeObject[];
}

function adding(
  live: readonly KubeObject[],
  to: readonly KubeObject[],
  dark: readonly string[] = [],
): Addition {
  const file = inFile(to);
  const daemonSet = findDaemonSet(file, { namespace: "kube-system", name: "calico-node" }, "default");
  const there = liveOf(live, dark);
  return addMissing(missing(templateNeeds(file, daemonSet), there), file, there, "default");
}

/** What a cluster holds after `kubectl apply` of the objects. */
function applied(live: readonly KubeObject[], objects: readonly KubeObject[]): KubeObject[] {
  const id = ({ kind, metadata }: KubeObject) => `${kind}/${metadata.namespace ?? ""}/${metadata.name}`;
  const all = new Map(live.map((object) => [id(object), object]));
  for (const object of objects) all.set(id(object), { ...all.get(id(object)), ...object });
  return [...all.values()];
}

const find = (objects: readonly KubeObject[], kind: string, name = "calico-node"): KubeObject | undefined =>
  objects.find((object) => object.kind === kind && object.metadata.name === name);
const rules = (object: KubeObject | undefined): readonly PolicyRule[] =>
  (object?.["rules"] ?? []) as readonly PolicyRule[];
const role = (ruleList: readonly PolicyRule[], metadata: object = {}): KubeObject => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRole",
  metadata: { name: "calico-node", ...metadata },
  rules: ruleList,
});

test("H05: what the release needs and no role of the file allows is left, and not taken for added", () => {
  const file = inFile(built("v3.29.7"));
  const right = { kind: "ClusterRole", name: "calico-node", what: "does not allow it" };
  const { objects, left } = addMissing(
    [right, { ...right, ofRelease: true }],
    file,
    liveOf(built("v3.29.7")),
    "default",
  );
  expect(objects.map(({ kind }) => kind)).toEqual(["ClusterRole"]);
  expect(left).toEqual([
    {
      ...right,
      ofRelease: true,
      because: "the file does not bring it either: use the release's own manifest",
    },
  ]);
});

describe("H05: applying what is printed leaves nothing missing", () => {
  test.each([
    ["v3.29.7", "v3.30.7", "kdd"],
    ["v3.25.2", "v3.26.4", "kdd"],
    ["v3.24.6", "v3.32.1", "kdd"],
    ["v2.4.1", "v2.5.1", "kdd"],
    ["v2.0.2", "v3.0.12", "etcd"],
    ["v3.5.4", "v3.6.5", "kdd"],
  ] as const)("%s → %s (%s)", (from, to, datastore) => {
    const live = built(from, datastore);
    const file = built(to, datastore);
    const { objects, left } = adding(live, file);
    expect(left).toEqual([]);
    expect(objects.length).toBeGreaterThan(0);
    expect(adding(applied(live, objects), file).objects).toEqual([]);
  });

  test.each([
    ["v3.25.2", "v3.26.4"],
    ["v3.30.7", "v3.32.1"],
    ["v2.4.1", "v2.5.1"],
  ])("H01: %s → %s takes no right of the old pods away", (from, to) => {
    const live = built(from);
    const after = applied(live, adding(live, built(to)).objects);
    for (const old of live.filter(({ kind }) => kind === "ClusterRole")) {
      expect(covers(rules(find(after, "ClusterRole", old.metadata.name)), rules(old))).toBe(true);
    }
  });

  test("into an empty cluster goes what the template needs, and nothing else of the file", () => {
    const kinds = new Set(adding([], built("v3.30.7")).objects.map(({ kind }) => kind));
    expect(kinds).toEqual(
      new Set([
        "CustomResourceDefinition",
        "ServiceAccount",
        "ClusterRole",
        "ClusterRoleBinding",
        "ConfigMap",
      ]),
    );
  });
});

describe("H01: what is there already loses nothing", () => {
  const file = built("v3.30.7");
  const rest = file.filter(({ kind, metadata }) => kind !== "ClusterRole" || metadata.name !== "calico-node");
  const own: PolicyRule = { apiGroups: ["example.com"], resources: ["things"], verbs: ["get"] };

  test("the role keeps a rule that somebody added, its labels and its annotations", () => {
    const metadata = {
      uid: "u",
      resourceVersion: "7",
      labels: { a: "b" },
      annotations: { c: "d" },
      managedFields: [],
    };
    const added = find(adding([...rest, role([own], metadata)], file).objects, "ClusterRole");
    expect(rules(added)).toContainEqual(own);
    expect(added?.metadata).toEqual({ name: "calico-node", labels: { a: "b" }, annotations: { c: "d" } });
  });

  test("what kubectl did not apply stays out of what it is to remember, so a later apply does not remove it", () => {
    const metadata = {
      labels: { ours: "live", theirs: "x" },
      annotations: {
        theirs: "x",
        [lastAppliedAnnotation]: JSON.stringify({ metadata: { labels: { ours: "then" } } }),
      },
    };
    const added = find(adding([...rest, role([own], metadata)], file).objects, "ClusterRole");
    expect(added?.metadata).toEqual({ name: "calico-node", labels: { ours: "live" } });
  });

  const live = (data: object, annotations = {}): KubeObject => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "calico-config", namespace: "kube-system", annotations },
    data,
  });
  const noConfig = file.filter(({ kind }) => kind !== "ConfigMap");
  const fileData = find(file, "ConfigMap", "calico-config")?.["data"] as Readonly<Record<string, string>>;

  test("the ConfigMap gets the new keys, and the changed ones stay as they are", () => {
    const [first = ""] = Object.keys(fileData).filter((key) => key !== "cni_network_config");
    const { objects } = adding([...noConfig, live({ [first]: "mine", enable_bgp: "true" })], file);
    const data = find(objects, "ConfigMap", "calico-config")?.["data"] as Record<string, string>;
    expect(data).toMatchObject({ [first]: "mine", enable_bgp: "true" });
    expect(data["cni_network_config"]).toBe(fileData["cni_network_config"]);
  });

  test("keys that kubectl did not apply stay out of it", () => {
    const annotations = { [lastAppliedAnnotation]: JSON.stringify({ data: { old: "1" } }) };
    const { objects } = adding([...noConfig, live({ old: "2", byHand: "3" }, annotations)], file);
    const data = find(objects, "ConfigMap", "calico-config")?.["data"] as Record<string, string>;
    expect(data["old"]).toBe("2");
    expect(data).not.toHaveProperty("byHand");
  });

  test("a binding keeps its subjects; one of another role keeps its role", () => {
    const bound = find(file, "ClusterRoleBinding") as KubeObject;
    const others = file.filter((object) => object !== bound);
    const somebody = { kind: "User", name: "somebody" };
    const kept = find(
      adding([...others, { ...bound, subjects: [somebody] }], file).objects,
      "ClusterRoleBinding",
    );
    expect(kept?.["subjects"]).toEqual([somebody, ...(bound["subjects"] as object[])]);
    const foreign = { ...bound, roleRef: { kind: "ClusterRole", name: "view" } };
    const named = adding([...others, foreign], file).objects;
    expect(named.map(({ metadata }) => metadata.name)).toEqual(["calico-node-calico-node"]);
  });
});

describe("what cannot be added is left, and said", () => {
  const daemonSet = (source: object): KubeObject => ({
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "calico-node", namespace: "kube-system" },
    spec: {
      template: {
        spec: { containers: [{ name: "calico-node", image: "x", env: [{ name: "X", valueFrom: source }] }] },
      },
    },
  });
  const secret = (data: object): KubeObject => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "certs", namespace: "kube-system" },
    data,
  });
  const needsSecret = daemonSet({ secretKeyRef: { name: "certs", key: "tls" } });

  test("a ConfigMap that the file has not either", () => {
    const { objects, left } = adding([], [daemonSet({ configMapKeyRef: { name: "c", key: "k" } })]);
    expect(objects).toEqual([]);
    expect(left).toHaveLength(1);
  });

  test("a key of a Secret that is there: its values never go through a pipe", () => {
    const { objects, left } = adding([secret({ other: "c2VjcmV0" })], [needsSecret, secret({ tls: "eA==" })]);
    expect(objects).toEqual([]);
    expect(left).toHaveLength(1);
  });

  test("a Secret that is not there comes from the file", () => {
    expect(adding([], [needsSecret, secret({ tls: "eA==" })]).objects).toEqual([secret({ tls: "eA==" })]);
  });

  test("what is not known", () => {
    const { objects, left } = adding(built("v3.29.7"), built("v3.30.7"), ["ClusterRole"]);
    expect(objects.every(({ kind }) => kind === "CustomResourceDefinition")).toBe(true);
    expect(left.every(({ unknown }) => unknown === true)).toBe(true);
    expect(left.length).toBeGreaterThan(0);
  });
});
