/**
 * Tests that a command may be cut off anywhere: a run without faults counts its writes and what its watches tell;
 * then it is cut off at each of these moments, or at a sample, and gone on with by the command that it printed
 * and by the one that was run.
 */
import { describe, expect, test } from "vitest";
import { actAt, type Moment, momentText } from "./act-once.ts";
import { cutOff, exitCodes, type CutOff } from "./signals.ts";
import { badLastLines, begunAfter } from "./after-signal.ts";
import { badDeletes } from "./deletes.ts";
import { goneOn } from "./go-on.ts";
import { leftovers } from "./leftovers.ts";
import { requestText } from "./request.ts";
import { drawFrom, sample } from "./sample.ts";
import { inTime, lastLine, patienceMillis, stageFor } from "./stage.ts";
import type { Story } from "./story.ts";
import { startWatcher } from "./watcher.ts";

/** How many moments of each kind are tried without TEST_ALL. */
const sampled: Readonly<Record<CutOff, readonly [writes: number, events: number]>> = {
  SIGINT: [2, 1],
  "SIGINT twice": [1, 0],
  SIGTERM: [1, 0],
  SIGKILL: [2, 1],
};

/** FAULTS_AT="write 7" tries this moment and no other, with both commands that go on. */
const only = process.env["FAULTS_AT"];

export function interrupted(story: Story): void {
  describe(`${story.name} on Kubernetes ${story.kubeVersion}`, () => {
    const stage = stageFor(story);
    const { cordonedByUser } = stage;

    /** What does not hold when it is cut off then; `way`: the command with which it is gone on. */
    const promisesBroken = async (
      moment: Moment,
      how: CutOff,
      way: "printed" | "run",
      reached: boolean,
    ): Promise<readonly string[]> => {
      const { cluster, proxy, folder } = stage;
      await stage.wholeRun();
      const beginning = await stage.begin();
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
      const running = stage.start(stage.command());
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
      const complete = left.length === 0 && (await stage.ending(beginning)).length === 0;
      const expected = exitCodes[how];
      if (result.code !== expected && !(complete && result.code === 0))
        broken.push(`exit code ${String(result.code)}, not ${String(expected)}`);
      broken.push(...begunAfter(seen, cut.requests));
      const cordoned = left.flatMap((each) => /^(\S+) is cordoned$/.exec(each)?.[1] ?? []);
      const said = result.stderr.slice(cut.said);
      const speaks = how !== "SIGKILL" && result.code !== 0;
      if (speaks && !complete) broken.push(...badLastLines({ said, ran: stage.command(), cordoned }));
      const silent = how === "SIGKILL" || how === "SIGINT twice";
      broken.push(...(await goneOn(stage, { way, said, silent, beginning })));
      broken.push(...(await watcher.end()));
      broken.push(...(await badDeletes(cluster, mark, folder)));
      return broken;
    };

    test("not cut off: nothing of ours is left", { retry: 0, timeout: 2 * patienceMillis }, async () => {
      const { seen, events } = await stage.wholeRun();
      const writes = seen.filter((request) => request.writes);
      expect(writes.length).toBeGreaterThan(0);
      console.log(`${story.name}: ${String(writes.length)} writes, ${String(events)} events`);
    });

    test.each(Object.keys(sampled) as CutOff[])(
      "%s: no other node is touched, the command to go on is printed, and it goes on to the same end",
      { retry: 0, timeout: 3_600_000 },
      async (how) => {
        const { seen, events } = await stage.wholeRun();
        const writes = seen.filter((request) => request.writes).map(requestText);
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
