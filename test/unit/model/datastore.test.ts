import { describe, expect, test } from "vitest";
import { configMapFacts } from "../../../src/model/configmap.ts";
import { hostedCalico } from "../../calico/hosted-calico.ts";
import { configMapDatastore, datastore } from "../../../src/model/datastore.ts";
import { templateFacts } from "../../../src/model/template.ts";
import { aConfigMap, aTemplate } from "../build/a-cluster.ts";

const etcdEnv = {
  name: "ETCD_ENDPOINTS",
  valueFrom: { configMapKeyRef: { name: "calico-config", key: "etcd_endpoints" } },
};
const kubernetesEnv = { name: "DATASTORE_TYPE", value: "kubernetes" };
const etcdConfig = {
  etcd_endpoints: "http://10.0.0.1:2379",
  cni_network_config: '{"etcd_endpoints": "__ETCD_ENDPOINTS__"}',
};

function found(
  env: readonly Readonly<Record<string, unknown>>[],
  config?: Readonly<Record<string, string>>,
  byDefault: boolean | "unknown" = false,
) {
  const maps = config === undefined ? [] : [configMapFacts(aConfigMap(config))];
  return datastore(templateFacts(aTemplate({ env })), maps, byDefault);
}

describe("which datastore Calico uses, with the evidence", () => {
  test("DATASTORE_TYPE=kubernetes", () => {
    expect(found([kubernetesEnv], {})).toEqual({
      type: "kubernetes",
      evidence: [
        "DATASTORE_TYPE=kubernetes on container calico-node",
        '"datastore_type": "kubernetes" in ConfigMap calico-config/cni_network_config',
      ],
      both: false,
      disagreement: false,
    });
  });

  test("ETCD_ENDPOINTS, also when its ConfigMap could not be read", () => {
    expect(found([etcdEnv], etcdConfig)).toMatchObject({ type: "etcd", disagreement: false });
    expect(found([etcdEnv])).toMatchObject({ type: "etcd" });
    expect(found([{ name: "ETCD_AUTHORITY", value: "10.0.0.1:2379" }])).toMatchObject({ type: "etcd" });
  });

  test("both configured: DATASTORE_TYPE wins, and it is told", () => {
    expect(found([kubernetesEnv, etcdEnv], {})).toMatchObject({ type: "kubernetes", both: true });
  });

  test("node and CNI plugin that disagree are told: mid-migration or a broken edit", () => {
    expect(found([kubernetesEnv], etcdConfig)).toMatchObject({ type: "kubernetes", disagreement: true });
    expect(found([etcdEnv], {})).toMatchObject({ type: "etcd", disagreement: true });
  });

  test("nothing configured: what the release takes by default, and unknown for an unknown release", () => {
    const silent = { cni_network_config: "{}" };
    expect(found([], silent, false).type).toBe("etcd");
    expect(found([], silent, true).type).toBe("kubernetes");
    expect(found([], silent, "unknown").type).toBe("unknown");
  });

  test("a DATASTORE_TYPE that cannot be read is unknown on the node, and the CNI plugin tells", () => {
    const hidden = { name: "DATASTORE_TYPE", valueFrom: { configMapKeyRef: { name: "other", key: "type" } } };
    expect(found([hidden], {}).type).toBe("kubernetes");
    expect(found([hidden]).type).toBe("unknown");
  });
});

test("a ConfigMap of the other flavour is known by its own values, before one of them is judged", () => {
  const data = (version: string, kind: "kdd" | "etcd"): Readonly<Record<string, string>> =>
    (
      hostedCalico({ version, datastore: kind }).find((object) => object.kind === "ConfigMap") as unknown as {
        readonly data: Readonly<Record<string, string>>;
      }
    ).data;
  for (const version of ["v2.4.1", "v2.6.12", "v3.5.8", "v3.22.5", "v3.30.7"]) {
    expect([version, configMapDatastore(data(version, "etcd"))]).toEqual([version, "etcd"]);
    expect([version, configMapDatastore(data(version, "kdd"))]).toEqual([version, "kubernetes"]);
  }
  expect(configMapDatastore({ veth_mtu: "1440" })).toBe("unknown");
  expect(configMapDatastore({ etcd_endpoints: "http://10.0.0.1:2379" })).toBe("etcd");
  expect(configMapDatastore({ etcd_endpoints: "" })).toBe("unknown");
});
