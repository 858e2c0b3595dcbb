import { list } from "../cluster/list.ts";
import type { Connection } from "../cluster/port.ts";
import { readObject } from "../cluster/read-object.ts";
import { readingOf } from "../cluster/reading.ts";
import type { KubeObject, Ref } from "../model/kube.ts";
import { objectKey } from "../model/object-name.ts";
import { known, type Reading } from "../model/reading.ts";

type Found = Reading<KubeObject | undefined>;

/** Fewer objects of a kind than this are read one by one. */
const worthAList = 3;

/** A list of definitions may bring this many for each one that is wanted; each is some 10 kB. */
const atMostForOne = 4;

/** Reads objects, many of one kind by one list. By `objectKey`; known and undefined: it is not there. */
export async function readAll(
  connection: Connection,
  refs: readonly Ref[],
): Promise<ReadonlyMap<string, Found>> {
  const byKind = Map.groupBy(refs, ({ group, resource, namespace = "" }) =>
    [group, resource, namespace].join("/"),
  );
  const found = await Promise.all([...byKind.values()].map((own) => readKind(connection, own)));
  return new Map(found.flat());
}

async function readKind(
  connection: Connection,
  refs: readonly Ref[],
): Promise<readonly (readonly [string, Found])[]> {
  const [first] = refs;
  if (first === undefined) return [];
  if (refs.length >= worthAList && (await isWorthIt(connection, first, refs.length))) {
    const wanted = new Set(refs.map(({ name }) => name));
    const { namespace } = first;
    const listed = await readingOf(() =>
      list(connection, first, {
        pick: (object) => (wanted.has(object.metadata.name) ? [object] : []),
        ...(namespace === undefined ? {} : { namespace }),
      }),
    );
    // Whoever may read these objects may perhaps not list all of their kind.
    if (listed.known) {
      const there = new Map(listed.value.items.flat().map((object) => [object.metadata.name, object]));
      return refs.map((ref) => [objectKey(ref), known(there.get(ref.name))]);
    }
  }
  return await Promise.all(
    refs.map(async (ref) => [objectKey(ref), await readingOf(() => readObject(connection, ref))] as const),
  );
}

/** Definitions are large, and a cluster may have hundreds of others. */
async function isWorthIt(connection: Connection, kind: Ref, wanted: number): Promise<boolean> {
  if (kind.kind !== "CustomResourceDefinition") return true;
  const names = await readingOf(() =>
    list(connection, kind, { pick: ({ metadata }) => metadata.name, metadataOnly: true }),
  );
  return names.known && names.value.items.length <= wanted * atMostForOne;
}
