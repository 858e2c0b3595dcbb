/**
 * Tests that a command may be cut off anywhere: a run without faults counts its writes and what its watches tell;
 * then it is cut off at each of these moments, or at a sample, and gone on with by the command that it printed
 * and by the one that was run.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { KubeVersion } from "../cluster/binaries/recipes.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { type Result, startPlugin } from "../e2e/support/plugin.ts";
import { testCluster } from "../e2e/test-cluster.ts";
import { actAt, type Moment, momentText } from "./act-once.ts";
import { type Beginning, keepBeginning } from "./beginning.ts";
import { cutOff, exitCodes, type CutOff } from "./signals.ts";
import { offered, runnable } from "./continuation.ts";
import { badLastLines, begunAfter } from "./after-signal.ts";
import { badDeletes } from "./deletes.ts";
import { differences, type EndState, endState } from "./end-state.ts";
import { leasesExpire } from "./lease.ts";
import { leftovers } from "./leftovers.ts";
import { type FaultProxy, startFaultProxy } from "./proxy.ts";
import { requestText } from "./request.ts";
import { drawFrom, sample, seed } from "./sample.ts";
import { upstreamOf } from "./upstream.ts";
import { startWatcher } from "./watcher.ts";

export interface Story {
  /** `apply, v3.29 → v3.30`. */
  readonly name: string;
  readonly kubeVersion: KubeVersion;
  /** Brings a clean cluster to where the command begins. */
  readonly prepare: (cluster: Cluster, folder: string) => Promise<void>;
  /** Known when everything is prepared. */
  readonly command: (folder: string) => readonly string[];
  /** Nodes that the user has cordoned before. */
  readonly cordoned?: readonly string[];
}

/** How many moments of each kind are tried without TEST_ALL. */
const sampled: Readonly<Record<CutOff, readonly [writes: number, events: number]>> = {
  SIGINT: [2, 1],
  "SIGINT twice": [1, 0],
  SIGTERM: [1, 0],
  SIGKILL: [2, 1],
};

/** FAULTS_AT="write 7" tries this moment and no other, with both commands that go on. */
const only = process.env["FAULTS_AT"];

/** A run that hangs must not hide the other moments. */
const patienceMillis = 90_000;

/** One run to its end, for comparison. */
interface Whole {
  readonly writes: readonly string[];
  readonly events: number;
  readonly end: EndState;
}

