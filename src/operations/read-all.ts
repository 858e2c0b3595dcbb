import { list, type ListSelection } from "../cluster/list.ts";
import { apiVersionOf, collectionPath } from "../cluster/paths.ts";
import type { Connection } from "../cluster/port.ts";
import { readObject } from "../cluster/read-object.ts";
import { readingOf } from "../cluster/reading.ts";
import type { KubeObject, Ref } from "../model/kube.ts";
import { objectKey } from "../model/object-name.ts";
import { known, type Reading } from "../model/reading.ts";

type ObjectReading = Reading<KubeObject | undefined>;

/** Fewer objects of a kind than this are read one by one. */
const worthAList = 3;

/** A list may bring this many for each one that is wanted: definitions are large, and there may be hundreds. */
const atMostForOne = 4;
const leastPage = 100;

/**
 * Reads objects, many of one kind by one list. By `objectKey`; known and undefined: it is not there. `listedAnyway`:
 * the list of a kind that the same look makes in any case, on a connection that asks everything once.
 */
export async function readAll(
  connection: Connection,
  refs: readonly Ref[],
  listedAnyway: (ref: Ref) => ListSelection | undefined = () => undefined,
): Promise<ReadonlyMap<string, ObjectReading>> {
  const byKind = Map.groupBy(refs, ({ group, resource, namespace = "" }) =>
    [group, resource, namespace].join("/"),
  );
  const found = await Promise.all([...byKind.values()].map((own) => readKind(connection, own, listedAnyway)));
  return new Map(found.flat());
}

async function readKind(
  connection: Connection,
  refs: readonly Ref[],
  listedAnyway: (ref: Ref) => ListSelection | undefined,
): Promise<readonly (readonly [string, ObjectReading])[]> {
  const [first] = refs;
  if (first === undefined) return [];
  const anyway = listedAnyway(first);
  // Whoever may not list these may perhaps read one of them; then it is asked for below.
  if (anyway !== undefined) await readingOf(() => list(connection, first, anyway));
  const listed = refs.length < worthAList ? undefined : await listKind(connection, first, refs);
  if (listed !== undefined) return refs.map((ref) => [objectKey(ref), known(listed.get(ref.name))]);
  return await Promise.all(
    refs.map(async (ref) => [objectKey(ref), await readingOf(() => readObject(connection, ref))] as const),
  );
}

/**
 * Those of a kind by their names; undefined where a list would bring far more than is wanted, or is not allowed:
 * whoever may read these objects may perhaps not list all of their kind.
 */
async function listKind(
  connection: Connection,
  { namespace, ...kind }: Ref,
  refs: readonly Ref[],
): Promise<ReadonlyMap<string, KubeObject> | undefined> {
  const page = await readingOf(() =>
    connection.request({
      method: "GET",
      path: collectionPath(kind, namespace),
      query: { limit: String(Math.max(leastPage, refs.length * atMostForOne)) },
    }),
  );
  if (!page.known) return undefined;
  const { items, metadata } = page.value.body as {
    readonly items?: readonly object[] | null;
    readonly metadata?: { readonly continue?: string };
  };
  if ((metadata?.continue ?? "") !== "") return undefined;
  // Items of most lists do not say what they are.
  const filled = { apiVersion: apiVersionOf(kind), kind: kind.kind };
  const objects = (items ?? []).map((item) => ({ ...filled, ...item }) as KubeObject);
  return new Map(objects.map((object) => [object.metadata.name, object]));
}
