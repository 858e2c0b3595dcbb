import { expect, test } from "vitest";
import { serverClock } from "../../../src/perform/server-clock.ts";

const local = Date.UTC(2026, 0, 1, 12, 0, 0);

test("leases are judged by the API server's clock, although this machine's is minutes off", () => {
  const clock = serverClock(() => local);
  const server = local - 5 * 60_000;
  clock.update(server);
  expect(Math.abs(clock.now() - server)).toBeLessThanOrEqual(1_000);
});

test("the whole seconds of a Date header do not make the clock jump", () => {
  const clock = serverClock(() => local);
  clock.update(local - 1_000);
  clock.update(undefined);
  expect(clock.now()).toBe(local);
});

test("H13: an answer that is read late, after the process stood still, does not make its lease look fresh", () => {
  let time = local;
  const clock = serverClock(() => time);
  clock.update(local);
  const sent = time;
  time += 60_000;
  clock.update(local, sent);
  expect(clock.now()).toBe(local + 60_000);
  // A server whose clock really is behind is still believed.
  clock.update(local, time);
  expect(Math.abs(clock.now() - local)).toBeLessThanOrEqual(1_000);
});
