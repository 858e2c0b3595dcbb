import { expect, test } from "vitest";
import { serverClock } from "../../../src/perform/server-clock.ts";

const local = Date.UTC(2026, 0, 1, 12, 0, 0);

test("leases are judged by the API server's clock, although this machine's is minutes off", () => {
  const clock = serverClock(() => local);
  const server = local - 5 * 60_000;
  clock.heard(server);
  expect(Math.abs(clock.now() - server)).toBeLessThanOrEqual(1_000);
});

test("the whole seconds of a Date header do not make the clock jump", () => {
  const clock = serverClock(() => local);
  clock.heard(local - 1_000);
  clock.heard(undefined);
  expect(clock.now()).toBe(local);
});
