import { describe, expect, test } from "vitest";
import { findController } from "../../../src/manifest/find-controller.ts";
import type { ManifestObject } from "../../../src/manifest/parse.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { hostedCalico } from "../../calico/hosted-calico.ts";

const here = { namespace: "kube-system" };

function file(objects: readonly KubeObject[]): readonly ManifestObject[] {
  return objects.map((object, index) => ({ object, source: { name: "calico.yaml", document: index + 1 } }));
}

function release(version: string, datastore?: "etcd"): readonly ManifestObject[] {
  const options = datastore === undefined ? { version } : { version, datastore };
  return file(hostedCalico(options) as unknown as readonly KubeObject[]);
}

describe("every era's manifest has one controller, whatever else it holds", () => {
  test.each([
    ["v1.6.4", "etcd", "ReplicaSet", "calico-policy-controller", []],
    ["v2.5.1", "etcd", "Deployment", "calico-policy-controller", []],
    ["v2.6.12", "etcd", "Deployment", "calico-kube-controllers", ["calico-policy-controller"]],
    ["v3.29.7", "etcd", "Deployment", "calico-kube-controllers", []],
    ["v3.29.7", undefined, "Deployment", "calico-kube-controllers", []],
  ] as const)("%s %s", (version, datastore, kind, name, stubs) => {
    const found = findController(release(version, datastore), here, "default");
    expect(found.controller).toMatchObject({ kind, metadata: { name, namespace: "kube-system" } });
    expect(found.stubs.map(({ metadata }) => metadata.name)).toEqual(stubs);
  });
});

test("a manifest from before the Kubernetes datastore had a controller says so", () => {
  expect(() => findController(release("v3.5.8"), here, "default")).toThrow(
    "no Calico controller in calico.yaml (it has a hosted manifest of Calico); with the Kubernetes datastore Calico has a controller from v3.6 on, and none before",
  );
});

test("a controller without a namespace is where kubectl would put it", () => {
  const [controller] = release("v3.29.7").filter(({ object }) => object.kind === "Deployment");
  const { namespace: _none, ...metadata } = controller?.object.metadata ?? { name: "" };
  const bare = file([{ ...controller?.object, metadata } as KubeObject]);
  expect(findController(bare, here, "kube-system").controller.metadata.namespace).toBe("kube-system");
  expect(() => findController(bare, here, "default")).toThrow(
    /is Deployment default\/calico-kube-controllers/,
  );
});
