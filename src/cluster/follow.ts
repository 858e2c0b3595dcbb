import { setTimeout as sleep } from "node:timers/promises";
import { isApiError, isConnectionError } from "../errors.ts";
import type { KubeObject } from "../model/kube.ts";
import { list, type Listed, type ListSelection } from "./list.ts";
import type { Connection } from "./port.ts";
import { readable } from "./readable.ts";
import { watch } from "./watch.ts";
import type { ApiResource } from "../model/api-resource.ts";

/** A live copy of the selected objects, kept in step by list and watch. */
export interface Followed<T> {
  /** By `namespace/name`, or `name` where there is no namespace. */
  readonly objects: ReadonlyMap<string, T>;
  /** The first list is in. Rejects when it is refused or there is no answer. */
  readonly ready: Promise<void>;
  /** Resolves when the signal aborts; rejects when the server refuses for good after `ready`, or sends what cannot be read. */
  readonly ended: Promise<void>;
  /** Takes in what a write answered, unless something newer is known already. */
  replace(object: KubeObject): void;
  /** Lists again now; resolves when the map is up to date. */
  relist(): Promise<void>;
  /** Whether there is another version of an object than this one, or none; waits a moment for the watch to bring it. */
  changedFrom(key: string, resourceVersion: string): Promise<boolean>;
  /** For whoever shares it: hears of every change until the signal aborts. */
  listen(onChange: () => void, signal: AbortSignal): void;
}

export interface WatchedChange<T> {
  readonly key: string;
  /** undefined: it is gone. */
  readonly value: T | undefined;
}

export interface FollowOptions<T> extends ListSelection {
  readonly signal: AbortSignal;
  /** A list that was taken already: the watch goes on from there, without a list of its own. */
  readonly initial?: Listed<KubeObject>;
  /** What to keep of an object; the whole of it unless given. */
  readonly pick?: (object: KubeObject) => T;
  /** After every change of the map, also while listing. */
  readonly onChange?: (change: WatchedChange<T>) => void;
  /** What is tried again, so that a long silence can be explained. */
  readonly onTrouble?: (error: unknown) => void;
}

/** So far is a watch behind a write at most, as a rule. */
const watchDelayMillis = 250;

/** How long to wait before the list that must follow a 410 is tried again. */
const relistDelayMillis = 1000;

export function follow<T = KubeObject>(
  connection: Connection,
  served: ApiResource,
  options: FollowOptions<T>,
): Followed<T> {
  const { signal } = options;
  const { pick } = options;
  const objects = new Map<string, T>();
  const versions = new Map<string, string>();
  const uids = new Map<string, string>();
  /** UIDs of what is gone: the answer of a write may come after the watch has told of its end. */
  const gone = new Set<string>();
  const listeners = new Set<() => void>();

  function changed(change: WatchedChange<T>): void {
    options.onChange?.(change);
    for (const look of listeners) look();
  }

  function put(object: KubeObject): void {
    const key = keyOf(object);
    const held = versions.get(key);
    const { resourceVersion, uid } = object.metadata;
    if (uid !== undefined && gone.has(uid)) return;
    if (held !== undefined && (held === resourceVersion || isOlder(resourceVersion, held))) return;
    const value = readable(object, pick);
    versions.set(key, resourceVersion ?? "");
    if (uid !== undefined) uids.set(key, uid);
    objects.set(key, value);
    changed({ key, value });
  }

  function remove(key: string, resourceVersion: string | undefined): void {
    if (!objects.has(key) || isOlder(resourceVersion, versions.get(key))) return;
    const uid = uids.get(key);
    if (uid !== undefined) gone.add(uid);
    for (const all of [objects, versions, uids]) all.delete(key);
    changed({ key, value: undefined });
  }

  async function load(taken?: Listed<KubeObject>): Promise<string> {
    const listed = taken ?? (await list(connection, served, { ...selectionOf(options), signal }));
    const kept = new Set(listed.items.map(keyOf));
    for (const object of listed.items) put(object);
    for (const key of objects.keys()) if (!kept.has(key)) remove(key, listed.resourceVersion);
    return listed.resourceVersion;
  }

  async function keepUp(from: string): Promise<void> {
    let resourceVersion = from;
    while (!signal.aborted) {
      try {
        const events = watch(connection, served, {
          ...selectionOf(options),
          resourceVersion,
          signal,
          ...(options.onTrouble === undefined ? {} : { onTrouble: options.onTrouble }),
        });
        for await (const event of events) {
          if (event.type === "BOOKMARK") continue;
          if (event.type === "DELETED") remove(keyOf(event.object), event.object.metadata.resourceVersion);
          else put(event.object);
        }
      } catch (error) {
        if (!isGone(error)) throw error;
        resourceVersion = await loadAgain();
      }
    }
  }

  /** After a 410, or on demand: until it works, or is refused for good. */
  async function loadAgain(): Promise<string> {
    for (;;) {
      try {
        return await load();
      } catch (error) {
        if (signal.aborted) return "";
        const passing = isConnectionError(error) || (isApiError(error) && error.status >= 429);
        if (!passing) throw error;
        options.onTrouble?.(error);
        await sleep(relistDelayMillis, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  const first = load(options.initial);
  const ready = first.then(() => undefined);
  const ended = first.then(keepUp);
  // Whoever waits for them hears of it; nobody has to.
  ready.catch(() => undefined);
  ended.catch(() => undefined);
  return {
    objects,
    ready,
    ended,
    replace: put,
    async relist() {
      await load();
    },
    async changedFrom(key, resourceVersion) {
      const isOther = (): boolean => versions.get(key) !== resourceVersion;
      const other = Promise.withResolvers<void>();
      const look = (): void => {
        if (isOther()) other.resolve();
      };
      const over = new AbortController();
      listeners.add(look);
      look();
      const patience = sleep(watchDelayMillis, undefined, { signal: over.signal }).catch(() => undefined);
      await Promise.race([other.promise, patience]);
      over.abort();
      listeners.delete(look);
      return isOther();
    },
    listen(onChange, until) {
      listeners.add(onChange);
      until.addEventListener("abort", () => listeners.delete(onChange), { once: true });
    },
  };
}

export function keyOf(object: KubeObject): string {
  const { namespace, name } = object.metadata;
  return namespace === undefined || namespace === "" ? name : `${namespace}/${name}`;
}

/** Numbers are compared; anything else is opaque, and what comes later counts. */
function isOlder(candidate: string | undefined, held: string | undefined): boolean {
  if (candidate === undefined || held === undefined) return false;
  if (!/^\d+$/.test(candidate) || !/^\d+$/.test(held)) return false;
  return BigInt(candidate) < BigInt(held);
}

function isGone(error: unknown): boolean {
  return isApiError(error) && error.status === 410;
}

function selectionOf(options: ListSelection): ListSelection {
  const { namespace, labelSelector, fieldSelector } = options;
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  };
}
