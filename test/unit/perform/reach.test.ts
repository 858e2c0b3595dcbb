import { expect, test } from "vitest";
import { pathOf } from "../../../src/cluster/paths.ts";
import type { Connection, KubeRequest } from "../../../src/cluster/port.ts";
import { apiError, connectionError } from "../../../src/errors.ts";
import { type Reach, withReach } from "../../../src/perform/reach.ts";
import { run } from "../../../src/perform/run.ts";
import type { Procedure } from "../../../src/plan/procedure.ts";

const gone = connectionError("dial tcp 10.0.0.1:6443: connect: connection refused");
const ask: KubeRequest = { method: "GET", path: pathOf("api", "v1", "nodes") };

/** A server that answers, or not, and whose watches end at once, as it does. */
function startServer(isUp: () => boolean, now: () => number = () => 0) {
  const asked: string[] = [];
  const given: Connection = {
    server: "https://10.0.0.1:6443",
    namespace: "default",
    namespaceGiven: false,
    request({ path }) {
      asked.push(path);
      return isUp() ? Promise.resolve({ status: 200, body: {} }) : Promise.reject(gone);
    },
    async *stream() {
      yield {};
      if (!isUp()) throw gone;
    },
    close: () => undefined,
  };
  return { ...withReach(given, now), asked };
}

async function watchOnce(connection: Connection): Promise<void> {
  await Array.fromAsync(connection.stream(ask));
}

test("a watch that is cut off tells since when, and any answer that it is over", async () => {
  let up = false;
  const { connection, reach } = startServer(() => up);
  expect(reach.silence()).toBeUndefined();
  await expect(watchOnce(connection)).rejects.toBe(gone);
  await expect(connection.request(ask)).rejects.toBe(gone);
  expect(reach.silence()).toEqual({ since: 0, why: expect.stringContaining("connection refused") });
  up = true;
  await connection.request(ask);
  expect(reach.silence()).toBeUndefined();
});

test("a refusal is an answer", async () => {
  const { given, reach } = refusing();
  expect(await reach.answers(10_000, new AbortController().signal)).toBe(true);
  await expect(given.request(ask)).rejects.toMatchObject({ status: 403 });
  expect(reach.silence()).toBeUndefined();
});

function refusing() {
  const refuse = (): Promise<never> =>
    Promise.reject(apiError({ status: 403, reason: "Forbidden", message: "no" }));
  const { connection, reach } = withReach(
    { ...startServer(() => true).connection, request: refuse },
    () => 0,
  );
  return { given: connection, reach };
}

/** Waits for ever, or until something changes. */
const waits: Procedure<number, { readonly stop?: string }, { readonly kind: "none" }> = {
  start: {},
  look: (memory) => memory,
  next: (changes, { stop }) => {
    if (stop !== undefined) return { kind: "stop", reason: { message: stop } };
    return changes > 0 ? { kind: "done" } : { kind: "wait", phase: "ready", for: "a pod", until: 1e9 };
  },
  acted: (memory) => memory,
  settled: (memory) => memory,
  stopping: (memory, { message }) => ({ ...memory, stop: message }),
  interrupted: (memory) => memory,
  writes: () => [],
  assume: (count) => count,
};

/** `wait`: what happens while it waits; whatever it is, the watch brings nothing. */
async function waitedWith(reach: Reach, now: () => number, wait: () => Promise<number>) {
  let changes = 0;
  const untils: number[] = [];
  const ended = await run(
    waits,
    {
      snapshot: () => changes,
      changed: async (until) => {
        untils.push(until);
        changes = await wait();
      },
      absorb: () => undefined,
      refresh: () => Promise.resolve(),
      fetchEvents: () => Promise.resolve(),
    },
    {
      dryRun: "none",
      now,
      send: () => Promise.resolve(undefined),
      interrupt: { first: new AbortController().signal, second: new AbortController().signal },
      emit: () => undefined,
      outage: 4_000,
      reach,
    },
  );
  return { ended, untils };
}

test("a run that waits for what a watch brings ends when the server is silent for longer than it may be", async () => {
  let up = true;
  const now = (): number => performance.now();
  const { connection, reach } = startServer(() => up, now);
  const began = now();
  const { ended, untils } = await waitedWith(reach, now, async () => {
    up = false;
    await watchOnce(connection).catch(() => undefined);
    return 0;
  });
  expect(ended).toMatchObject({
    kind: "stopped",
    reason: {
      message: expect.stringMatching(/^the API server has not answered for \d+s: .*connection refused/),
    },
  });
  // It does not sleep over it.
  expect((untils[0] ?? 0) - began).toBeLessThan(10_000);
});

test("a run that waits goes on when the server is back, although no watch says so", async () => {
  let up = true;
  let times = 0;
  const { connection, reach, asked } = startServer(() => up);
  const { ended } = await waitedWith(
    reach,
    () => 0,
    async () => {
      times += 1;
      up = times > 1;
      await watchOnce(connection).catch(() => undefined);
      up = true;
      return times - 1;
    },
  );
  expect([ended.kind, asked]).toEqual(["done", ["/version"]]);
});
