import type { PartOf } from "../../bundle/part.ts";
import type { Bundle, Parts } from "../../bundle/read.ts";
import { openBundle, type OpenBundle } from "../../bundle/write.ts";
import { explain, isInterrupted, reasonOf } from "../../errors.ts";
import type { Millis } from "../../model/time.ts";
import { version } from "../../version.ts";
import { settledByMigrations } from "../apply/decide.ts";
import type { UndoWorld } from "./inverse.ts";
import type { Around, Done, Leg } from "./leg.ts";
import { aloneLeg } from "./take-back.ts";
import { isStaged, stagedLeg } from "./staged.ts";
import type { UndoTarget } from "./staged-entries.ts";
import { tellUndo, type Told } from "../../commands/undo/tell.ts";

/**
 * A run and its parts, in the order in which they go back: last in, first out. Each is looked at as things will stand
 * when its turn comes, so that what forbids one of them forbids all before the first write.
 */
export async function legsOf(
  main: Bundle,
  parts: Parts,
  world: Omit<UndoWorld, "index" | "gone">,
  around: Around,
): Promise<readonly Leg[]> {
  const legs: Leg[] = [];
  const gone: UndoTarget[] = [];
  const settled: string[] = [];
  for (const bundle of [...parts.after.toReversed(), main, ...parts.before.toReversed()]) {
    const own = { ...world, index: bundle.index, gone: [...gone] };
    const leg = isStaged(bundle)
      ? await stagedLeg(bundle, own, around, [...settled])
      : await aloneLeg(bundle, own, around);
    legs.push(leg);
    gone.push(...leg.gone);
    // A migration that an undo took back is done again by then.
    if (leg.way !== undefined && bundle !== main) settled.push(...settledByMigrations);
  }
  return legs;
}

/** Where undo saves what it changes itself. */
export interface Place {
  readonly root: string;
  readonly now: () => Millis;
  /** Of discovery. */
  readonly kubernetes: string;
}

/** Takes them back one after the other; the first that fails ends it. Answers the exit code. */
export async function takeLegsBack(told: Told, place: Place | undefined): Promise<number> {
  const { legs, main } = told;
  const dones = new Map<Leg, Done>();
  const saved = new Map<Leg, string>();
  const todo = legs.flatMap((leg) => (leg.way === undefined ? [] : [{ leg, way: leg.way }]));
  const at = legs.findIndex(({ bundle }) => bundle === main);
  // The other legs name its run, also those that go first.
  const own = legs[at]?.way === undefined || place === undefined ? undefined : await open(main, place);
  let stopped: Told["stopped"];
  let code = 0;
  try {
    for (const { leg, way } of todo) {
      const done: Done = { results: new Map(), restarted: [] };
      dones.set(leg, done);
      const beside = own === undefined ? undefined : { run: own.run, place: legs.indexOf(leg) - at };
      const bundle = leg.bundle === main || place === undefined ? own : await open(leg.bundle, place, beside);
      try {
        await way.perform(bundle, done);
      } finally {
        if (leg.bundle !== main) await close(bundle);
        if (bundle !== undefined && done.results.size > 0) saved.set(leg, bundle.directory);
      }
    }
  } catch (error) {
    stopped = { message: reasonOf(error), interrupted: isInterrupted(error) };
    code = isInterrupted(error) ? error.exitCode : 1;
  } finally {
    await close(own);
  }
  const ended = await tellUndo({ ...told, dones, saved, ...(stopped === undefined ? {} : { stopped }) });
  return stopped === undefined ? ended : code;

  // What is in it is on the disk; only what became of the last writes may not be.
  async function close(bundle: OpenBundle | undefined): Promise<void> {
    await bundle?.close().catch((error: unknown) => {
      told.options.context.stderr.write(`${explain(error)}\n`);
    });
  }
}

async function open(
  { index }: Bundle,
  { root, now, kubernetes }: Place,
  partOf?: PartOf,
): Promise<OpenBundle> {
  return await openBundle(root, {
    command: "undo",
    tool: version,
    cluster: { ...index.cluster, kubernetes },
    data: { of: index.run },
    now,
    ...(partOf === undefined ? {} : { partOf }),
  });
}
