/** Which nodes stand for their class, and what comes after them. */
import { describe, expect, test } from "vitest";
import * as fc from "fast-check";
import { selects } from "../../../src/model/label-selector.ts";
import { selectorOfText } from "../../../src/model/selector-text.ts";
import { isControlPlane, type NodeFacts } from "../../../src/model/node.ts";
import { classOf, zoneOf } from "../../../src/plan/fleet/classes.ts";
import { inFleetOrder } from "../../../src/plan/fleet/order.ts";
import { limitOf } from "../../../src/plan/fleet/pace.ts";
import { node } from "./world.ts";

function made(name: string, zone: string, kernel: string, controlPlane: boolean): NodeFacts {
  const facts = node(name, controlPlane ? { roles: ["control-plane"] } : {});
  return { ...facts, kernel, labels: { ...facts.labels, "topology.kubernetes.io/zone": zone } };
}

const anyNode = fc.record({
  zone: fc.constantFrom("a", "b", "c"),
  kernel: fc.constantFrom("5.15", "6.8"),
  controlPlane: fc.boolean(),
});

describe("inFleetOrder", () => {
  test("every node once; one canary for each class that has more than one; then zone after zone, the control plane last", () => {
    fc.assert(
      fc.property(fc.array(anyNode, { maxLength: 20 }), fc.integer({ min: 0, max: 3 }), (specs, canaries) => {
        const nodes = specs.map(({ zone, kernel, controlPlane }, index) =>
          made(`node-${index + 1}`, zone, kernel, controlPlane),
        );
        const all = new Map(nodes.map((each) => [each.name, each]));
        const ordered = inFleetOrder(all, [...all.keys()], [], { order: "zone", canaries });
        expect(ordered.nodes.toSorted()).toEqual([...all.keys()].toSorted());
        expect(ordered.nodes.slice(0, ordered.canaries.length)).toEqual(
          ordered.canaries.map((each) => each.node),
        );
        for (const [name, members] of Map.groupBy(nodes, classOf)) {
          const own = ordered.canaries.filter((each) => each.class === name);
          expect(own).toHaveLength(Math.min(canaries, members.length - 1));
        }
        const parts = [
          ordered.nodes.slice(0, ordered.canaries.length),
          ordered.nodes.slice(ordered.canaries.length),
        ];
        for (const part of parts) {
          const planes = part.map((name) => isControlPlane(all.get(name) as NodeFacts));
          const first = planes.indexOf(true);
          expect(first === -1 || planes.slice(first).every(Boolean)).toBe(true);
        }
        const workers = (parts[1] ?? [])
          .flatMap((name) => all.get(name) ?? [])
          .filter((each) => !isControlPlane(each));
        expect(workers.map(zoneOf)).toEqual(workers.map(zoneOf).toSorted());
      }),
    );
  });

  test("a class that a node of it has proven needs no canary", () => {
    const nodes = ["node-1", "node-2", "node-10"].map((name) => made(name, "a", "6.8", false));
    const all = new Map(nodes.map((each) => [each.name, each]));
    const pace = { order: "name", canaries: 1 } as const;
    expect(inFleetOrder(all, ["node-10", "node-2"], ["node-1"], pace)).toEqual({
      nodes: ["node-2", "node-10"],
      canaries: [],
    });
    expect(inFleetOrder(all, ["node-10", "node-2"], [], { ...pace, order: "given" })).toMatchObject({
      nodes: ["node-10", "node-2"],
      canaries: [{ node: "node-10", others: 1 }],
    });
  });

  test("a percentage is rounded down, and one node is always allowed", () => {
    expect([10, 99, 5].map((nodes) => limitOf({ maxUnavailable: { percent: 10 } }, nodes))).toEqual([
      1, 9, 1,
    ]);
    expect(limitOf({ maxUnavailable: { nodes: 5 } }, 3)).toBe(5);
  });
});

describe("selectorOfText", () => {
  const labels = { zone: "a", "example.com/gpu": "", tier: "web" };
  test.each([
    ["zone=a", true],
    ["zone==a,tier!=web", false],
    ["tier != db , zone in (a, b)", true],
    ["zone notin (a,b)", false],
    ["example.com/gpu", true],
    ["example.com/gpu=", true],
    ["!zone", false],
    ["! rack", true],
    ["rack notin (r1)", true],
  ])("%s", (text, wanted) => {
    const read = selectorOfText(text);
    expect(read.ok && selects(read.selector, labels)).toBe(wanted);
  });

  test.each(["", "zone=a,", "zone in a", "zone in (a", "=a", "zone~a", "a b"])("%s is refused", (text) => {
    expect(selectorOfText(text)).toMatchObject({ ok: false });
  });
});
