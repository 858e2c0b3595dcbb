import type { DryRunStrategy } from "../../../src/model/dry-run.ts";
import { describe, expect, test } from "vitest";
import { apiError, connectionError } from "../../../src/errors.ts";
import type { Write } from "../../../src/model/write.ts";
import { run, type LiveWorld } from "../../../src/perform/run.ts";
import type { RunEvent } from "../../../src/plan/run-event.ts";
import type { Stop } from "../../../src/plan/decision.ts";
import type { Procedure } from "../../../src/plan/procedure.ts";

/** Counts up to three, one write each; holds something that it gives back when it has to stop. */
interface Memory {
  readonly stop?: Stop;
  readonly givenBack: boolean;
}
type Step = { readonly kind: "count" | "give back" };

const write: Write = {
  verb: "delete",
  ref: { group: "", version: "v1", resource: "things", kind: "Thing", name: "x" },
  uid: "x",
};

const procedure: Procedure<number, Memory, Step> = {
  start: { givenBack: false },
  look: (memory) => memory,
  next: (count, { stop, givenBack }) => {
    if (stop !== undefined) {
      return givenBack ? { kind: "stop", reason: stop } : { kind: "step", step: { kind: "give back" } };
    }
    return count >= 3 ? { kind: "done" } : { kind: "step", step: { kind: "count" } };
  },
  acted: (memory, { kind }) => (kind === "give back" ? { ...memory, givenBack: true } : memory),
  settled: (memory) => memory,
  stopping: (memory, stop) => ({ ...memory, stop }),
  interrupted: (memory) => memory,
  writes: () => [write],
  assume: (count) => count + 1,
};

/** `answers` in order: an error is thrown, anything else is a write that the world takes in. */
function start(
  answers: readonly (Error | "written")[] = [],
  dryRun: DryRunStrategy = "none",
  looking?: Error,
  how = procedure,
) {
  let count = 0;
  const sent: boolean[] = [];
  const events: string[] = [];
  let refreshed = 0;
  const live: LiveWorld<number> = {
    snapshot: () => count,
    changed: () => (looking === undefined ? Promise.resolve() : Promise.reject(looking)),
    absorb: () => {
      count += 1;
    },
    refresh: () => {
      refreshed += 1;
      return looking === undefined ? Promise.resolve() : Promise.reject(looking);
    },
    fetchEvents: () => Promise.resolve(),
  };
  const second = new AbortController();
  const result = run(how, live, {
    dryRun,
    now: () => 0,
    send: (_write, dry) => {
      const answer = answers[sent.length];
      sent.push(dry);
      return answer instanceof Error
        ? Promise.reject(answer)
        : Promise.resolve({ apiVersion: "v1", kind: "Thing", metadata: { name: "x" } });
    },
    interrupt: { first: new AbortController().signal, second: second.signal },
    emit: (event: RunEvent<Memory, Step>) => void events.push(event.kind),
  });
  return { result, live, sent, events, refreshed: () => refreshed, count: () => count, second };
}

const conflict = apiError({ status: 409, reason: "Conflict", message: "changed" });
const unprocessable = apiError({ status: 400, reason: "Invalid request", message: "no such thing" });
const forbidden = apiError({ status: 403, reason: "Forbidden", message: "no" });

test("one step, observe, ask again, until there is nothing to do", async () => {
  const { result, sent, events } = start();
  expect(await result).toMatchObject({ kind: "done" });
  expect(sent).toEqual([false, false, false]);
  expect(events).toEqual(["begun", "performed", "begun", "performed", "begun", "performed", "done"]);
});

describe("a write that does not go through", () => {
  test.each([
    ["somebody was quicker", conflict],
    ["nobody knows what became of it", connectionError("reset")],
    ["the server is not itself", apiError({ status: 503, reason: "ServiceUnavailable", message: "later" })],
  ])("%s: it looks again and decides anew", async (_what, error) => {
    const { result, sent, refreshed } = start(["written", error]);
    expect(await result).toMatchObject({ kind: "done" });
    expect(sent).toHaveLength(4);
    expect(refreshed()).toBe(1);
  });

  test("a refusal stops the run, and what it holds is given back first", async () => {
    const { result, sent, events } = start([forbidden]);
    expect(await result).toMatchObject({
      kind: "stopped",
      reason: { message: "Error from server (Forbidden): no" },
    });
    expect(sent).toHaveLength(2);
    expect(events).toEqual(["begun", "stopping", "begun", "performed", "stopped"]);
  });

  test("what was not written may not be looked at again: what it holds is given back, and the reason is said", async () => {
    const { result, events } = start(["written", conflict], "none", forbidden);
    expect(await result).toMatchObject({
      kind: "stopped",
      reason: { message: "Error from server (Forbidden): no" },
      memory: { givenBack: true },
    });
    expect(events.slice(-4)).toEqual(["stopping", "begun", "performed", "stopped"]);
  });

  test("giving back that was beaten and may not look again ends all the same, for the first reason", async () => {
    const { result } = start([unprocessable, conflict], "none", forbidden);
    expect(await result).toMatchObject({
      kind: "stopped",
      reason: { message: "Error from server (Invalid request): no such thing" },
    });
  });

  test("giving back that waits for what may not be seen any more ends all the same, for the first reason", async () => {
    const waiting: typeof procedure = {
      ...procedure,
      next: (count, memory, now) =>
        memory.stop === undefined
          ? procedure.next(count, memory, now)
          : { kind: "wait", for: "its end", until: 1, phase: "ready" },
    };
    const { result } = start([unprocessable], "none", forbidden, waiting);
    expect(await result).toMatchObject({
      kind: "stopped",
      reason: { message: "Error from server (Invalid request): no such thing" },
    });
  });

  test("when giving back is refused as well it ends all the same, for the first reason", async () => {
    const { result } = start([forbidden, apiError({ status: 403, reason: "Forbidden", message: "neither" })]);
    expect(await result).toMatchObject({ reason: { message: "Error from server (Forbidden): no" } });
  });
});

