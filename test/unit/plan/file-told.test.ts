import { describe, expect, test } from "vitest";
import { toldByFile, type Pair } from "../../../src/plan/upgrade/file-told.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { lastAppliedAnnotation, pinnedAnnotation } from "../../../src/model/names.ts";
import { hostedCalico } from "../../calico/hosted-calico.ts";
import { known } from "../preflight/facts.ts";

const at = (version: string): readonly KubeObject[] =>
  hostedCalico({ version, datastore: "kdd" }) as unknown as readonly KubeObject[];
const same = (a: KubeObject) => (b: KubeObject) => a.kind === b.kind && a.metadata.name === b.metadata.name;

interface Change {
  readonly dark?: string;
  readonly edit?: (object: KubeObject) => KubeObject | undefined;
}

/** The steps to `file` in a cluster where `live` was applied. */
function told(
  file: readonly KubeObject[],
  live: readonly KubeObject[],
  { dark, edit = (o) => o }: Change = {},
) {
  const there = live.flatMap((object) => edit(object) ?? []);
  const pairs = file.map((object): Pair => ({
    file: object,
    live:
      object.kind === dark
        ? { known: false, why: "forbidden", message: `${object.kind} is forbidden` }
        : known(there.find(same(object))),
  }));
  const daemonSet = file.find(({ kind }) => kind === "DaemonSet");
  if (daemonSet === undefined) throw new Error("no DaemonSet");
  return toldByFile("calico.yaml", pairs, daemonSet);
}

const statesOf = (all: ReturnType<typeof told>) =>
  Object.fromEntries(Object.entries(all).map(([id, { state }]) => [id, state]));

describe("what the cluster has of the target's manifest", () => {
  test("before: everything is to do, and the first thing that lacks is named", () => {
    const found = told(at("v3.30.7"), at("v3.25.2"));
    expect(statesOf(found)).toEqual({
      controller: "todo",
      expand: "todo",
      configmap: "todo",
      template: "todo",
      contract: "todo",
    });
    expect(found.expand?.because).toMatch(/is not there, and \d+ more$/);
    expect(found.template?.because).toBe("DaemonSet calico-node is not as in calico.yaml");
  });

  test("after: nothing is", () => {
    expect(statesOf(told(at("v3.30.7"), at("v3.30.7")))).toEqual({
      controller: "done",
      expand: "done",
      configmap: "done",
      template: "done",
      contract: "done",
    });
  });

  test("what the server adds by itself is no difference", () => {
    const edit = (object: KubeObject): KubeObject => ({
      ...object,
      metadata: { ...object.metadata, uid: "1", resourceVersion: "7", generation: 3, managedFields: [] },
      status: { numberReady: 3 },
    });
    expect(statesOf(told(at("v3.30.7"), at("v3.30.7"), { edit }))).toMatchObject({
      template: "done",
      contract: "done",
    });
  });

  test("H01: rights that the new manifest takes away are left until the contraction", () => {
    const edit = (object: KubeObject): KubeObject =>
      object.kind === "ClusterRole" && object.metadata.name === "calico-node"
        ? {
            ...object,
            rules: [...(object["rules"] as object[]), { apiGroups: ["x"], resources: ["y"], verbs: ["get"] }],
          }
        : object;
    const found = told(at("v3.30.7"), at("v3.30.7"), { edit });
    expect(statesOf(found)).toMatchObject({ expand: "done", contract: "todo" });
    expect(found.contract?.because).toBe("ClusterRole calico-node allows more than calico.yaml");
  });

  test("a key that an earlier manifest brought is left over, one of the user's own is not", () => {
    const withKey = (applied: boolean) => (object: KubeObject) => {
      if (object.kind !== "ConfigMap") return object;
      const data = { ...(object["data"] as object), old: "1" };
      const text = JSON.stringify({ ...object, data });
      const annotations = applied ? { [lastAppliedAnnotation]: text } : {};
      return { ...object, data, metadata: { ...object.metadata, annotations } };
    };
    const file = at("v3.30.7");
    expect(told(file, file, { edit: withKey(true) }).contract).toMatchObject({
      state: "todo",
      because: "ConfigMap calico-config still has old",
    });
    expect(told(file, file, { edit: withKey(false) }).contract?.state).toBe("done");
  });

  test("a value that differs is to do, a missing key is the expansion's", () => {
    const without = (object: KubeObject) =>
      object.kind === "ConfigMap" ? { ...object, data: { veth_mtu: "1400" } } : object;
    const found = told(at("v3.30.7"), at("v3.30.7"), { edit: without });
    expect(found.expand?.because).toMatch(/^ConfigMap calico-config has no key /);
    expect(found.configmap?.because).toMatch(/veth_mtu.* of ConfigMap calico-config differ$/);
  });

  test("H12: a DaemonSet that is held is not finished", () => {
    const marked = (object: KubeObject): KubeObject =>
      object.kind === "DaemonSet"
        ? { ...object, metadata: { ...object.metadata, annotations: { [pinnedAnnotation]: "{}" } } }
        : object;
    const onDelete = (object: KubeObject): KubeObject =>
      object.kind === "DaemonSet"
        ? { ...object, spec: { ...(object["spec"] as object), updateStrategy: { type: "OnDelete" } } }
        : object;
    const held = told(at("v3.30.7"), at("v3.30.7"), { edit: (object) => onDelete(marked(object)) });
    expect(held.contract?.because).toBe("DaemonSet calico-node is held at OnDelete");
    // Somebody has put RollingUpdate back: it is not held.
    const loose = told(at("v3.30.7"), at("v3.30.7"), { edit: marked });
    expect(loose.contract?.because).toBe("DaemonSet calico-node still has the mark of a held strategy");
    const other = told(at("v3.30.7"), at("v3.30.7"), { edit: onDelete });
    expect(other.template?.state).toBe("done");
    expect(other.contract?.because).toMatch(
      /has the update strategy OnDelete, calico\.yaml says RollingUpdate$/,
    );
  });

  test("what could not be read is unknown, but a difference that was seen is to do", () => {
    const file = at("v3.30.7");
    expect(statesOf(told(file, file, { dark: "ConfigMap" }))).toEqual({
      controller: "done",
      expand: "unknown",
      configmap: "unknown",
      template: "done",
      contract: "unknown",
    });
    expect(told(file, at("v3.25.2"), { dark: "ConfigMap" }).expand?.state).toBe("todo");
  });
});
