/** A run that stops says which nodes it leaves cordoned (H13): nobody else will uncordon them. */
import { expect, test } from "vitest";
import type { NodeFacts } from "../../../src/model/node.ts";
import type { Stop } from "../../../src/plan/decision.ts";
import { namingCordons } from "../../../src/plan/node/left-cordoned.ts";
import { goal, lease, node, world } from "./world.ts";

const held = (name: string, change: Parameters<typeof lease>[0] = {}) =>
  node(name, { cordoned: true, lease: lease(change) });
const refused: Stop = { message: "Error from server (Forbidden): no" };
const named = (stop: Stop, ...nodes: readonly NodeFacts[]) => namingCordons(stop, world({ nodes }), goal());

test("a write that is refused leaves a node cordoned: it is named", () => {
  expect(named(refused, held("node-01"), node("node-02"))).toEqual({
    message: "Error from server (Forbidden): no; node node-01 stays cordoned",
  });
  expect(named(refused, held("node-01"), held("node-02")).message).toMatch(
    /; node node-01, node node-02 stay cordoned$/,
  );
});

test("what the user, or another run, has cordoned is none of ours", () => {
  const theirs = [
    held("node-01", { wasUnschedulable: true }),
    held("node-02", { holder: "jane@elsewhere/1" }),
  ];
  expect(named(refused, ...theirs)).toEqual(refused);
});

test("a hint that says it of its node is not said twice, and hides no other node", () => {
  const stop: Stop = {
    node: "node-01",
    message: "no pod",
    hint: "the node stays cordoned",
    saysCordoned: true,
  };
  expect(named(stop, held("node-01"))).toEqual(stop);
  expect(named(stop, held("node-01"), held("node-02")).message).toBe("no pod; node node-02 stays cordoned");
});

test("after a second Ctrl-C the same command is the way on", () => {
  const { message, hint } = named({ message: "interrupted", interrupted: true }, held("node-01"));
  expect([message, hint]).toEqual([
    "interrupted; node node-01 stays cordoned",
    expect.stringMatching(/^kubectl calico-upgrade node /),
  ]);
});
