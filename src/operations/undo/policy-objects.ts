import { contentOf, contentText } from "../../bundle/content.ts";
import type { BundleEntry } from "../../bundle/inverse.ts";
import { hashOf } from "../../bundle/write.ts";
import type { KubeObject, Ref } from "../../model/kube.ts";
import { createdByAnnotation, manager } from "../../model/names.ts";
import { forceName, type Inverse } from "./inverse.ts";
import { isRecord } from "../../model/record.ts";

/** What one entry about a NetworkPolicy comes to, by the policy that stands under its name now. */
export function undoPolicy(
  entry: BundleEntry,
  live: KubeObject | undefined,
  { run, forced, ref }: { readonly run: string; readonly forced: boolean; readonly ref: Ref },
): Inverse {
  return entry.action === "created"
    ? takeAway(entry, live, { run, forced, ref })
    : bringBack(entry, live, { forced, ref });
}

function takeAway(
  entry: BundleEntry,
  live: KubeObject | undefined,
  { run, forced, ref }: { readonly run: string; readonly forced: boolean; readonly ref: Ref },
): Inverse {
  if (live === undefined) return { kind: "nothing", entry, because: "it is gone already" };
  const { uid = "", resourceVersion = "", annotations = {} } = live.metadata;
  // A run that was killed does not know the UID of what it made last; the object knows its run.
  const ours = annotations[createdByAnnotation] === run || uid === entry.written?.uid;
  if (!ours) return { kind: "nothing", entry, because: "what stands there now is not what the run made" };
  const asMade =
    entry.written === undefined ? sameSpec(live, entry.afterObject) : hashOf(live) === entry.written.hash;
  if (!asMade && !forced)
    return {
      kind: "refused",
      entry,
      because: `somebody has changed it since${difference(entry.afterObject, live)}`,
      force: [forceName(entry)],
    };
  return {
    kind: "write",
    entry,
    verb: "deleted",
    saved: {
      write: { verb: "delete", ref, uid, resourceVersion },
      draft: { action: "deleted", ref, before: live },
    },
  };
}

function bringBack(
  entry: BundleEntry,
  live: KubeObject | undefined,
  { forced, ref }: { readonly forced: boolean; readonly ref: Ref },
): Inverse {
  const was = entry.beforeObject;
  if (was === undefined) throw new Error(`entry ${String(entry.id)} saved nothing`);
  const body: KubeObject = { ...was, apiVersion: `${ref.group}/${ref.version}` };
  if (live === undefined) {
    return {
      kind: "write",
      entry,
      verb: "created",
      saved: {
        write: { verb: "create", ref, body, fieldManager: manager },
        draft: { action: "created", ref, after: body },
      },
    };
  }
  if (live.metadata["deletionTimestamp"] !== undefined)
    return {
      kind: "refused",
      entry,
      because: "it is being deleted, and a finalizer holds it: it can be recreated when it is gone",
      force: [],
    };
  if (live.metadata.uid === entry.before?.uid)
    return { kind: "nothing", entry, because: "it was never deleted" };
  if (contentText({ ...live, apiVersion: "" }) === contentText({ ...was, apiVersion: "" }))
    return { kind: "nothing", entry, because: "it is there again, the same" };
  if (!entry.done && !forced) {
    const because = "whether the run, which was cut off, deleted it is not known, and another one is there";
    return { kind: "nothing", entry, because };
  }
  if (!forced)
    return {
      kind: "refused",
      entry,
      because: `somebody has made another one under its name since${difference(was, live)}`,
      force: [forceName(entry)],
    };
  const { resourceVersion = "" } = live.metadata;
  const wanted = contentOf(body);
  return {
    kind: "write",
    entry,
    verb: "configured",
    saved: {
      write: {
        verb: "patch",
        ref,
        patch: "merge",
        body: withVersion(mergePatch(contentOf(live), wanted), resourceVersion),
        fieldManager: manager,
      },
      draft: { action: "changed", ref, before: live, after: body },
    },
  };
}

/** The merge patch (RFC 7386) that makes `from` be `to`. */
function mergePatch(from: unknown, to: unknown): unknown {
  if (!isRecord(from) || !isRecord(to)) return to;
  const gone = Object.keys(from).filter((key) => to[key] === undefined);
  return {
    ...Object.fromEntries(gone.map((key) => [key, null])),
    ...Object.fromEntries(Object.entries(to).map(([key, value]) => [key, mergePatch(from[key], value)])),
  };
}

function withVersion(patch: unknown, resourceVersion: string): unknown {
  if (!isRecord(patch)) return patch;
  const metadata = isRecord(patch["metadata"]) ? patch["metadata"] : {};
  return { ...patch, metadata: { ...metadata, resourceVersion } };
}

/** policyTypes is what the server adds by itself. */
function sameSpec(live: KubeObject, meant: KubeObject | undefined): boolean {
  const own = ({ policyTypes: _added, ...spec }: Readonly<Record<string, unknown>>): unknown => spec;
  const text = (object: KubeObject | undefined): string => {
    const spec = object?.["spec"];
    return contentText({
      apiVersion: "",
      kind: "",
      metadata: { name: "" },
      spec: isRecord(spec) ? own(spec) : {},
    });
  };
  return text(live) === text(meant);
}

function difference(was: KubeObject | undefined, now: KubeObject): string {
  const spec = (object: KubeObject | undefined): string => JSON.stringify(object?.["spec"] ?? null);
  return spec(was) === spec(now) ? "" : `: ${spec(was)} is now ${spec(now)}`;
}
