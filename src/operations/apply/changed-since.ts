import { list } from "../../cluster/list.ts";
import type { Connection } from "../../cluster/port.ts";
import { readObject } from "../../cluster/read-object.ts";
import type { KubeObject, Ref } from "../../model/kube.ts";
import { objectKey } from "../../model/object-name.ts";

type KnownObjects = ReadonlyMap<string, KubeObject | undefined>;

/** Where fewer objects of a kind are looked at than this, each is read by itself. */
const worthAList = 3;

/**
 * Which of these objects are not as they were read: a list of metadata for each kind, and what differs read whole.
 * Answers those as they are now, by `objectKey`.
 */
export async function changedSince(
  connection: Connection,
  refs: readonly Ref[],
  known: KnownObjects,
): Promise<KnownObjects> {
  const changed = new Map<string, KubeObject | undefined>();
  const byKind = Map.groupBy(
    refs,
    ({ group, resource, namespace = "" }) => `${group}/${resource}/${namespace}`,
  );
  await Promise.all(
    [...byKind.values()].map(async (own) => {
      const differing = own.length < worthAList ? own : await differingOf(connection, own, known);
      for (const ref of differing) {
        const [key, now] = [objectKey(ref), await readObject(connection, ref)];
        if (versionOf(now) !== versionOf(known.get(key))) changed.set(key, now);
      }
    }),
  );
  return changed;
}

async function differingOf(
  connection: Connection,
  own: readonly Ref[],
  known: KnownObjects,
): Promise<readonly Ref[]> {
  const [first] = own;
  if (first === undefined) return [];
  const { items } = await list(connection, first, {
    ...(first.namespace === undefined ? {} : { namespace: first.namespace }),
    metadataOnly: true,
    pick: ({ metadata }) => metadata,
  });
  const now = new Map(items.map(({ name, resourceVersion }) => [name, resourceVersion]));
  return own.filter((ref) => now.get(ref.name) !== versionOf(known.get(objectKey(ref))));
}

function versionOf(object: KubeObject | undefined): string | undefined {
  return object?.metadata.resourceVersion;
}
