import { describe, expect, test } from "vitest";
import { isBetween, overwrites, restoreObject } from "../../../src/merge/restore-object.ts";
import type { KubeObject, Ref } from "../../../src/model/kube.ts";
import { pinnedAnnotation } from "../../../src/model/names.ts";

const ref: Ref = {
  group: "apps",
  version: "v1",
  resource: "daemonsets",
  kind: "DaemonSet",
  namespace: "n",
  name: "d",
};
const set = (
  image: string,
  strategy: string,
  annotations?: Readonly<Record<string, string>>,
): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "DaemonSet",
  metadata: {
    name: "d",
    namespace: "n",
    resourceVersion: "7",
    ...(annotations === undefined ? {} : { annotations }),
  },
  spec: { updateStrategy: { type: strategy }, template: { spec: { containers: [{ name: "c", image }] } } },
});
const bodyOf = (found: ReturnType<typeof restoreObject>): unknown =>
  found?.write.verb === "patch" ? found.write.body : undefined;

describe("an object goes back to what it was", () => {
  test("what came goes, what went comes, by compare-and-swap; nothing where it is as it was", () => {
    const before = set("a:1", "OnDelete", { mine: "1" });
    const live = set("a:2", "OnDelete", { theirs: "2" });
    const found = restoreObject(live, live, before, ref);
    expect(found?.template).toBe(true);
    expect(bodyOf(found)).toMatchObject({
      metadata: { resourceVersion: "7", annotations: { mine: "1", theirs: null } },
      spec: { template: { spec: { containers: [{ name: "c", image: "a:1" }] } } },
    });
    expect(restoreObject(live, live, live, ref)).toBeUndefined();
  });

  test("what somebody has added since it was judged stays", () => {
    const before = set("a:1", "OnDelete", { mine: "1" });
    const judged = set("a:2", "OnDelete", { theirs: "2" });
    const live = set("a:2", "OnDelete", { theirs: "2", ops: "3" });
    const { annotations } = (bodyOf(restoreObject(live, live, before, ref, undefined, judged)) as KubeObject)
      .metadata;
    expect(annotations).toEqual({ mine: "1", theirs: null });
    // It is as it was but for that: nothing is left to do.
    const back = set("a:1", "OnDelete", { mine: "1", ops: "3" });
    expect(restoreObject(back, back, before, ref, undefined, judged)).toBeUndefined();
  });

  test("where it had no annotations, those that came go one by one: a lease of the run stays", () => {
    const before = set("a:1", "OnDelete");
    const live = set("a:2", "OnDelete", { theirs: "2", "calico-upgrade/run": "{}" });
    const content = set("a:2", "OnDelete", { theirs: "2" });
    const { annotations } = (bodyOf(restoreObject(live, content, before, ref)) as KubeObject).metadata;
    expect(annotations).toEqual({ theirs: null });
  });

  test("H12: while it is held, its strategy is left alone", () => {
    const before = set("a:1", "RollingUpdate");
    const live = set("a:2", "OnDelete", { [pinnedAnnotation]: '{"type":"RollingUpdate"}' });
    const spec = (bodyOf(restoreObject(live, set("a:2", "RollingUpdate"), before, ref)) as KubeObject)[
      "spec"
    ];
    expect(spec).not.toHaveProperty("updateStrategy");
  });

  test("H14: a server-side owner applies what it owned", () => {
    const fields = { "f:spec": { "f:updateStrategy": {} } };
    const found = restoreObject(
      set("a:2", "OnDelete"),
      set("a:2", "OnDelete"),
      set("a:1", "RollingUpdate"),
      ref,
      {
        manager: "argocd",
        fields,
      },
    );
    expect(found?.write).toMatchObject({ patch: "apply", fieldManager: "argocd" });
    expect(bodyOf(found)).toMatchObject({ spec: { updateStrategy: { type: "RollingUpdate" } } });
  });
});

describe("whether a killed run left it so, or somebody else", () => {
  test("every value of one state or the other, a union of both included", () => {
    const [before, after] = [
      { rules: ["a", "b"], data: { x: "1", old: "o" } },
      { rules: ["a", "c"], data: { x: "2", fresh: "f" } },
    ];
    expect(isBetween(before, after, { rules: ["a", "b", "c"], data: { x: "1", old: "o", fresh: "f" } })).toBe(
      true,
    );
    expect(isBetween(before, after, { rules: ["a"], data: { x: "2" } })).toBe(true);
    // A file and a server write the same rule down in another order.
    const rule = { apiGroups: [""], verbs: ["get"] };
    expect(
      isBetween({ rules: [] }, { rules: [rule] }, { rules: [{ verbs: ["get"], apiGroups: [""] }] }),
    ).toBe(true);
    expect(isBetween(before, after, { rules: ["a", "z"], data: { x: "2" } })).toBe(false);
    expect(isBetween(before, after, { rules: ["a"], data: { x: "3" } })).toBe(false);
    expect(isBetween(before, after, { rules: ["a"], data: { x: "2", mine: "m" } })).toBe(false);
  });
});

describe("what somebody sets while an undo runs is not overwritten unseen", () => {
  const map = (data: Readonly<Record<string, string>>) => ({ data });
  const before = map({ mtu: "1440", cni: "old" });
  const judged = map({ mtu: "1440", cni: "new", added: "1" });

  test("half-way back is nobody else's", () => {
    expect(overwrites(before, judged, map({ mtu: "1440", cni: "old", added: "1" }))).toBe(false);
    expect(overwrites(before, judged, before)).toBe(false);
  });

  test("a value that is neither the former nor the judged one", () => {
    expect(overwrites(before, judged, map({ mtu: "1440", cni: "edited", added: "1" }))).toBe(true);
    expect(overwrites(before, judged, map({ mtu: "9000", cni: "new", added: "1" }))).toBe(true);
    // It would be there again.
    expect(overwrites(before, judged, map({ cni: "new", added: "1" }))).toBe(true);
    expect(overwrites(before, judged, "text")).toBe(true);
  });

  test("what was added stays, and so is not overwritten", () => {
    expect(overwrites(before, judged, map({ ...judged.data, ops: "2" }))).toBe(false);
  });

  test("elements of a list by their names, others as a whole", () => {
    const container = (name: string, image: string) => ({ name, image });
    const [was, is] = [[container("a", "1")], [container("a", "2"), container("b", "2")]];
    expect(overwrites(was, is, [container("a", "1"), container("b", "2")])).toBe(false);
    expect(overwrites(was, is, [...is, container("ops", "1")])).toBe(false);
    expect(overwrites(was, is, [container("a", "3"), container("b", "2")])).toBe(true);
    expect(overwrites([["a"]], [["b"]], [["b"], ["a"]])).toBe(false);
    expect(overwrites(["a"], ["b"], ["c"])).toBe(true);
    expect(overwrites([], [], ["c"])).toBe(true);
  });
});
