import type { KubeObject, Ref } from "../model/kube.ts";
import { clientSideApplyManager, manager as own } from "../model/names.ts";
import type { Write } from "../model/write.ts";
import { applierOf, kubectl, type Applier } from "./applier.ts";
import { compare } from "./compare.ts";
import { conflictsOf, type FieldConflict } from "./conflicts.ts";
import { extractOwned } from "./extract.ts";
import { immutableChange, type ImmutableChange } from "./immutable.ts";
import { lastApplied, withLastApplied } from "./last-applied.ts";
import { patchTypeOf } from "./merge-keys.ts";
import { ownsAll } from "./owns-all.ts";

/** How the objects of an install are applied as a whole: those that are new, or that nobody applied, follow. */
export type InstallOwner =
  | { readonly kind: "client" }
  | { readonly kind: "server"; readonly manager: string };

/** What applying one object of a file comes to. */
export interface ApplyObjectResult {
  /** The one write, or none when the object is as the file says. */
  readonly write?: Write;
  readonly outcome: "created" | "configured" | "unchanged";
  /** In the terms of the object: what changes; empty for a new one. */
  readonly patch: Readonly<Record<string, unknown>>;
  /** Fields that somebody else has set and that the write would change. */
  readonly conflicts: readonly FieldConflict[];
  /** A field that differs and cannot be changed. */
  readonly immutable?: ImmutableChange;
}

/** The server refuses annotations of more bytes than this in all (apimachinery, TotalAnnotationSizeLimitB). */
const annotationLimit = 262_144;

/**
 * Applies one object of any kind as the one who applied it before (hazard H14), so that what the file no
 * longer has goes away and the user's own next apply of the file has nothing to do. `inFile` has its
 * namespace; `ref` is the place that the file's own apiVersion is served at; `live` is read there. DaemonSets
 * that may be held go through `bringInLine`. `force` takes over fields of others.
 */
export function applyObject(
  live: KubeObject | undefined,
  inFile: KubeObject,
  ref: Ref,
  install: InstallOwner,
  force = false,
): ApplyObjectResult {
  const desired = placed(inFile, ref);
  const large = isTooLarge(desired);
  if (live === undefined) {
    return {
      write: creation(desired, ref, install, large),
      outcome: "created",
      patch: {},
      conflicts: [],
    };
  }
  const owner = ownerOf(live, install, large);
  const applied =
    owner.kind === "server"
      ? serverSide(live, desired, ref, owner, { force, large })
      : clientSide(live, desired, ref);
  const immutable = immutableChange(live, desired, applied.patch);
  return {
    ...applied,
    outcome: applied.write === undefined ? "unchanged" : "configured",
    conflicts: conflictsOf(live, applied.patch, owner.manager),
    ...(immutable === undefined ? {} : { immutable }),
  };
}

/** The owner of most of an install's objects; where they do not say, kubectl's client-side apply. */
export function installOwner(objects: readonly KubeObject[]): InstallOwner {
  const counts = new Map<string, number>();
  for (const object of objects) {
    const applier = applierOf(object);
    if (applier.kind === "nobody") continue;
    const name = applier.kind === "client" ? "" : applier.manager;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const [most] = [...counts].toSorted(([, a], [, b]) => b - a);
  return most === undefined || most[0] === "" ? { kind: "client" } : { kind: "server", manager: most[0] };
}

/** Whether kubectl's annotation would be larger than the server takes: then only server-side apply works. */
function isTooLarge(desired: KubeObject): boolean {
  const { annotations } = withLastApplied(desired).metadata;
  const texts = Object.entries(annotations ?? {}).flat();
  const characters = texts.reduce((sum, text) => sum + text.length, 0);
  if (characters * 3 <= annotationLimit) return false;
  const bytes = texts.reduce((sum, text) => sum + new TextEncoder().encode(text).length, 0);
  return bytes > annotationLimit;
}

type FieldOwner =
  | Extract<Applier, { readonly kind: "server" }>
  | { readonly kind: "client"; readonly manager: string };

function ownerOf(live: KubeObject, install: InstallOwner, large: boolean): FieldOwner {
  const applier = applierOf(live);
  if (applier.kind === "server") return applier;
  if (large) return { kind: "server", manager: kubectl, fields: {} };
  if (applier.kind === "client" || install.kind === "client")
    return { kind: "client", manager: applier.manager };
  return { kind: "server", manager: install.manager, fields: {} };
}

function clientSide(
  live: KubeObject,
  desired: KubeObject,
  ref: Ref,
): Pick<ApplyObjectResult, "write" | "patch"> {
  const patch = compare(lastApplied(live), withLastApplied(desired), live);
  if (Object.keys(patch).length === 0) return { patch };
  const { resourceVersion } = live.metadata;
  return {
    patch,
    write: {
      verb: "patch",
      ref,
      patch: patchTypeOf(ref.group),
      fieldManager: clientSideApplyManager,
      body: { ...patch, metadata: { ...(patch["metadata"] as object | undefined), resourceVersion } },
    },
  };
}

function serverSide(
  live: KubeObject,
  desired: KubeObject,
  ref: Ref,
  owner: Extract<FieldOwner, { readonly kind: "server" }>,
  { force, large }: { readonly force: boolean; readonly large: boolean },
): Pick<ApplyObjectResult, "write" | "patch"> {
  const owned = Object.keys(owner.fields).length === 0 ? undefined : extractOwned(live, owner.fields);
  const patch = compare(owned, desired, live);
  const { apiVersion = desired.apiVersion } = owner;
  const complete =
    owned === undefined || (apiVersion === desired.apiVersion && ownsAll(desired, owner.fields));
  if (Object.keys(patch).length === 0 && complete) return { patch };
  const { resourceVersion } = live.metadata;
  // One that outgrew the annotation changes hands, from kubectl to kubectl.
  const takes = force || (large && conflictsOf(live, patch, owner.manager).length === 0);
  return {
    patch,
    write: {
      verb: "patch",
      ref,
      patch: "apply",
      fieldManager: owner.manager,
      body: applyBody(desired, resourceVersion),
      ...(takes ? { force: true } : {}),
    },
  };
}

function creation(desired: KubeObject, ref: Ref, install: InstallOwner, large: boolean): Write {
  if (install.kind === "server" || large) {
    return {
      verb: "patch",
      ref,
      patch: "apply",
      // Not in our name: the owner's next change of the file would conflict with us.
      fieldManager: install.kind === "server" ? install.manager : kubectl,
      body: applyBody(desired),
    };
  }
  return { verb: "create", ref, fieldManager: own, body: withLastApplied(desired) };
}

function applyBody(desired: KubeObject, resourceVersion?: string): KubeObject {
  const { status: _status, ...body } = desired;
  const { creationTimestamp: _created, ...metadata } = body.metadata;
  return {
    ...body,
    metadata: { ...metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
  };
}

/** Manifests give a namespace to kinds that have none; kubectl leaves it out, of last-applied too. */
function placed(object: KubeObject, ref: Ref): KubeObject {
  if (ref.namespace !== undefined) return object;
  const { namespace: _none, ...metadata } = object.metadata;
  return { ...object, metadata };
}
