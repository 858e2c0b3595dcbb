import type { JsonObject, KubeObject, ManagedFieldsEntry } from "../model/kube.ts";
import { clientSideApplyManager, lastAppliedAnnotation, manager as own } from "../model/names.ts";
import { parseTime } from "../model/time.ts";

/** Who applied an object, and so in whose name it is changed (hazard H14). */
export type Applier =
  /** kubectl's client-side apply, or a server that knows no other. */
  | { readonly kind: "client"; readonly manager: string }
  | {
      readonly kind: "server";
      readonly manager: string;
      /** Of the manifest that it applied. */
      readonly apiVersion?: string;
      readonly fields: JsonObject;
    }
  /** Nobody applied it: `manager` made its spec some other way. */
  | { readonly kind: "nobody"; readonly manager: string };

/** The usual name of kubectl's server-side apply. */
export const kubectl = "kubectl";

/** In whose name kubectl's server-side apply keeps the note of its client-side one. */
export const kubectlsNote = "kubectl-last-applied";

export function applierOf(live: KubeObject): Applier {
  const entries = (live.metadata.managedFields ?? []).filter(
    (entry) => entry.manager !== own && (entry.subresource ?? "") === "",
  );
  const annotated = live.metadata.annotations?.[lastAppliedAnnotation] !== undefined;
  const server = serverSide(live, entries);
  const passed =
    server !== undefined && annotated && (appliedSince(entries, server) || isGuest(live, entries, server));
  if (server !== undefined && !passed) {
    const { manager, apiVersion, fieldsV1 } = server;
    return {
      kind: "server",
      manager,
      fields: fieldsV1,
      ...(apiVersion === undefined ? {} : { apiVersion }),
    };
  }
  if (annotated) return { kind: "client", manager: clientSideApplyManager };
  return { kind: "nobody", manager: makerOf(live, entries) ?? clientSideApplyManager };
}

type ServerSide = ManagedFieldsEntry & { readonly manager: string; readonly fieldsV1: JsonObject };

/**
 * The server-side manager of what the object is there for. Somebody who applied one label or one variable
 * is not the one who applied the object: of several the one with the most of it, kubectl where two are
 * equal.
 */
function serverSide(live: KubeObject, entries: readonly ManagedFieldsEntry[]): ServerSide | undefined {
  const appliers = entries.filter((entry): entry is ServerSide => {
    const found = entry.operation === "Apply" ? substance(live, entry) : undefined;
    return (
      entry.manager !== undefined &&
      found !== undefined &&
      (!hasTemplate(live) || found["f:containers"] !== undefined)
    );
  });
  const ranked = appliers.toSorted((a, b) => share(live, b) - share(live, a));
  const [first] = ranked;
  const equal = ranked.filter((entry) => share(live, entry) === share(live, first));
  return equal.find((entry) => entry.manager === kubectl) ?? first;
}

/**
 * Who made most of what the object is there for. Neither time nor order tells: the server's times have whole
 * seconds, and entries of one second stand by name.
 */
function makerOf(live: KubeObject, entries: readonly ManagedFieldsEntry[]): string | undefined {
  const makers = entries.filter((entry) => substance(live, entry) !== undefined);
  return makers.toSorted((a, b) => share(live, b) - share(live, a))[0]?.manager;
}

function share(live: KubeObject, entry: ManagedFieldsEntry | undefined): number {
  return size(substance(live, entry));
}

/** Where kubectl applied the whole object client-side, who applied less than three quarters of it is not its owner. */
function isGuest(
  live: KubeObject,
  entries: readonly ManagedFieldsEntry[],
  server: ManagedFieldsEntry,
): boolean {
  return share(live, server) * 4 < share(live, clientEntry(entries)) * 3;
}

/** Somebody who went back to client-side apply leaves the server-side entry behind. */
function appliedSince(entries: readonly ManagedFieldsEntry[], server: ManagedFieldsEntry): boolean {
  const [then, now] = [parseTime(server.time), parseTime(clientEntry(entries)?.time)];
  return then !== undefined && now !== undefined && now > then;
}

function clientEntry(entries: readonly ManagedFieldsEntry[]): ManagedFieldsEntry | undefined {
  return entries.find(
    ({ manager, operation, fieldsV1 }) =>
      manager === clientSideApplyManager && operation === "Update" && fieldsV1 !== undefined,
  );
}

/**
 * The fields of an entry that make the object what it is: the pod template of a workload, else everything
 * but metadata and status, and where an object has nothing else (ServiceAccount), its metadata.
 */
function substance(live: KubeObject, entry: ManagedFieldsEntry | undefined): JsonObject | undefined {
  const fields = entry?.fieldsV1;
  if (fields === undefined) return undefined;
  if (hasTemplate(live)) {
    const template = (fields["f:spec"] as JsonObject | undefined)?.["f:template"] as JsonObject | undefined;
    return template?.["f:spec"] as JsonObject | undefined;
  }
  const { "f:metadata": metadata, "f:status": _status, ...rest } = fields;
  if (Object.keys(rest).length > 0) return rest;
  return bare.has(live.kind) ? (metadata as JsonObject | undefined) : undefined;
}

/** Kinds that are little more than a name. */
const bare = new Set(["ServiceAccount", "Namespace"]);

function hasTemplate(live: KubeObject): boolean {
  return (live["spec"] as { readonly template?: object } | undefined)?.template !== undefined;
}

/** How many fields an entry names, at any depth. */
function size(fields: JsonObject | undefined): number {
  if (fields === undefined) return 0;
  return Object.values(fields).reduce<number>((sum, inner) => sum + 1 + size(inner as JsonObject), 0);
}
