import type { KubeObject } from "../../model/kube.ts";
import { manager } from "../../model/names.ts";
import { forceName, type Inverse } from "./inverse.ts";
import { policyAnnotations } from "./permitted.ts";
import type { PlacedEntry } from "./placed.ts";

/** Takes back what a run changed in the annotations of an object, and only that. */
export function undoAnnotations(entry: PlacedEntry, live: KubeObject | undefined, forced: boolean): Inverse {
  if (live === undefined) return { kind: "nothing", entry, because: "it is gone" };
  if (entry.before?.uid !== undefined && entry.before.uid !== live.metadata.uid)
    return { kind: "nothing", entry, because: "another one is there under its name" };
  const [was, meant, now] = [entry.beforeObject, entry.afterObject, live].map(
    (object) => object?.metadata.annotations ?? {},
  );
  const keys = [...new Set([...Object.keys(was ?? {}), ...Object.keys(meant ?? {})])].filter(
    (key) => was?.[key] !== meant?.[key],
  );
  const other = keys.find((key) => !policyAnnotations.includes(key));
  if (other !== undefined)
    return {
      kind: "refused",
      entry,
      because: `no run writes its annotation ${JSON.stringify(other)}`,
      force: [],
    };
  if (keys.every((key) => now?.[key] === was?.[key]))
    return { kind: "nothing", entry, because: "it is as it was" };
  const changed = keys.find((key) => now?.[key] !== meant?.[key]);
  if (changed !== undefined && !forced) {
    return {
      kind: "refused",
      entry,
      because: `annotation ${changed} was changed since: ${value(meant?.[changed])} is now ${value(now?.[changed])}`,
      force: [forceName(entry)],
    };
  }
  const values = Object.fromEntries(keys.map((key) => [key, was?.[key] ?? null]));
  const left = Object.fromEntries(Object.entries({ ...now, ...values }).filter(([, text]) => text !== null));
  const { resourceVersion = "" } = live.metadata;
  return {
    kind: "write",
    entry,
    verb: "annotated",
    saved: {
      write: {
        verb: "patch",
        ref: entry.ref,
        patch: "merge",
        body: { metadata: { resourceVersion, annotations: values } },
        fieldManager: manager,
      },
      draft: {
        action: "changed",
        ref: entry.ref,
        before: live,
        after: { ...live, metadata: { ...live.metadata, annotations: left as Record<string, string> } },
      },
    },
  };
}

function value(text: string | undefined): string {
  return text === undefined ? "absent" : JSON.stringify(text);
}
