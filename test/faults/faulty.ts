/**
 * Tests that any request of a command may fail: a run without faults counts its classes of requests; then one of a
 * class fails, in each way there is or in a sample, and the command either gets over it or says what happened and
 * is gone on with.
 */
import { describe, expect, test } from "vitest";
import { badLastLines } from "./after-signal.ts";
import { type Cell, cellsOf, cellText, isHit } from "./cells.ts";
import { badDeletes } from "./deletes.ts";
import { disturbed } from "./disturbed.ts";
import { faultOf, isPassing, truthOf } from "./faults-tried.ts";
import { goneOn } from "./go-on.ts";
import { leftovers } from "./leftovers.ts";
import type { SeenRequest } from "./proxy.ts";
import { drawFrom } from "./sample.ts";
import { inTime, lastLine, type Stage, stageFor } from "./stage.ts";
import type { Story } from "./story.ts";
import { stopped } from "./stopped.ts";
import { noteOutcome, type Tried } from "./table.ts";
import { badError, saidWrongly } from "./printed.ts";
import { startWatcher } from "./watcher.ts";

export function faulty(story: Story): void {
  describe(`${story.name} on Kubernetes ${story.kubeVersion}`, () => {
    const stage = stageFor(story);

    test(
      "a request that fails: it is asked again, or the command says so and is gone on with to the same end",
      { retry: 0, timeout: 10_800_000 },
      async () => {
        const { seen } = await stage.wholeRun();
        const draw = drawFrom(`${story.name} ${story.kubeVersion} faults`);
        const table: string[] = [];
        for (const cell of cellsOf(seen, draw)) {
          const tried = await promisesBroken(stage, cell);
          noteOutcome(story, cell, tried);
          table.push(...new Set(tried.broken.map((each) => `${cellText(cell)}: ${each}`)));
        }
        expect(table).toEqual([]);
      },
    );

    disturbed(stage);
    stopped(stage);
  });
}

async function promisesBroken(stage: Stage, cell: Cell): Promise<Tried> {
  const { cluster, proxy, folder, cordonedByUser } = stage;
  const beginning = await stage.begin();
  const mark = await cluster.audit.mark();
  const watcher = await startWatcher(cluster, { cordonedByUser, nodesDown: 1 });
  const hits = isHit(cell);
  let hit: SeenRequest | undefined;
  proxy.begin({
    onRequest: async (request) => {
      if (!hits(request)) return undefined;
      hit = request;
      return faultOf(cell.fault, request);
    },
  });
  const result = await inTime(stage.start(stage.command()));
  const seen = proxy.seen();
  const broken = [...badError(result, truthOf(cell.fault)), ...saidWrongly(result, seen)];
  // It was over before that request came, or it got over it.
  const mustPass = hit === undefined || isPassing(cell.fault, hit);
  if (result.code !== 0 && mustPass) broken.push(`gives up: ${lastLine(result)}`);
  const left = await leftovers(cluster, cordonedByUser);
  if (result.code === 0) {
    broken.push(
      ...left.map((each) => `left: ${each}`),
      ...(await stage.ending(beginning)).map((each) => `ends otherwise: ${each}`),
    );
  } else {
    const cordoned = left.flatMap((each) => /^(\S+) is cordoned$/.exec(each)?.[1] ?? []);
    const said = result.stderr;
    const isUnfinished = seen.some(({ writes, status = 0 }) => writes && status >= 200 && status < 300);
    if (isUnfinished) broken.push(...badLastLines({ said, ran: stage.command(), cordoned }));
    broken.push(...(await goneOn(stage, { way: cell.way, said, silent: false, beginning })));
  }
  broken.push(...(await watcher.end()));
  broken.push(...(await badDeletes(cluster, mark, folder)));
  return { broken, reached: hit !== undefined };
}
