/**
 * Tests that a process which stands still for a while does no harm when it goes on, and that a second run waits its
 * turn: SIGSTOP at a write, and the same command once more meanwhile.
 */
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { startPlugin } from "../e2e/support/plugin.ts";
import { poll } from "../cluster/wait.ts";
import { badDeletes } from "./deletes.ts";
import { leasesExpire } from "./lease.ts";
import { leftovers } from "./leftovers.ts";
import { requestText } from "./request.ts";
import { drawFrom, sample } from "./sample.ts";
import { inTime, lastLine, type Stage } from "./stage.ts";
import { arrivalMillis } from "./signals.ts";
import { noteOutcome, type Tried } from "./table.ts";
import { badError, isMark, isPull } from "./printed.ts";
import { startWatcher } from "./watcher.ts";

const stops = ["a second run", "SIGSTOP and a second run", "SIGSTOP past the end of its lease"] as const;
type Stop = (typeof stops)[number];

const sampled = 1;
const only = process.env["FAULTS_AT"];

/** To be called in the `describe` of the stage. */
export function stopped(stage: Stage): void {
  const { story } = stage;
  test(
    "two runs, one of which may have stood still: never do both work, and the end is that of one",
    { retry: 0, timeout: 3_600_000 },
    async () => {
      const { seen } = await stage.wholeRun();
      const writes = seen.filter((request) => request.writes);
      const draw = drawFrom(`${story.name} ${story.kubeVersion} stops`);
      const moments = stops.map((how) => ({ how, index: Math.floor(draw() * writes.length) }));
      const chosen =
        only === undefined ? sample(moments, sampled, draw) : moments.filter(({ how }) => how.includes(only));
      const table: string[] = [];
      for (const { how, index } of chosen) {
        const tried = await promisesBroken(stage, how, index);
        const about = writes[index] === undefined ? "" : requestText(writes[index]);
        noteOutcome(story, { requestClass: "any write", fault: how }, tried);
        table.push(
          ...new Set(tried.broken.map((each) => `${how} at write ${String(index + 1)} (${about}): ${each}`)),
        );
      }
      expect(table).toEqual([]);
    },
  );
}

async function promisesBroken(stage: Stage, how: Stop, index: number): Promise<Tried> {
  const { cluster, proxy, folder, cordonedByUser } = stage;
  const beginning = await stage.begin();
  const mark = await cluster.audit.mark();
  const watcher = await startWatcher(cluster, { cordonedByUser, nodesDown: 1 });
  const broken: string[] = [];
  const reached = Promise.withResolvers<void>();
  proxy.begin({
    onRequest: async (request) => {
      if (request.indexOfWrite !== index) return undefined;
      // The write itself is on its way, and arrives.
      if (how !== "a second run") running.signal("SIGSTOP");
      reached.resolve();
      return undefined;
    },
  });
  const running = stage.start(stage.command());
  const ended = running.ended.then(() => reached.resolve());
  await reached.promise;
  // That write, and whatever else was on its way, is answered.
  await delay(arrivalMillis);
  await poll(async () => proxy.seen().every(({ writes, status }) => !writes || status !== undefined));
  const before = proxy.seen().length;
  const isReached = proxy.seen().some(({ indexOfWrite }) => indexOfWrite === index);
  if (how === "SIGSTOP past the end of its lease") await leasesExpire(cluster);
  // By another way than the proxy, which counts the first run's requests alone.
  const second = await inTime(
    startPlugin(cluster, stage.command(), { env: { XDG_STATE_HOME: join(folder, "state") } }),
  );
  broken.push(...badError(second, /\S/).map((each) => `the second run ${each}`));
  if (second.code !== 0 && how === "SIGSTOP past the end of its lease")
    broken.push(`the second run does not take over: ${lastLine(second)}`);
  running.signal("SIGCONT");
  const result = await inTime(running);
  await ended;
  broken.push(...badError(result, /\S/).map((each) => `the first run ${each}`));
  if (second.code === 0 && how === "SIGSTOP past the end of its lease") {
    const harm = proxy
      .seen()
      .slice(before)
      .filter((request) => request.writes && !isMark(request) && !isPull(request))
      .filter(({ status = 500 }) => status < 300);
    broken.push(...harm.map((request) => `written after the run was taken over: ${requestText(request)}`));
  }
  if (result.code !== 0 && second.code !== 0) {
    const again = await stage.run(stage.command());
    if (again.code !== 0) broken.push(`${lastLine(result)}; and run again: ${lastLine(again)}`);
  }
  broken.push(
    ...(await leftovers(cluster, cordonedByUser)).map((each) => `left: ${each}`),
    ...(await stage.ending(beginning)).map((each) => `ends otherwise: ${each}`),
    ...(await watcher.end()),
    ...(await badDeletes(cluster, mark, folder)),
  );
  return { broken, reached: isReached };
}
