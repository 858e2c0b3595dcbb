import { follow, type Followed } from "../cluster/follow.ts";
import type { Connection } from "../cluster/port.ts";
import { readObject } from "../cluster/read-object.ts";
import type { KubeObject, Ref } from "../model/kube.ts";
import { objectKey } from "../model/object-name.ts";
import type { Millis } from "../model/time.ts";
import type { ObjectsWorld } from "../plan/objects/procedure.ts";
import { changeSignal, changeWaiter } from "./change-signal.ts";
import type { LiveWorld } from "./run.ts";

export interface ObjectsWorldOptions {
  readonly refs: readonly Ref[];
  /** What was read of them already; the others are read now. */
  readonly known?: ReadonlyMap<string, KubeObject | undefined>;
  readonly now: () => Millis;
  readonly signal: AbortSignal;
}

/** Objects that are read once, and again where somebody else was quicker; watched only while they are waited for. */
export async function liveObjectsWorld(
  connection: Connection,
  { refs, known, now, signal }: ObjectsWorldOptions,
): Promise<LiveWorld<ObjectsWorld>> {
  const objects = new Map<string, KubeObject | undefined>();
  const followed = new Map<string, Followed<KubeObject>>();
  const changes = changeSignal();
  const { markSeen, failWith, changed } = changeWaiter(changes, now);

  await Promise.all(
    refs.map(async (ref) => {
      const key = objectKey(ref);
      objects.set(key, known?.has(key) === true ? known.get(key) : await readObject(connection, ref));
    }),
  );

  /** One watch for all objects of a kind that are waited for, from where they were read. */
  function watch(refs: readonly Ref[]): void {
    const [ref] = refs;
    if (ref === undefined) return;
    const wanted = new Map(refs.map((each) => [objectKey(each), each]));
    const items = refs.flatMap((each) => objects.get(objectKey(each)) ?? []);
    const from = items.length === refs.length ? oldest(items) : undefined;
    const { namespace } = ref;
    const each = follow(connection, ref, {
      // What was not there is looked for by its name: a list brings all of them.
      ...(refs.length === 1 ? { fieldSelector: `metadata.name=${ref.name}` } : {}),
      ...(namespace === undefined ? {} : { namespace }),
      ...(from === undefined ? {} : { initial: { items, resourceVersion: from } }),
      signal,
      onChange({ key, value }) {
        const name = key.slice(key.indexOf("/") + 1);
        const own = objectKey({ ...ref, name });
        if (!wanted.has(own)) return;
        objects.set(own, value);
        changes.notify();
      },
    });
    for (const key of wanted.keys()) followed.set(key, each);
    const listed = (): void => {
      for (const [key, { name, namespace: own }] of from === undefined ? wanted : [])
        if (!each.objects.has(own === undefined ? name : `${own}/${name}`)) objects.set(key, undefined);
      changes.notify();
    };
    each.ready.then(listed, () => undefined);
    failWith(each);
  }

  return {
    snapshot(): ObjectsWorld {
      markSeen();
      return new Map(objects);
    },

    async changed(until, stop, on = []) {
      const fresh = on.filter((ref) => !followed.has(objectKey(ref)));
      const byKind = Map.groupBy(fresh, ({ group, resource, namespace = "" }) =>
        [group, resource, namespace].join("/"),
      );
      for (const refs of byKind.values()) watch(refs);
      await changed(until, stop);
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

    async refresh({ ref }) {
      objects.set(objectKey(ref), await readObject(connection, ref));
    },

    fetchEvents: () => Promise.resolve(),
  };
}

/** The version that a watch of all of them goes on from; undefined where versions are no numbers. */
function oldest(items: readonly KubeObject[]): string | undefined {
  const versions = items.map(({ metadata }) => metadata.resourceVersion ?? "");
  if (!versions.every((version) => /^\d+$/.test(version))) return undefined;
  return versions.reduce((a, b) => (BigInt(a) < BigInt(b) ? a : b));
}
