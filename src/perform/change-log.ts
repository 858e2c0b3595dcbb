import { follow, type Followed } from "../cluster/follow.ts";
import type { Connection } from "../cluster/port.ts";
import { isApiError, reasonOf } from "../errors.ts";
import type { ObjectChange } from "../model/change.ts";
import { fingerprint } from "../model/fingerprint.ts";
import type { KubeObject } from "../model/kube.ts";
import type { Reading } from "../model/reading.ts";
import type { Millis } from "../model/time.ts";
import type { ApiResource } from "../model/api-resource.ts";

export interface LoggedKind {
  readonly served: ApiResource;
  /** False for objects that are not looked at. */
  readonly wanted: (object: KubeObject) => boolean;
  /** Annotations that count as labels do. */
  readonly annotations?: readonly string[];
}

interface ObjectPrints {
  readonly uid: string;
  /** Fingerprints. */
  readonly labelsPrint: string;
  readonly specPrint: string;
}

/** What happens to objects of some kinds from now on. */
export interface ChangeLog {
  /** Not known: the first list or the watch after it was refused. */
  readonly changes: () => Reading<readonly ObjectChange[]>;
}

/**
 * Lists, then watches: a watch event of a changed object does not carry its old labels, so they are kept
 * from the list. Resolves when the lists are in, whatever they brought.
 */
export async function changeLog(
  connection: Connection,
  kinds: readonly LoggedKind[],
  options: { readonly now: () => Millis; readonly signal: AbortSignal },
): Promise<ChangeLog> {
  const changes: ObjectChange[] = [];
  let failure: Reading<never> | undefined;
  const fail = (error: unknown): void => {
    const why = isApiError(error) && error.status === 403 ? "forbidden" : "failed";
    failure ??= { known: false, why, message: reasonOf(error) };
  };
  const followed = kinds.map((kind) => logged(connection, kind, changes, options));
  for (const each of followed) each.ended.catch(fail);
  await Promise.all(followed.map((each) => each.ready.catch(fail)));
  return { changes: () => failure ?? { known: true, value: changes } };
}

function logged(
  connection: Connection,
  { served, wanted, annotations }: LoggedKind,
  changes: ObjectChange[],
  { now, signal }: { readonly now: () => Millis; readonly signal: AbortSignal },
): Followed<ObjectPrints | undefined> {
  const before = new Map<string, ObjectPrints>();
  let listed = false;
  const all = follow<ObjectPrints | undefined>(connection, served, {
    signal,
    pick: (object) => (wanted(object) ? kept(object, annotations ?? []) : undefined),
    onChange({ key, value }) {
      const old = before.get(key);
      if (value === undefined) before.delete(key);
      else before.set(key, value);
      const what = listed ? difference(old, value) : undefined;
      if (what !== undefined) changes.push({ kind: served.kind, ...named(key), what, at: now() });
    },
  });
  const ready = (async () => {
    await all.ready;
    listed = true;
  })();
  ready.catch(() => undefined);
  return { ...all, ready };
}

/** Policies live by their spec, which for pods and namespaces is nobody's business here. */
function kept(object: KubeObject, annotations: readonly string[]): ObjectPrints {
  const { uid = "", labels, annotations: own } = object.metadata;
  const marks = annotations.map((key) => own?.[key] ?? null);
  const specPrint = object.kind === "NetworkPolicy" ? fingerprint(object["spec"]) : "";
  return { uid, labelsPrint: fingerprint([labels ?? {}, marks]), specPrint };
}

function difference(
  before: ObjectPrints | undefined,
  after: ObjectPrints | undefined,
): ObjectChange["what"] | undefined {
  if (after === undefined) return before === undefined ? undefined : "deleted";
  if (before === undefined || before.uid !== after.uid) return "created";
  if (before.specPrint !== after.specPrint) return "changed";
  return before.labelsPrint === after.labelsPrint ? undefined : "relabelled";
}

function named(key: string): { readonly namespace?: string; readonly name: string } {
  const slash = key.indexOf("/");
  return slash === -1 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
