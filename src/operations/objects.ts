import type { OpenBundle } from "../bundle/write.ts";
import type { KubeObject } from "../model/kube.ts";
import { objectKey } from "../model/object-name.ts";
import type { Write } from "../model/write.ts";
import { liveObjectsWorld } from "../perform/objects-world.ts";
import { run, type LiveWorld } from "../perform/run.ts";
import type { RunEvent } from "../plan/run-event.ts";
import type { Ended } from "../plan/decision.ts";
import { isLeaseStep } from "../plan/lease/step.ts";
import type { ObjectsGoal } from "../plan/objects/goal.ts";
import {
  objectsProcedure,
  type ObjectsSeen,
  type ObjectWrite,
  type ObjectsWorld,
  type ObjectsStep,
} from "../plan/objects/procedure.ts";
import type { ObjectsAbout } from "./events.ts";
import { performing, type Session } from "./session.ts";
import { underRun } from "./under-run.ts";

export interface ObjectsOptions {
  /** Of discovery. */
  readonly serverVersion: string;
  /** By `objectKey`: what was read already, and is not read again before the first write. */
  readonly known?: ReadonlyMap<string, KubeObject | undefined>;
  /** By `objectKey`: takes the objects as they are in the end, for whoever writes them next. */
  readonly keep?: Map<string, KubeObject | undefined>;
  readonly about?: ObjectsAbout;
  /** What a server dry run cannot try: it needs what only an earlier write makes. */
  readonly untried?: (write: Write) => boolean;
  /** After each write, or where an earlier one turns out to have gone through. */
  readonly onPut?: (put: ObjectWrite) => void;
  /** Where what the writes change is saved. */
  readonly bundle?: OpenBundle;
}

/** Brings objects to what is intended, as a procedure of the engine. */
export async function writeObjects(
  session: Session,
  goal: ObjectsGoal,
  { serverVersion, known, keep, about = {}, untried, onPut, bundle }: ObjectsOptions,
): Promise<Ended<ObjectsSeen>> {
  const { connection, clock, leaseOn, leaseCarrier } = session;
  const abort = new AbortController();
  const engine = performing(session, serverVersion, bundle);
  let live: LiveWorld<ObjectsWorld> | undefined;
  try {
    const refs = [...goal.stages.flat().map(({ ref }) => ref), ...(leaseOn === undefined ? [] : [leaseOn])];
    live = await liveObjectsWorld(connection, {
      refs,
      now: clock.now,
      signal: abort.signal,
      known: new Map([
        ...(known ?? []),
        ...(leaseOn === undefined || leaseCarrier === undefined
          ? []
          : [[objectKey(leaseOn), leaseCarrier] as const]),
      ]),
    });
    const procedure = objectsProcedure(goal, session.dryRun !== "none");
    return await run(
      leaseOn === undefined
        ? procedure
        : underRun(session, leaseOn, procedure, (world) => world.get(objectKey(leaseOn))),
      live,
      {
        ...engine,
        send: async (write, dry) =>
          dry && untried?.(write) === true ? undefined : await engine.send(write, dry),
        emit(event) {
          if ("step" in event && isLeaseStep(event.step)) return;
          const runEvent = event as RunEvent<ObjectsSeen, ObjectsStep>;
          if (runEvent.kind === "performed") for (const put of runEvent.step.puts) onPut?.(put);
          session.emit({
            kind: "procedure",
            procedure: "objects",
            within: session.within,
            about,
            event: runEvent,
          });
        },
      },
    );
  } finally {
    for (const [key, object] of live?.snapshot() ?? []) keep?.set(key, object);
    abort.abort();
  }
}