export function interrupted(story: Story): void {
  describe(`${story.name} on Kubernetes ${story.kubeVersion}`, () => {
    const cordonedByUser = new Set(story.cordoned);
    let cluster: Cluster;
    let proxy: FaultProxy;
    let folder: string;
    let beginning: Beginning | undefined;
    let whole: Whole | undefined;

    beforeAll(async () => {
      console.log(`FAULTS_SEED=${String(seed)} draws the same moments again`);
      folder = mkdtempSync(join(tmpdir(), "interrupted-"));
      cluster = await testCluster({ kubeVersion: story.kubeVersion, audit: "Request" });
      proxy = await startFaultProxy(upstreamOf(cluster));
    }, 300_000);
    afterAll(async () => {
      proxy?.stop();
      rmSync(folder, { recursive: true, force: true });
      await cluster?.stop();
    });

    const start = (args: readonly string[]) =>
      startPlugin(cluster, args, {
        kubeconfig: proxy.kubeconfig,
        env: { XDG_STATE_HOME: join(folder, "state") },
      });
    const run = async (args: readonly string[]): Promise<Result> => {
      proxy.begin();
      return await inTime(start(args));
    };
    const ran = (): readonly string[] => story.command(folder);

    /** Made once, by whichever test comes first: in a hook no command may be run. */
    const begin = async (): Promise<Beginning> => {
      if (beginning !== undefined) {
        await beginning.goBack();
        return beginning;
      }
      await story.prepare(cluster, folder);
      beginning = await keepBeginning(cluster, folder, cordonedByUser);
      return beginning;
    };

    /** Measured once. */
    const wholeRun = async (): Promise<Whole> => {
      if (whole !== undefined) return whole;
      const { pods } = await begin();
      const watcher = await startWatcher(cluster, { cordonedByUser, nodesDown: 1 });
      const { code, stderr } = await run(ran());
      const writes = proxy.seen().filter((request) => request.writes);
      const events = proxy.events();
      expect([code, stderr, await watcher.end()]).toEqual([0, expect.any(String), []]);
      expect(await leftovers(cluster, cordonedByUser)).toEqual([]);
      whole = { writes: writes.map(requestText), events, end: await endState(cluster, pods) };
      return whole;
    };

    /** What does not hold when it is cut off then; `way`: the command with which it is gone on. */
    const promisesBroken = async (
      moment: Moment,
      how: CutOff,
      way: "printed" | "run",
      reached: boolean,
    ): Promise<readonly string[]> => {
      const { end } = await wholeRun();
      const { pods } = await begin();
      const ending = async () => differences(end, await endState(cluster, pods));
      const mark = await cluster.audit.mark();
      const watcher = await startWatcher(cluster, { cordonedByUser, nodesDown: 1 });
      const broken: string[] = [];
      let cutting: Promise<{ readonly requests: number; readonly said: number }> | undefined;
      proxy.begin(
        actAt(moment, async () => {
          const said = running.stderr().length;
          cutting = cutOff(running, how).then(() => ({ requests: proxy.seen().length, said }));
          await cutting;
          if (how !== "SIGKILL") return undefined;
          return { kind: reached ? "lost" : "reset" };
        }),
      );
      const running = start(ran());
      const result = await inTime(running);
      const cut = await cutting;
      const seen = proxy.seen();
      if (cut === undefined) {
        // It was over before that moment came.
        const whole = result.code === 0 ? [] : [`not cut off: ${lastLine(result)}`];
        return [...whole, ...(await watcher.end())];
      }
      const left = await leftovers(cluster, cordonedByUser);
      // Nothing was left to be kept from: then it may say so, too.
      const complete = left.length === 0 && (await ending()).length === 0;
      const expected = exitCodes[how];
      if (result.code !== expected && !(complete && result.code === 0))
        broken.push(`exit code ${String(result.code)}, not ${String(expected)}`);
      broken.push(...begunAfter(seen, cut.requests));
      const cordoned = left.flatMap((each) => /^(\S+) is cordoned$/.exec(each)?.[1] ?? []);
      const said = result.stderr.slice(cut.said);
      const speaks = how !== "SIGKILL" && result.code !== 0;
      if (speaks && !complete) broken.push(...badLastLines({ said, ran: ran(), cordoned }));
      broken.push(...(await goneOn(how, way, said, ending)));
      broken.push(...(await watcher.end()));
      broken.push(...(await badDeletes(cluster, mark, folder)));
      return broken;
    };

    const goneOn = async (
      how: CutOff,
      way: "printed" | "run",
      said: string,
      ending: () => Promise<readonly string[]>,
    ): Promise<readonly string[]> => {
      const silent = how === "SIGKILL" || how === "SIGINT twice";
      let printed = offered(said)[0];
      if (way === "run" && silent) await leasesExpire(cluster);
      let result =
        way === "run" || printed === undefined ? await run(ran()) : await run(runnable(printed, ran()));
      // Whoever was killed printed nothing: the refusal of its successor names the command.
      if (way === "printed" && printed === undefined && result.code !== 0) {
        [printed] = offered(result.stderr);
        if (printed !== undefined) result = await run(runnable(printed, ran()));
      }
      const by = way === "run" || printed === undefined ? "the same command" : printed.join(" ");
      if (result.code !== 0) return [`${by} does not go on: ${lastLine(result)}`];
      return [
        ...(await leftovers(cluster, cordonedByUser)).map((each) => `left by ${by}: ${each}`),
        ...(await ending()).map((each) => `${by} ends otherwise: ${each}`),
      ];
    };

    test("not cut off: nothing of ours is left", { retry: 0, timeout: 2 * patienceMillis }, async () => {
      const { writes, events } = await wholeRun();
      expect(writes.length).toBeGreaterThan(0);
      console.log(`${story.name}: ${String(writes.length)} writes, ${String(events)} events`);
    });

    test.each(Object.keys(sampled) as CutOff[])(
      "%s: no other node is touched, the command to go on is printed, and it goes on to the same end",
      { retry: 0, timeout: 3_600_000 },
      async (how) => {
        const { writes, events } = await wholeRun();
        const draw = drawFrom(`${story.name} ${story.kubeVersion} ${how}`);
        const [ofWrites, ofEvents] = sampled[how];
        const every = (at: Moment["at"], count: number): readonly Moment[] =>
          Array.from({ length: count }, (_none, index) => ({ at, index }));
        const all = [every("write", writes.length), every("event", events)] as const;
        const moments =
          only === undefined
            ? [...sample(all[0], ofWrites, draw), ...sample(all[1], ofEvents, draw)]
            : all.flat().filter((moment) => momentText(moment) === only);
        const table: string[] = [];
        for (const moment of moments) {
          const about = moment.at === "write" ? ` (${writes[moment.index] ?? ""})` : "";
          const ways =
            only === undefined && process.env["TEST_ALL"] === undefined ? [draw() < 0.5] : [true, false];
          for (const byPrinted of ways) {
            const way = byPrinted ? "printed" : "run";
            const broken = await promisesBroken(moment, how, way, draw() < 0.5);
            table.push(...new Set(broken.map((each) => `${how} at ${momentText(moment)}${about}: ${each}`)));
          }
        }
        expect(table).toEqual([]);
      },
    );
  });
}

async function inTime(running: ReturnType<typeof startPlugin>): Promise<Result> {
  const timer = setTimeout(() => running.signal("SIGKILL"), patienceMillis);
  try {
    return await running.ended;
  } finally {
    clearTimeout(timer);
  }
}

function lastLine({ code, stderr }: Result): string {
  const lines = stderr.trim().split("\n");
  const error = lines.find((line) => line.startsWith("error:")) ?? lines.at(-1) ?? "";
  return `exit code ${String(code)}: ${error}`;
}
