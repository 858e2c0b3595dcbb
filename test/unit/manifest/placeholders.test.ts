import { describe, expect, test } from "vitest";
import { checkObjects } from "../../../src/manifest/check-objects.ts";
import { placeholderOf, refusePlaceholders } from "../../../src/manifest/placeholders.ts";
import { addMissing } from "../../../src/merge/add-missing.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { inFile, liveOf } from "./live.ts";

const map = (data: object): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "calico-config", namespace: "kube-system" },
  data,
});
const published = map({ etcd_endpoints: "http://<ETCD_IP>:<ETCD_PORT>", etcd_ca: "" });
const controller: KubeObject = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "calico-kube-controllers", namespace: "kube-system" },
  spec: {
    template: {
      spec: { containers: [{ name: "c", env: [{ name: "ETCD_ENDPOINTS", value: "<ETCD_ENDPOINTS>" }] }] },
    },
  },
};

describe("a published manifest that nobody filled in", () => {
  test.each([
    ["ConfigMap", published, "<ETCD_IP>"],
    ["Deployment", controller, "<ETCD_ENDPOINTS>"],
  ])("its %s is never written", (_kind, object, placeholder) => {
    expect(() => refusePlaceholders([object], "calico.yaml")).toThrow(
      `in calico.yaml still has the placeholder ${placeholder}: replace it`,
    );
    expect(() => checkObjects(inFile([object]), "kube-system", "default", () => true)).toThrow(placeholder);
  });

  test("--print-missing leaves out what holds one, and says so", () => {
    const lacking = {
      kind: "ConfigMap",
      namespace: "kube-system",
      name: "calico-config",
      what: "has no key",
    };
    const missing = [{ ...lacking, keys: ["etcd_endpoints"] }];
    const { objects, left } = addMissing(
      missing,
      inFile([published]),
      liveOf([map({ veth_mtu: "0" })]),
      "default",
    );
    expect(objects).toEqual([]);
    expect(left).toEqual([{ ...missing[0], because: expect.stringContaining("<ETCD_IP>") as string }]);
    // A key beside it that is filled in can be added.
    const other = [{ ...lacking, keys: ["etcd_ca"] }];
    expect(addMissing(other, inFile([published]), liveOf([map({ veth_mtu: "0" })]), "default").left).toEqual(
      [],
    );
  });

  test.each([
    ["a web page", map({ "index.html": "<HTML><BODY>10 < 20</BODY></HTML>" })],
    ["what install-cni fills in", map({ cni_network_config: '{"mtu": __CNI_MTU__}' })],
    ["a CRD's description", { ...controller, kind: "CustomResourceDefinition" }],
  ])("%s has none", (_what, object) => {
    expect(placeholderOf(object)).toBeUndefined();
  });
});
