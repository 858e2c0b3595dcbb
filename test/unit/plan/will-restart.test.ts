import { expect, test } from "vitest";
import { willRestart } from "../../../src/plan/node/will-restart.ts";
import { goal, lease, node, now, pod, world } from "./world.ts";

const rolling = { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } };
const run = { run: "ds/2" };

test("an outdated node is restarted, one that runs the newest revision only with --restart", () => {
  expect(willRestart(world(), goal(), "node-01", now)).toBe(true);
  const done = world({ pods: [pod("node-01", { revision: 2 })], nodes: [node("node-01")] });
  expect(willRestart(done, goal(), "node-01", now)).toBe(false);
  expect(willRestart(done, goal({ restart: true }), "node-01", now)).toBe(true);
});

test("holding somebody's rollout is no restart of a node that is done already", () => {
  const pods = [pod("node-01", { revision: 2 }), pod("node-02")];
  const w = world({ strategy: rolling, pods, nodes: [node("node-01"), node("node-02")] });
  expect(willRestart(w, goal({ takeOver: true }), "node-01", now)).toBe(false);
  expect(willRestart(w, goal({ takeOver: true }), "node-02", now)).toBe(true);
});

const replaced = (ready: boolean, more: Parameters<typeof node>[1] = {}) =>
  world({
    run,
    pods: [
      pod("node-01", { uid: "new", revision: 2, ready, readySince: now - 1_000, startedAt: now - 2_000 }),
    ],
    nodes: [
      node("node-01", {
        cordoned: true,
        cordonedAt: now - 5_000,
        lease: lease({ holder: "bob@desk/1" }),
        ...more,
      }),
    ],
  });

test("H17, H18: a restart that an earlier process began is brought to its end, with no guard in its way", () => {
  expect(willRestart(replaced(true), goal({ settle: 0 }), "node-01", now)).toBe(false);
  expect(willRestart(replaced(true), goal(), "node-01", now)).toBe(false);
  expect(willRestart(replaced(false), goal(), "node-01", now)).toBe(false);
});

test("an earlier process that was stopped before its delete left the restart to do", () => {
  const w = world({
    run,
    pods: [pod("node-01")],
    nodes: [
      node("node-01", { cordoned: true, cordonedAt: now - 5_000, lease: lease({ holder: "bob@desk/1" }) }),
    ],
  });
  expect(willRestart(w, goal(), "node-01", now)).toBe(true);
});

test("H13: a void lease changes nothing about the restart", () => {
  const w = world({ run, pods: [pod("node-01")], nodes: [node("node-01", { lease: lease() })] });
  expect(willRestart(w, goal(), "node-01", now)).toBe(true);
});

test("H16: there is no use in waiting for a node that is silent", () => {
  expect(willRestart(replaced(false, { ready: "Unknown" }), goal(), "node-01", now)).toBe(true);
});
