import { follow, type Followed } from "../cluster/follow.ts";
import type { Connection } from "../cluster/port.ts";
import { readObject } from "../cluster/read-object.ts";
import type { KubeObject, Ref } from "../model/kube.ts";
import { objectKey } from "../model/object-name.ts";
import type { Millis } from "../model/time.ts";
import type { ObjectsWorld } from "../plan/objects/procedure.ts";
import { bell, woken } from "./bell.ts";
import type { LiveWorld } from "./run.ts";

export interface ObjectsWorldOptions {
  readonly refs: readonly Ref[];
  /** What was read of them already; the others are read now. */
  readonly known?: ReadonlyMap<string, KubeObject | undefined>;
  readonly now: () => Millis;
  readonly signal: AbortSignal;
}

export interface LiveObjects extends LiveWorld<ObjectsWorld> {
  /** Reads one of them anew. */
  reread(ref: Ref): Promise<void>;
}

/** Objects that are read once, and again where somebody else was quicker; watched only while they are waited for. */
export async function liveObjectsWorld(
  connection: Connection,
  { refs, known, now, signal }: ObjectsWorldOptions,
): Promise<LiveObjects> {
  const objects = new Map<string, KubeObject | undefined>();
  const followed = new Map<string, Followed<KubeObject>>();
  const changes = bell();
  const failures: unknown[] = [];
  let looked = 0;

  await Promise.all(
    refs.map(async (ref) => {
      const key = objectKey(ref);
      objects.set(key, known?.has(key) === true ? known.get(key) : await readObject(connection, ref));
    }),
  );

  function watch(ref: Ref): void {
    const key = objectKey(ref);
    if (followed.has(key)) return;
    const { name, namespace } = ref;
    const each = follow(connection, ref, {
      fieldSelector: `metadata.name=${name}`,
      ...(namespace === undefined ? {} : { namespace }),
      signal,
      onChange({ value }) {
        objects.set(key, value);
        changes.ring();
      },
    });
    followed.set(key, each);
    const gone = (): void => {
      if (each.objects.size === 0) objects.set(key, undefined);
      changes.ring();
    };
    each.ready.then(gone, () => undefined);
    each.ended.catch((error: unknown) => {
      failures.push(error);
      changes.ring();
    });
  }

  async function reread(ref: Ref): Promise<void> {
    objects.set(objectKey(ref), await readObject(connection, ref));
  }

  return {
    snapshot(): ObjectsWorld {
      looked = changes.count();
      return new Map(objects);
    },

    async changed(until, stop, on = []) {
      for (const ref of on) watch(ref);
      await woken(changes.since(looked), Math.max(20, until - now()), stop);
      if (failures.length > 0) throw failures[0];
    },

    absorb(write, answer) {
      const key = objectKey(write.ref);
      if (write.verb === "delete") {
        // An object that finalizers hold is answered whole; what is gone at once is answered as itself, too.
        const held = answer?.kind === write.ref.kind && (answer.metadata.finalizers ?? []).length > 0;
        objects.set(key, held ? answer : undefined);
        return;
      }
      if (answer?.kind !== write.ref.kind) return;
      objects.set(key, answer);
      followed.get(key)?.replace(answer);
    },

    refresh: ({ ref }) => reread(ref),
    reread,

    fetchEvents: () => Promise.resolve(),
  };
}
