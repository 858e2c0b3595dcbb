import type { OpenBundle } from "../bundle/write.ts";
import type { KubeObject } from "../model/kube.ts";
import type { Write } from "../model/write.ts";
import { liveObjectsWorld } from "../perform/objects-world.ts";
import { run } from "../perform/run.ts";
import type { Ended } from "../plan/decision.ts";
import type { ObjectsGoal } from "../plan/objects/goal.ts";
import { objectsProcedure, type ObjectsSeen } from "../plan/objects/procedure.ts";
import type { ObjectsAbout } from "./events.ts";
import { sender, type Session } from "./session.ts";

export interface ObjectsOptions {
  /** Of discovery. */
  readonly serverVersion: string;
  /** By `objectKey`: what was read already, and is not read again before the first write. */
  readonly known?: ReadonlyMap<string, KubeObject | undefined>;
  readonly about?: ObjectsAbout;
  /** What a server dry run cannot try: it needs what only an earlier write makes. */
  readonly untried?: (write: Write) => boolean;
  /** Where what the writes change is saved. */
  readonly bundle?: OpenBundle;
}

/** Brings objects to what is intended, as a procedure of the engine. */
export async function writeObjects(
  session: Session,
  goal: ObjectsGoal,
  { serverVersion, known, about = {}, untried, bundle }: ObjectsOptions,
): Promise<Ended<ObjectsSeen>> {
  const { connection, clock, dryRun } = session;
  const abort = new AbortController();
  const send = sender(session, serverVersion);
  try {
    const refs = goal.stages.flat().map(({ ref }) => ref);
    const live = await liveObjectsWorld(connection, {
      refs,
      now: clock.now,
      signal: abort.signal,
      ...(known === undefined ? {} : { known }),
    });
    return await run(objectsProcedure(goal), live, {
      dryRun,
      now: clock.now,
      send: async (write, dry) => (dry && untried?.(write) === true ? undefined : await send(write, dry)),
      interrupt: session.listen(),
      ...(bundle === undefined ? {} : { saver: bundle }),
      emit: (event) =>
        session.emit({ kind: "procedure", procedure: "objects", within: session.within, about, event }),
    });
  } finally {
    abort.abort();
  }
}
