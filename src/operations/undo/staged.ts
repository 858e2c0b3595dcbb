import type { Bundle } from "../../bundle/read.ts";
import type { Draft } from "../../model/draft.ts";
import { readObject } from "../../cluster/read-object.ts";
import { userError, warningsOn } from "../../errors.ts";
import type { KubeObject } from "../../model/kube.ts";
import { parseTime } from "../../model/time.ts";
import type { Write } from "../../model/write.ts";
import { boundaryOf, downgradeOf } from "./boundaries.ts";
import { forceName, type Inverse, type UndoWorld } from "./inverse.ts";
import type { Around, Leg, Way } from "./leg.ts";
import { nodeStage } from "./node-stage.ts";
import { goesAlone, refusals } from "./prepare.ts";
import { readerStage } from "./readers.ts";
import { decide, targetsOf, type Decision } from "./staged-entries.ts";
import { stagesOf, type Work } from "./stages.ts";
import { plural } from "../../model/words.ts";

/** Runs whose objects stand on each other: they go back in stages, nodes by the steps of `node`. */
export function isStaged({ entries }: Bundle): boolean {
  return !entries.every(goesAlone);
}

/**
 * An upgrade on its way back, in the order that keeps every pod working (hazard H01 the other way round): what the
 * old pods need is added, nodes go back one after the other, then values, controller and Typha; what only the
 * new ones used goes last.
 */
export async function stagedLeg(
  bundle: Bundle,
  world: UndoWorld,
  around: Around,
  /** Rules and guards that hold only until what goes back before is back. */
  settled: readonly string[],
): Promise<Leg> {
  const { options } = around;
  const { connection } = world;
  const found = new Map<number, KubeObject | undefined>();
  await Promise.all(
    bundle.entries.map(async (entry) => void found.set(entry.id, await readObject(connection, entry.ref))),
  );
  const targets = targetsOf(bundle.entries, ({ id }) => found.get(id));
  const how = { ...around, settled };
  const decisions = await Promise.all(
    targets.map(async (target): Promise<Decision> => {
      const decision = decide(target, world.forced, bundle.index.started);
      if (target.part !== "node" || decision.kind !== "nothing" || target.live === undefined) return decision;
      // The template is as it was; an undo that was interrupted may not have come to every node (H01).
      const behind = await nodeStage(target, world, how)?.isBehind();
      return behind === true ? { kind: "restore", target } : decision;
    }),
  );
  const prepared = [{ inverses: decisions.map(inverseOf) }];
  const boundary = boundaryOf(targets);
  const leg: Leg = {
    bundle,
    prepared: () => prepared,
    gone: decisions.flatMap(({ kind, target }) => (kind === "nothing" ? [] : [target])),
    ...(boundary === undefined ? {} : { boundary }),
  };
  if (boundary !== undefined || refusals(prepared) !== undefined) return leg;
  const work = decisions.filter((each): each is Work => each.kind !== "nothing" && each.kind !== "refused");
  const since = parseTime(bundle.index.started);
  const readers = await readerStage(targets, connection, how, since);
  if (work.length === 0 && readers?.isBehind() !== true) return leg;
  const run = stagesOf(work, world, how, since);
  const { command, started } = bundle.index;
  const way: Way = {
    what:
      work.length === 0
        ? `restart what runs with the values of ${command} from ${started}`
        : `take back ${plural(work.length, "object")} of ${command} from ${started}`,
    async mayBegin() {
      const downgrade = downgradeOf(targets);
      if (downgrade !== undefined) warningsOn(options.context)(downgrade);
      if (!(await run.nodesMayRestart())) return false;
      const stands = options.noRestart ? undefined : await readers?.refusal();
      if (stands !== undefined)
        throw userError(
          `nothing was changed, because what reads the changed values could not be restarted afterwards (--no-restart leaves that out):\n${stands}`,
        );
      return true;
    },
    async perform(own, done) {
      await run.perform(own, done);
      await readers?.restart(done.restarted);
    },
  };
  return { ...leg, way };
}

/** In the terms of the result; the write itself is decided when its stage comes. */
function inverseOf(decision: Decision): Inverse {
  const { entry, live } = decision.target;
  switch (decision.kind) {
    case "nothing":
      return { kind: "nothing", entry, because: decision.because };
    case "refused":
      return {
        kind: "refused",
        entry,
        because: decision.because,
        force: [forceName(entry)],
      };
    case "restore":
    case "delete":
    case "create": {
      const verb = ({ restore: "configured", delete: "deleted", create: "created" } as const)[decision.kind];
      const draft: Draft = {
        action: "changed",
        ref: entry.ref,
        ...(live === undefined ? {} : { before: live }),
      };
      const write: Write = { verb: "delete", ref: entry.ref, uid: "" };
      return { kind: "write", entry, verb, saved: { write, draft } };
    }
  }
}
