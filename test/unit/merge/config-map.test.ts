import { describe, expect, test } from "vitest";
import { changeKeys, dataOf } from "../../../src/merge/config-map.ts";
import { lastApplied, lastAppliedText } from "../../../src/merge/last-applied.ts";
import type { KubeObject, ManagedFieldsEntry } from "../../../src/model/kube.ts";
import { lastAppliedAnnotation } from "../../../src/model/names.ts";

const ref = {
  group: "",
  version: "v1",
  resource: "configmaps",
  kind: "ConfigMap",
  namespace: "kube-system",
  name: "calico-config",
};
const inFile = (
  data: Readonly<Record<string, string>>,
  labels?: Readonly<Record<string, string>>,
): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: ref.name, namespace: ref.namespace, ...(labels === undefined ? {} : { labels }) },
  data,
});

/** As kubectl's client-side apply of an older file left it, and somebody then brought the values of a newer one. */
function behind(): KubeObject {
  const old = inFile({ veth_mtu: "0", cni_network_config: "old", gone: "x" }, { release: "old" });
  const live = inFile({ veth_mtu: "0", cni_network_config: "new", added: "y" }, { release: "new" });
  const annotations = { [lastAppliedAnnotation]: lastAppliedText(old) };
  return { ...live, metadata: { ...live.metadata, resourceVersion: "7", annotations } };
}

function bodyOf(change: ReturnType<typeof changeKeys>) {
  const { write } = change.applied;
  return write?.verb === "patch"
    ? (write.body as {
        readonly data?: unknown;
        readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
      })
    : undefined;
}

describe("between the steps of an upgrade last-applied is a release behind", () => {
  test("a key that is set is the only one that changes: the older release's values do not come back", () => {
    const change = changeKeys(behind(), new Map([["veth_mtu", "1440"]]), new Set(), ref);
    expect(change.keys).toEqual(["veth_mtu"]);
    expect(bodyOf(change)?.data).toEqual({ veth_mtu: "1440" });
    expect(change.merged.metadata.labels).toEqual({ release: "new" });
    expect(bodyOf(change)?.metadata).not.toHaveProperty("labels");
  });

  test("so is a key that goes, whoever set it", () => {
    const change = changeKeys(behind(), new Map(), new Set(["added"]), ref);
    expect([change.keys, bodyOf(change)?.data]).toEqual([["added"], { added: null }]);
  });

  test("in last-applied that key alone is kept in step: the user's next apply takes exactly it back", () => {
    const change = changeKeys(
      behind(),
      new Map([["veth_mtu", "1440"]]),
      new Set(["cni_network_config"]),
      ref,
    );
    const annotations = bodyOf(change)?.metadata.annotations ?? {};
    const after: KubeObject = { ...behind(), metadata: { ...behind().metadata, annotations } };
    expect(dataOf(lastApplied(after) ?? inFile({}))).toEqual({ veth_mtu: "1440", gone: "x" });
  });

  test("a value that is so already is not written", () => {
    const change = changeKeys(behind(), new Map([["veth_mtu", "0"]]), new Set(), ref);
    expect([change.keys, change.applied.write]).toEqual([[], undefined]);
  });
});

test("a ConfigMap that nobody applied gets no last-applied", () => {
  const live = { ...inFile({ veth_mtu: "0" }), metadata: { ...inFile({}).metadata, resourceVersion: "7" } };
  const change = changeKeys(live, new Map([["veth_mtu", "1440"]]), new Set(), ref);
  expect(bodyOf(change)).toEqual({ data: { veth_mtu: "1440" }, metadata: { resourceVersion: "7" } });
});

test("a server-side manager writes what it owns with its present values, and a key of others is named", () => {
  const entry = (manager: string, keys: readonly string[]): ManagedFieldsEntry => ({
    manager,
    operation: "Apply",
    apiVersion: "v1",
    time: "2026-01-01T00:00:00Z",
    fieldsV1: { "f:data": Object.fromEntries(keys.map((key) => [`f:${key}`, {}])) },
  });
  const live: KubeObject = {
    ...inFile({ veth_mtu: "0", cni_network_config: "new", theirs: "z" }),
    metadata: {
      ...inFile({}).metadata,
      resourceVersion: "7",
      managedFields: [entry("kubectl", ["veth_mtu", "cni_network_config"]), entry("other", ["theirs"])],
    },
  };
  const change = changeKeys(live, new Map([["veth_mtu", "1440"]]), new Set(["theirs"]), ref);
  expect(bodyOf(change)?.data).toEqual({ veth_mtu: "1440", cni_network_config: "new" });
  expect(change.notOurs).toEqual(["theirs"]);
});
