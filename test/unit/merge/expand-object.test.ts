import { describe, expect, test } from "vitest";
import { changeValues, expandObject } from "../../../src/merge/expand-object.ts";
import { withLastApplied } from "../../../src/merge/last-applied.ts";
import type { KubeObject, Ref } from "../../../src/model/kube.ts";
import type { Write } from "../../../src/model/write.ts";

const client = { kind: "client" } as const;
const place = (kind: string, group: string): Ref => ({
  group,
  version: "v1",
  resource: "x",
  kind,
  name: "calico-node",
});
const role = (...resources: readonly string[]): KubeObject => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRole",
  metadata: { name: "calico-node" },
  rules: resources.map((resource) => ({ apiGroups: [""], resources: [resource], verbs: ["get"] })),
});
const config = (data: Readonly<Record<string, string>>): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "calico-node" },
  data,
});
const live = (object: KubeObject): KubeObject => {
  const annotated = withLastApplied(object);
  return { ...annotated, metadata: { ...annotated.metadata, uid: "u", resourceVersion: "7" } };
};
const bodyOf = (write: Write | undefined): unknown => (write?.verb === "patch" ? write.body : undefined);

describe("H01: expanding takes nothing away", () => {
  const rbac = place("ClusterRole", "rbac.authorization.k8s.io");

  test("a role allows what both allow; the last-applied text stays as it was", () => {
    const write = expandObject(live(role("pods", "tokens")), role("pods", "tiers"), rbac, client);
    expect(bodyOf(write)).toEqual({
      metadata: { resourceVersion: "7" },
      rules: role("pods", "tokens", "tiers")["rules"],
    });
  });

  test("a role that the file only narrows is not written", () => {
    expect(expandObject(live(role("pods", "tokens")), role("pods"), rbac, client)).toBeUndefined();
  });

  test("a ConfigMap gets its new keys, and keeps the old values and keys", () => {
    const write = expandObject(
      live(config({ old: "1", same: "1" })),
      config({ same: "2", fresh: "" }),
      place("ConfigMap", ""),
      client,
    );
    expect(bodyOf(write)).toEqual({ metadata: { resourceVersion: "7" }, data: { fresh: "" } });
  });

  test("its values change later, still without taking a key away", () => {
    const write = changeValues(
      live(config({ old: "1", same: "1" })),
      config({ same: "2" }),
      place("ConfigMap", ""),
    );
    expect(bodyOf(write)).toEqual({ metadata: { resourceVersion: "7" }, data: { same: "2" } });
    expect(changeValues(live(config({ old: "1" })), config({}), place("ConfigMap", ""))).toBeUndefined();
  });

  test("a binding reaches the accounts of both; one of another role is left for the refusal", () => {
    const binding = (name: string, ...accounts: readonly string[]): KubeObject => ({
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: "calico-node" },
      roleRef: { kind: "ClusterRole", name },
      subjects: accounts.map((account) => ({
        kind: "ServiceAccount",
        name: account,
        namespace: "kube-system",
      })),
    });
    const ref = place("ClusterRoleBinding", "rbac.authorization.k8s.io");
    const write = expandObject(live(binding("a", "old")), binding("a", "new"), ref, client);
    expect(bodyOf(write)).toMatchObject({ subjects: [{ name: "old" }, { name: "new" }] });
    expect(expandObject(live(binding("a", "old")), binding("b", "new"), ref, client)).toBeUndefined();
  });

  test("what is new is created; a Service that is there waits for its own step", () => {
    expect(expandObject(undefined, role("pods"), rbac, client)).toMatchObject({ verb: "create" });
    const service: KubeObject = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "calico-node" },
      spec: {},
    };
    const changed = { ...service, spec: { ports: [{ port: 1 }] } };
    expect(expandObject(live(service), changed, place("Service", ""), client)).toBeUndefined();
  });
});
