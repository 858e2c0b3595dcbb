import type { OpenBundle } from "../bundle/write.ts";
import type { Draft } from "../model/draft.ts";
import { objectKey } from "../model/object-name.ts";
import type { Saver } from "../perform/saver.ts";

/** A saver that has saved what a whole run changes before its first write. */
export interface SavedFirst extends Saver {
  /** What was not written after all is no part of the bundle. */
  forget(): void;
}

/**
 * Saves all of it at once: where there is no room for everything, nothing is written. What has changed by the time
 * it is written is saved again. Throws UserError.
 */
export async function savedFirst(bundle: OpenBundle, drafts: readonly Draft[]): Promise<SavedFirst> {
  const ids = await bundle.save(drafts);
  const waiting = new Map(drafts.map((draft, at) => [keyOf(draft), ids[at] ?? 0]));
  return {
    async save(wanted) {
      const later = wanted.filter((draft) => !waiting.has(keyOf(draft)));
      const saved = later.length === 0 ? [] : await bundle.save(later);
      const fresh = new Map(later.map((draft, at) => [draft, saved[at] ?? 0]));
      return wanted.map((draft) => {
        const id = waiting.get(keyOf(draft));
        waiting.delete(keyOf(draft));
        return id ?? fresh.get(draft) ?? 0;
      });
    },
    done: (id, object) => bundle.done(id, object),
    dropped: (id) => bundle.dropped(id),
    forget() {
      for (const id of waiting.values()) bundle.dropped(id);
      waiting.clear();
    },
  };
}

/** The same object, to become the same of the same version. */
function keyOf({ action, ref, before }: Draft): string {
  return [action, objectKey(ref), before?.metadata.uid, before?.metadata.resourceVersion].join(" ");
}
