import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dataPlan, mark, stops, type DataStep, type KindObjects } from "../../../src/data/plan.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { cases, oldObject } from "./old-objects.ts";

const hash = (text: string): string => createHash("sha256").update(text).digest("hex");
const config = (value: string, metadata = {}): KubeObject =>
  oldObject("GlobalConfig", "a", { name: "A", value }, metadata);

function one(old: readonly KubeObject[], found: readonly KubeObject[]): DataStep {
  const [step] = dataPlan([{ kind: "GlobalConfig", old, new: found }], hash);
  if (step === undefined) throw new Error("no step");
  return step;
}

function written(old: KubeObject): KubeObject {
  const { target } = one([old], []);
  if (target === undefined) throw new Error("nothing to write");
  return JSON.parse(JSON.stringify(target)) as KubeObject;
}

describe("H28: both sides are compared again until the last old node is gone", () => {
  test("what is not there is created, and after that nothing is to be done", () => {
    expect(one([config("1")], []).does).toBe("create");
    expect(one([config("1")], [written(config("1"))]).does).toBe("same");
  });

  test("what an old node changed since is brought over again", () => {
    expect(one([config("2")], [written(config("1"))])).toMatchObject({
      does: "update",
      differences: [{ path: "spec.value", wanted: '"2"', found: '"1"' }],
    });
  });

  test("what somebody changed on the new side is not overwritten, and the difference is shown", () => {
    const changed = { ...written(config("1")), spec: { name: "A", value: "mine" } };
    expect(one([config("1")], [changed])).toMatchObject({
      does: "conflict",
      differences: [{ path: "spec.value", wanted: '"1"', found: '"mine"' }],
    });
    expect(one([config("2")], [changed]).does).toBe("conflict");
  });

  test("an object of somebody else with the same content is fine, with another one it stops", () => {
    const own = { ...written(config("1")), metadata: { name: "a" } };
    expect(one([config("1")], [own]).does).toBe("same");
    expect(one([config("2")], [own]).does).toBe("conflict");
  });

  test("what the old side has no more is said", () => {
    const step = one([], [written(config("1"))]);
    expect(step).toMatchObject({ does: "gone", name: "a" });
    expect(stops(step)).toBe(true);
    expect(
      dataPlan(
        [{ kind: "GlobalConfig", old: [], new: [{ ...written(config("1")), metadata: { name: "b" } }] }],
        hash,
      ),
    ).toEqual([]);
  });
});

test("one name under both groups of a kind: the same content is brought over once, another one stops", () => {
  const policy = (apiVersion: string, order: number): KubeObject => ({
    ...oldObject("SystemNetworkPolicy", "a", { order, selector: "all()" }),
    apiVersion,
  });
  const plan = (first: number, second: number): readonly DataStep[] =>
    dataPlan(
      [
        {
          kind: "SystemNetworkPolicy",
          old: [policy("alpha.projectcalico.org/v1", first), policy("projectcalico.org/v1", second)],
          new: [],
        },
      ],
      hash,
    );
  expect(plan(1, 1).map(({ does }) => does)).toEqual(["create", "create"]);
  expect(plan(1, 2)).toMatchObject([
    { does: "refused", why: expect.stringContaining("projectcalico.org/v1 has the same name") as string },
    {
      does: "refused",
      why: expect.stringContaining("alpha.projectcalico.org/v1 has the same name") as string,
    },
  ]);
});

test("two namespaces with objects of one name: only kube-system's has an effect, and a difference stops", () => {
  const elsewhere = config("2", { namespace: "default" });
  const steps = dataPlan([{ kind: "GlobalConfig", old: [config("1"), elsewhere], new: [] }], hash);
  expect(steps.map(({ namespace, does }) => [namespace, does])).toEqual([
    ["kube-system", "create"],
    ["default", "refused"],
  ]);
  const twin = dataPlan(
    [{ kind: "GlobalConfig", old: [config("1"), config("1", { namespace: "default" })], new: [] }],
    hash,
  );
  expect(twin.map(({ does }) => does)).toEqual(["create", "elsewhere"]);
  expect(one([elsewhere], []).does).toBe("elsewhere");
});

test("false and nothing are the same to Calico, and no difference", () => {
  const value =
    '{"cidr":"10.0.0.0/8","ipip":"","ipip_mode":"","masquerade":false,"ipam":true,"disabled":false}';
  const calicos = {
    apiVersion: "crd.projectcalico.org/v1",
    kind: "IPPool",
    metadata: { name: "10-0-0-0-8" },
    spec: { cidr: "10.0.0.0/8", "nat-outgoing": false, disabled: false, ipip: {} },
  };
  const [step] = dataPlan(
    [{ kind: "IpPool", old: [oldObject("IpPool", "10-0-0-0-8", { value })], new: [calicos] }],
    hash,
  );
  expect(step?.does).toBe("same");
});

test("after a run everything is the same, whatever there was", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(cases, { selector: ({ kind, name }) => `${kind}/${name}`, maxLength: 8 }),
      (all) => {
        const byKind = Map.groupBy(all, ({ kind }) => kind);
        const sides: KindObjects[] = [...byKind].map(([kind, list]) => ({
          kind,
          old: list.map(({ name, spec }) => oldObject(kind, name, spec)),
          new: [],
        }));
        const first = dataPlan(sides, hash);
        expect(first.every(({ does }) => does === "create")).toBe(true);
        const made = sides.map((side) => ({
          ...side,
          new: first.flatMap(({ kind, target }) =>
            kind === side.kind && target !== undefined
              ? [JSON.parse(JSON.stringify(target)) as KubeObject]
              : [],
          ),
        }));
        const second = dataPlan(made, hash);
        expect(second.map(({ does }) => does)).toEqual(first.map(() => "same"));
        for (const { live, target } of second) {
          if (live !== undefined && target !== undefined) expect(mark(live, hash)).toBe(mark(target, hash));
        }
      },
    ),
    { numRuns: 100 },
  );
});
