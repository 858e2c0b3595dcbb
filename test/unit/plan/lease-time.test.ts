/** The time of a lease is what somebody wrote on the DaemonSet. */
import { expect, test } from "vitest";
import { heldByOther } from "../../../src/plan/lease/held.ts";
import { commandsFor } from "./commands.ts";

const now = Date.UTC(2026, 0, 1, 4);
const asker = {
  holder: "bob@laptop/2",
  takeOver: false,
  claimed: false,
  run: () => "ds/2",
  commands: commandsFor("node --all"),
};

function asked(renewed: number, change = {}) {
  const run = { run: "ds/2", holder: "alice@laptop/1", renewed };
  return heldByOther({ namespace: "kube-system", name: "calico-node", run }, { ...asker, ...change }, now);
}

test("H13: a lease whose time is far ahead is held, and nobody is sent to wait until then", () => {
  const stop = asked(Date.UTC(9999, 11, 31));
  expect(stop?.message).toContain("ahead of the API server's clock");
  expect(stop?.message).toContain("whether it is at work is not known");
  expect(stop?.hint).toContain("--take-over");
  expect(stop?.hint).not.toContain("after 9999");
  expect(asked(Date.UTC(9999, 11, 31), { takeOver: true })).toBeUndefined();
});

test("H13: a clock that is some seconds ahead is that of a run at work", () => {
  expect(asked(now + 5_000)?.message).toContain("is working on");
});
