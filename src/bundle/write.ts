import { createHash } from "node:crypto";
import { rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { yamlText } from "../manifest/yaml-text.ts";
import type { Draft } from "../model/draft.ts";
import type { JsonObject, KubeObject } from "../model/kube.ts";
import { managersOf } from "../model/managers.ts";
import { formatTime, type Millis } from "../model/time.ts";
import { indexChecksum, isManager } from "./check.ts";
import { contentOf, contentText, fileNameOf, mustNotBeSaved } from "./content.ts";
import { partData, partName, type PartOf } from "./part.ts";
import { fileError, makeDirectory, replace, syncDirectory, writeNew } from "./files.ts";
import { makeRunFolder, placesOf, runName } from "./folder.ts";
import {
  format,
  indexFile,
  objectsFolder,
  recordsFile,
  type BundleIndex,
  type IndexEntry,
  type SavedState,
} from "./format.ts";
import { withoutUser } from "../model/server-address.ts";

/** The run that a bundle belongs to. */
export interface BundleRun {
  readonly command: string;
  /** Version of this program. */
  readonly tool: string;
  readonly cluster: BundleIndex["cluster"];
  readonly data?: JsonObject;
  /** Where it is a step of another run. */
  readonly partOf?: PartOf;
  readonly now: () => Millis;
}

/** A bundle that a run writes to. */
export interface OpenBundle {
  /** The directory, which is what `undo` takes. */
  readonly directory: string;
  /** The directory's own name. */
  readonly run: string;
  /**
   * Saves what comes before the writes that it protects; when it resolves, it is on the disk. Answers the
   * entries' ids, in the order of the drafts. Throws UserError, and then none of them may be written.
   */
  save(drafts: readonly Draft[]): Promise<readonly number[]>;
  /** The write of this entry is done; `object` is what the server made of it. On the disk by the next save or close. */
  done(id: number, object?: KubeObject): void;
  /** The write of this entry was not done and never will be: there is nothing to take back. */
  dropped(id: number): void;
  /** Whether nothing is in it, so that closing it removes it. */
  isEmpty(): boolean;
  /** Keeps what the run has left on its nodes (`RunRecords`), in place of what was kept before. Throws UserError. */
  keepRecords(text: string): Promise<void>;
  /** Ends it. A bundle that nothing is in is removed. */
  close(): Promise<void>;
}

/** So many files are written side by side. */
const atOnce = 16;

/**
 * Makes the directory of a run below `root`, checks that it can be written to, and answers the bundle.
 * Throws UserError with nothing made where it cannot.
 */
export async function openBundle(root: string, run: BundleRun): Promise<OpenBundle> {
  const started = formatTime(run.now());
  const ending = run.partOf === undefined ? undefined : partName(run.partOf);
  const name = runName(started, run.command, ending);
  const data = run.partOf === undefined ? run.data : { ...run.data, ...partData(run.partOf) };
  const { home, directory } = placesOf(root, run.cluster.uid, name);
  const objects = join(directory, objectsFolder);
  const entries = new Map<number, IndexEntry>();
  let last = 0;
  let ended: string | undefined;

  const writeIndex = async (): Promise<void> => {
    const index: Omit<BundleIndex, "checksum"> = {
      apiVersion: "calico-upgrade/v1alpha1",
      kind: "Bundle",
      format,
      run: name,
      command: run.command,
      tool: run.tool,
      cluster: { ...run.cluster, server: withoutUser(run.cluster.server) },
      started,
      ...(ended === undefined ? {} : { ended }),
      ...(data === undefined ? {} : { data }),
      entries: [...entries.values()].toSorted((a, b) => a.id - b.id),
    };
    const whole = { ...index, checksum: indexChecksum(index, sha256) };
    await replace(join(directory, indexFile), `${JSON.stringify(whole, null, 2)}\n`);
  };
  const flush = inOneGo(writeIndex);
  const unsaved =
    "what it would have protected was not written; make room there, or choose another place with --bundle-dir";
  const guarded = async <T>(work: () => Promise<T>, after = unsaved): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw fileError(error, `cannot save to the bundle ${directory}`, after);
    }
  };
  const saveState = async (
    entry: Pick<IndexEntry, "id" | "kind" | "name"> & { readonly namespace?: string },
    state: "before" | "after",
    object: KubeObject | undefined,
  ): Promise<Partial<Record<"before" | "after", SavedState>>> => {
    if (object === undefined) return {};
    const base = { ...identity(object), hash: hashOf(object) };
    if (mustNotBeSaved(object)) return { [state]: base };
    const text = await yamlText(contentOf(object));
    const file = `${objectsFolder}/${fileNameOf(entry, state)}`;
    await writeNew(join(directory, file), text);
    const managers = state === "before" ? managersOf(object) : undefined;
    return {
      [state]: {
        ...base,
        file,
        sha256: sha256(text),
        ...(managers?.every(isManager) === true ? { managers } : {}),
      },
    };
  };

  await guarded(async () => {
    await makeRunFolder(root, { home, directory }, async () => {
      await makeDirectory(objects);
      await writeIndex();
    });
  });
  return {
    directory,
    run: name,
    save: async (drafts) =>
      await guarded(async () => {
        const made = drafts.map((draft) => ({ draft, id: (last += 1) }));
        const finished: IndexEntry[] = [];
        const queue = made.values();
        const writer = async (): Promise<void> => {
          for (const { draft, id } of queue) {
            const { group, version, resource, kind, namespace, name: own } = draft.ref;
            const base = {
              id,
              action: draft.action,
              group,
              version,
              resource,
              kind,
              ...(namespace === undefined ? {} : { namespace }),
              name: own,
              done: false,
              ...(draft.data === undefined ? {} : { data: draft.data }),
            };
            const before = await saveState(base, "before", draft.before);
            const after = await saveState(base, "after", draft.after);
            finished.push({ ...base, ...before, ...after });
          }
        };
        // Nobody writes any more when a failure is told.
        const ends = await Promise.allSettled(Array.from({ length: atOnce }, writer));
        const failed = ends.find((end) => end.status === "rejected");
        if (failed !== undefined) throw failed.reason;
        await syncDirectory(objects);
        for (const entry of finished) entries.set(entry.id, entry);
        try {
          await flush();
        } catch (error) {
          for (const { id } of finished) entries.delete(id);
          throw error;
        }
        return made.map(({ id }) => id);
      }),
    done(id, object) {
      const entry = entries.get(id);
      if (entry === undefined) return;
      const written = object === undefined ? {} : { written: { ...identity(object), hash: hashOf(object) } };
      entries.set(id, { ...entry, done: true, ...written });
    },
    dropped(id) {
      entries.delete(id);
    },
    isEmpty: () => entries.size === 0,
    keepRecords: async (text) =>
      await guarded(
        async () => await replace(join(directory, recordsFile), text),
        "each node keeps its own record until its next restart",
      ),
    close: async () =>
      await guarded(async () => {
        if (entries.size === 0) {
          await rm(directory, { recursive: true, force: true });
          // The last one of this cluster takes the folder along.
          await rmdir(home).catch(() => {});
          return;
        }
        ended = formatTime(run.now());
        await flush();
      }, "what was saved before is whole; what became of the last writes is not noted in it"),
  };
}

function identity({ metadata }: KubeObject): Pick<SavedState, "uid" | "resourceVersion"> {
  const { uid, resourceVersion } = metadata;
  return {
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
}

/** Of an object's content: what a live object is compared with. */
export function hashOf(object: KubeObject): string {
  return `sha256:${sha256(contentText(object))}`;
}

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Whoever comes while one runs shares the next one: many that come together cost two. */
function inOneGo(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  return async () => {
    const before = running;
    next ??= (async () => {
      await before;
      next = undefined;
      await work();
    })();
    // What went wrong is told to whoever waits for it; the next one tries again.
    running = next.catch(() => {});
    await next;
  };
}