describe("a dry run", () => {
  test("passes over what time alone ends, and stops at what only the cluster can end", async () => {
    const told: string[] = [];
    const waiting = (passes: boolean): Procedure<number, Memory, Step> => ({
      ...procedure,
      next: (count, memory, at) =>
        at < 90_000
          ? { kind: "wait", phase: "cordon", for: "time", until: at + 20_000, ...(passes ? { passes } : {}) }
          : procedure.next(count, memory, at),
    });
    const dry = (passes: boolean) =>
      run(waiting(passes), start().live, {
        dryRun: "client",
        now: () => 0,
        send: () => Promise.reject(forbidden),
        interrupt: { first: new AbortController().signal, second: new AbortController().signal },
        emit: (event) => void told.push(event.kind),
      });
    expect(await dry(true)).toMatchObject({ kind: "done" });
    expect(told.filter((kind) => kind === "waiting")).toHaveLength(5);
    expect(told.filter((kind) => kind === "performed")).toHaveLength(3);
    expect(await dry(false)).toMatchObject({
      reason: { message: expect.stringContaining("time") as string },
    });
  });

  test("of the client sends nothing and walks the same way", async () => {
    const { result, sent, events, count } = start([], "client");
    expect(await result).toMatchObject({ kind: "done" });
    expect([sent, count()]).toEqual([[], 0]);
    expect(events.filter((kind) => kind === "performed")).toHaveLength(3);
  });

  test("H07: of the server sends every write as one", async () => {
    const { result, sent, count } = start([], "server");
    expect(await result).toMatchObject({ kind: "done" });
    expect([sent, count()]).toEqual([[true, true, true], 0]);
  });
});

test("a second Ctrl-C leaves at once", async () => {
  const { result, sent, second } = start([conflict, conflict, conflict, conflict, conflict]);
  second.abort();
  expect(await result).toMatchObject({ kind: "stopped", reason: { interrupted: true } });
  expect(sent.length).toBeLessThanOrEqual(1);
});

describe("a world that is put together from several watches", () => {
  /** Stops where it is wrong; `confirm` shows whether that was only so because one watch was behind. */
  function startWith(confirm: () => Promise<number>) {
    let seen = -1;
    let asked = 0;
    const judging: Procedure<number, Memory, Step> = {
      ...procedure,
      next: (count, { stop }) =>
        stop !== undefined
          ? { kind: "stop", reason: stop }
          : count < 0
            ? { kind: "stop", reason: { message: "wrong" } }
            : { kind: "done" },
    };
    const live: LiveWorld<number> = {
      snapshot: () => seen,
      changed: () => Promise.resolve(),
      absorb: () => {},
      refresh: () => Promise.resolve(),
      fetchEvents: () => Promise.resolve(),
      async confirm() {
        asked += 1;
        seen = await confirm();
      },
    };
    const never = new AbortController().signal;
    const result = run(judging, live, {
      dryRun: "none",
      now: () => 0,
      send: () => Promise.reject(new Error("nothing is written")),
      interrupt: { first: never, second: never },
      emit: () => {},
    });
    return { result, asked: () => asked };
  }

  test("does not stop for what one of them had not shown yet", async () => {
    expect(await startWith(() => Promise.resolve(3)).result).toMatchObject({ kind: "done" });
  });

  test("stops for what is still so, having looked once", async () => {
    const { result, asked } = startWith(() => Promise.resolve(-1));
    expect(await result).toMatchObject({ kind: "stopped", reason: { message: "wrong" } });
    expect(asked()).toBe(1);
  });

  test("stops for what was seen where it cannot be looked at again", async () => {
    for (const error of [connectionError("connection reset"), forbidden])
      expect(await startWith(() => Promise.reject(error)).result).toMatchObject({
        kind: "stopped",
        reason: { message: "wrong" },
      });
  });
});
