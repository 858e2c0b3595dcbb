/** Tests that others may work on the cluster while a command does: at the moment of a request, drawn from all of them. */
import { expect, test } from "vitest";
import { pinnedAnnotation } from "../../src/model/names.ts";
import { type Act, actors, type Deed, type Liberties } from "./actors.ts";
import { badLastLines } from "./after-signal.ts";
import { badDeletes } from "./deletes.ts";
import { leftovers } from "./leftovers.ts";
import { drawFrom, sample } from "./sample.ts";
import { inTime, lastLine, type Stage } from "./stage.ts";
import { requestText } from "./request.ts";
import { noteOutcome, type Tried } from "./table.ts";
import { badError } from "./printed.ts";
import { startWatcher } from "./watcher.ts";

/** How many actors are tried without TEST_ALL. */
const sampled = 1;

/** FAULTS_AT="cordons a node" tries it and nothing else. */
const only = process.env["FAULTS_AT"];

/** To be called in the `describe` of the stage. */
export function disturbed(stage: Stage): void {
  const { story } = stage;
  test(
    "somebody else changes the cluster: it stays or is told, no invariant is broken, and the same command converges",
    { retry: 0, timeout: 10_800_000 },
    async () => {
      const { seen } = await stage.wholeRun();
      const draw = drawFrom(`${story.name} ${story.kubeVersion} actors`);
      const moments = Object.entries(actors).map(([name, act]) => ({
        name,
        act,
        index: Math.floor(draw() * seen.length),
      }));
      const chosen =
        only === undefined
          ? sample(moments, sampled, draw)
          : moments.filter(({ name }) => name.includes(only));
      const table: string[] = [];
      for (const { name, act, index } of chosen) {
        const tried = await promisesBroken(stage, act, index);
        const about = seen[index] === undefined ? "" : requestText(seen[index]);
        noteOutcome(story, { requestClass: "any request", fault: name }, tried);
        table.push(
          ...new Set(
            tried.broken.map((each) => `${name} at request ${String(index + 1)} (${about}): ${each}`),
          ),
        );
      }
      expect(table).toEqual([]);
    },
  );
}

/** `index`: of the request that waits until it is done. */
async function promisesBroken(stage: Stage, act: Act, index: number): Promise<Tried> {
  const { cluster, proxy, folder, cordonedByUser } = stage;
  const beginning = await stage.begin();
  const mark = await cluster.audit.mark();
  const liberties: Liberties = { cordonedByUser, nodesDown: 1, inHands: new Set() };
  const watcher = await startWatcher(cluster, liberties);
  let deed: Deed | undefined;
  proxy.begin({
    onRequest: async (request) => {
      if (request.index === index) deed = await act({ cluster, cordonedByUser, request, liberties });
      return undefined;
    },
  });
  const result = await inTime(stage.start(stage.command()));
  const seen = proxy.seen();
  const transcripts = [result.stdout, result.stderr];
  const broken = [...badError(result, /\S/)];
  try {
    if (result.code !== 0) {
      const left = await leftovers(cluster, new Set([...cordonedByUser, ...liberties.inHands]));
      const cordoned = left.flatMap((each) => /^(\S+) is cordoned$/.exec(each)?.[1] ?? []);
      const hasWritten = seen.some(({ writes, status = 0 }) => writes && status >= 200 && status < 300);
      if (hasWritten) broken.push(...badLastLines({ said: result.stderr, ran: stage.command(), cordoned }));
    }
    await deed?.mend?.();
    if (result.code !== 0 || deed?.mend !== undefined) {
      const again = await stage.run(stage.command());
      transcripts.push(again.stdout, again.stderr);
      if (again.code !== 0 && deed?.mayRefuse?.test(again.stderr) === true) {
        broken.push(...(await watcher.end()), ...(await badDeletes(cluster, mark, folder)));
        return { broken, reached: true };
      }
      if (again.code !== 0) broken.push(`${lastLine(result)}; and run again: ${lastLine(again)}`);
    }
    const isTold = deed?.told !== undefined && deed.told.test(transcripts.join("\n"));
    if (!isTold && (await deed?.survives?.()) === false) broken.push("the change is lost, and not told");
    await deed?.takeBack();
    broken.push(
      ...(await leftovers(cluster, cordonedByUser))
        .filter(
          (each) =>
            !each.endsWith(pinnedAnnotation) || deed?.mayHold?.test(transcripts.at(-1) ?? "") !== true,
        )
        .map((each) => `left: ${each}`),
      ...(await stage.ending(beginning))
        .filter((name) => deed?.mayDiffer?.(name) !== true)
        .map((each) => `ends otherwise: ${each}`),
    );
  } finally {
    await deed?.mend?.();
  }
  broken.push(...(await watcher.end()));
  broken.push(...(await badDeletes(cluster, mark, folder)));
  return { broken, reached: deed !== undefined };
}
