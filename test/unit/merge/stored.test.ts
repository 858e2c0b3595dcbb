import { describe, expect, test } from "vitest";
import { compare } from "../../../src/merge/compare.ts";
import type { KubeObject } from "../../../src/model/kube.ts";

function object(apiVersion: string, kind: string, rest: object, metadata: object = {}): KubeObject {
  return { apiVersion, kind, metadata: { name: "x", ...metadata }, ...rest };
}

const patch = (before: KubeObject | undefined, file: KubeObject, live: KubeObject): object =>
  compare(before, file, live);

describe("a custom resource is stored as it is given", () => {
  const of = (spec: object, kind = "IPPool"): KubeObject =>
    object("crd.projectcalico.org/v1", kind, { spec });

  test.each([
    ["an empty text", { cidr: "" }],
    ["false", { readOnly: false }],
    ["zero", { hostPort: 0 }],
    ["an empty list", { allowedUses: [] }],
    ["an empty map", { labels: {} }],
  ])("%s of the file gets into the cluster", (_what, spec) => {
    expect(patch(undefined, of(spec), of({}))).toEqual({ spec });
  });

  test("its lists are replaced whole, also where its kind is called as one of Kubernetes' own", () => {
    const env = (value: string) => of({ template: { env: [{ name: "a", value }] } }, "Deployment");
    expect(patch(env("1"), env("2"), env("1"))).toEqual({
      spec: { template: { env: [{ name: "a", value: "2" }] } },
    });
  });

  test("the schema of a CRD keeps the defaults that it names", () => {
    const crd = (schema: object): KubeObject =>
      object("apiextensions.k8s.io/v1", "CustomResourceDefinition", { spec: { schema } });
    expect(patch(undefined, crd({ default: "" }), crd({}))).toEqual({ spec: { schema: { default: "" } } });
    expect(patch(undefined, crd({ description: "" }), crd({}))).toEqual({});
  });
});

test("a Service's selector may ask for an empty value", () => {
  const of = (selector: object): KubeObject => object("v1", "Service", { spec: { selector } });
  expect(patch(of({}), of({ app: "" }), of({}))).toEqual({ spec: { selector: { app: "" } } });
});

describe("finalizers are a set: those of others stay, and those that the file no longer has go", () => {
  const of = (kind: string, apiVersion: string, finalizers: readonly string[]): KubeObject =>
    object(apiVersion, kind, {}, { finalizers });

  test("in a patch of the server's own kinds", () => {
    const [before, file, live] = [
      ["a", "b"],
      ["b", "c"],
      ["x", "a", "b"],
    ].map((list) => of("Service", "v1", list));
    if (before === undefined || file === undefined || live === undefined) throw new Error("no objects");
    expect(patch(before, file, live)).toEqual({
      metadata: { finalizers: ["c"], "$deleteFromPrimitiveList/finalizers": ["a"] },
    });
    expect(patch(file, file, of("Service", "v1", ["x", "c", "b"]))).toEqual({});
  });

  test("a custom resource's are replaced, as a JSON merge patch does it", () => {
    const [a, b] = [
      of("IPPool", "crd.projectcalico.org/v1", ["a"]),
      of("IPPool", "crd.projectcalico.org/v1", ["b"]),
    ];
    expect(patch(a, b, a)).toEqual({ metadata: { finalizers: ["b"] } });
  });
});

test("an account's imagePullSecrets are replaced: the server breaks off over a patch by key", () => {
  const of = (name: string): KubeObject => object("v1", "ServiceAccount", { imagePullSecrets: [{ name }] });
  expect(patch(of("a"), of("b"), of("a"))).toEqual({ imagePullSecrets: [{ name: "b" }] });
});

describe("a budget's selector", () => {
  const of = (version: string, selector: object): KubeObject =>
    object(`policy/${version}`, "PodDisruptionBudget", { spec: { selector } });
  const [old, next] = [{ matchLabels: { a: "1" } }, { matchExpressions: [{ key: "b", operator: "Exists" }] }];

  test("of policy/v1 is replaced whole by the server", () => {
    expect(patch(of("v1", old), of("v1", next), of("v1", old))).toEqual({ spec: { selector: next } });
  });

  test("of policy/v1beta1 is merged by the server: what goes is named", () => {
    expect(patch(of("v1beta1", old), of("v1beta1", next), of("v1beta1", old))).toEqual({
      spec: { selector: { ...next, matchLabels: null } },
    });
  });
});

describe("nothing is written where the server would leave the object as it is", () => {
  const probe = (fields: object): KubeObject =>
    object("apps/v1", "DaemonSet", {
      spec: { template: { spec: { containers: [{ name: "a", livenessProbe: fields }] } } },
    });
  const full = { periodSeconds: 10, timeoutSeconds: 1, successThreshold: 1, failureThreshold: 3 };

  test("zeros of a probe, which mean the default", () => {
    const zeros = { initialDelaySeconds: 0, periodSeconds: 0, timeoutSeconds: 0, failureThreshold: 0 };
    expect(patch(undefined, probe(zeros), probe(full))).toEqual({});
    expect(patch(undefined, probe(zeros), probe({ ...full, periodSeconds: 5 }))).not.toEqual({});
  });

  test("subjects without their API group", () => {
    const of = (apiGroup?: string): KubeObject =>
      object("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", {
        subjects: [{ kind: "Group", name: "g", ...(apiGroup === undefined ? {} : { apiGroup }) }],
      });
    expect(patch(of(), of(), of("rbac.authorization.k8s.io"))).toEqual({});
    expect(patch(of(), of(), of("example.org"))).not.toEqual({});
  });

  test("ports of a policy without their protocol, and rules without an empty list", () => {
    const of = (port: object): KubeObject =>
      object("networking.k8s.io/v1", "NetworkPolicy", { spec: { ingress: [{ ports: [port] }] } });
    expect(patch(undefined, of({ port: 80 }), of({ port: 80, protocol: "TCP" }))).toEqual({});
    expect(patch(undefined, of({ port: 80 }), of({ port: 80, protocol: "UDP" }))).not.toEqual({});
    const role = (rule: object): KubeObject =>
      object("rbac.authorization.k8s.io/v1", "Role", { rules: [{ verbs: ["get"], ...rule }] });
    expect(patch(undefined, role({ resourceNames: [] }), role({}))).toEqual({});
    expect(patch(undefined, role({}), role({ resourceNames: ["a"] }))).not.toEqual({});
  });
});
