import { describe, expect, test } from "vitest";
import { contentsOf } from "../../../src/manifest/contents.ts";
import { fileFacts } from "../../../src/manifest/file-facts.ts";
import { catalogue } from "../../../src/releases/catalogue.ts";
import { upgradeState } from "../../../src/facts/upgrade.ts";
import { upgradeStatus } from "../../../src/render/status/build.ts";
import { hostedCalico } from "../../calico/hosted-calico.ts";
import { aWorkload } from "../build/a-cluster.ts";
import { inFile } from "./live.ts";

const workload = (kind: string, name: string, image: string, container = name) => ({
  apiVersion: "apps/v1",
  kind,
  metadata: { name, namespace: "kube-system" },
  spec: { template: { spec: { containers: [{ name: container, image }] } } },
});
const named = (apiVersion: string, kind: string, name: string) => ({ apiVersion, kind, metadata: { name } });

const crd = named("apiextensions.k8s.io/v1", "CustomResourceDefinition", "ippools.crd.projectcalico.org");
const role = named("rbac.authorization.k8s.io/v1", "ClusterRole", "calico-node");

describe("a file is taken for what is in it", () => {
  test.each([
    ["hosted", [role, crd, workload("DaemonSet", "calico-node", "mirror.example/calico/node:v3.30.7")]],
    ["hosted", [workload("DaemonSet", "canal", "x/y:1", "calico-node")]],
    ["operator", [crd, workload("Deployment", "tigera-operator", "quay.io/tigera/operator:v1.38.13")]],
    ["operator", [workload("Deployment", "tigera-operator", "mirror.example/operator@sha256:0123")]],
    ["operator-resources", [named("operator.tigera.io/v1", "Installation", "default")]],
    ["api-server", [role, workload("Deployment", "calico-apiserver", "docker.io/calico/apiserver:v3.30.7")]],
    ["controller", [aWorkload()]],
    ["crds", [crd]],
    ["rbac", [role]],
    ["config", [named("v1", "ConfigMap", "calico-config")]],
    [
      "other",
      [named("v1", "Namespace", "weave"), workload("DaemonSet", "weave-net", "weaveworks/weave-kube:2.8.1")],
    ],
    ["other", [named("v1", "ConfigMap", "my-config")]],
  ] as const)("%s", (is, objects) => {
    expect(contentsOf(inFile(objects))).toMatchObject({ is });
  });

  test("another product is named by what it runs", () => {
    const weave = [named("v1", "Namespace", "weave"), workload("DaemonSet", "weave-net", "x/weave:2")];
    expect(contentsOf(inFile(weave)).text).toBe("nothing of Calico: DaemonSet weave-net");
  });
});

describe("a file enters by the door of a cluster", () => {
  const told = (version: string, datastore: "etcd" | "kubernetes") => {
    const objects = hostedCalico({ version, datastore: datastore === "etcd" ? "etcd" : "kdd" });
    return upgradeStatus(upgradeState(fileFacts(inFile(objects), "kube-system"), catalogue));
  };

  test.each([
    ["v3.30.7", "kubernetes"],
    ["v2.4.1", "etcd"],
  ] as const)("%s, %s", (version, datastore) => {
    const { install, daemonSets } = told(version, datastore);
    expect(install.kind).toBe("manifest");
    expect(daemonSets).toMatchObject([{ release: { release: version }, datastore: { type: datastore } }]);
  });

  test("what only a cluster has is not claimed", () => {
    const facts = fileFacts(inFile(hostedCalico({ version: "v3.30.7" })), "kube-system");
    for (const only of ["nodes", "pods", "revisions", "events"] as const)
      expect(facts[only]).toMatchObject({ known: false, why: "not asked" });
  });
});
