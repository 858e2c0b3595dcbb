import type { JsonObject, KubeObject, ManagedFieldsEntry } from "../model/kube.ts";
import { clientSideApplyManager, lastAppliedAnnotation, manager as own } from "../model/names.ts";
import { parseTime } from "../model/time.ts";

/** Who applied an object, and so in whose name it is changed (hazard H14). */
export type Applier =
  /** kubectl's client-side apply, or a server that knows no other. */
  | { readonly kind: "client"; readonly manager: string }
  | { readonly kind: "server"; readonly manager: string; readonly fields: JsonObject }
  /** Nobody applied it: `manager` made its spec some other way. */
  | { readonly kind: "nobody"; readonly manager: string };

/** The usual name of kubectl's server-side apply. */
const kubectl = "kubectl";

export function applierOf(live: KubeObject): Applier {
  const entries = (live.metadata.managedFields ?? []).filter(
    (entry) => entry.manager !== own && (entry.subresource ?? "") === "",
  );
  const annotated = live.metadata.annotations?.[lastAppliedAnnotation] !== undefined;
  const server = serverSide(entries);
  if (server !== undefined && !(annotated && appliedSince(entries, server))) {
    return { kind: "server", manager: server.manager, fields: server.fieldsV1 };
  }
  if (annotated) return { kind: "client", manager: clientSideApplyManager };
  const maker = entries.find((entry) => podFields(entry) !== undefined)?.manager;
  return { kind: "nobody", manager: maker ?? clientSideApplyManager };
}

type ServerSide = ManagedFieldsEntry & { readonly manager: string; readonly fieldsV1: JsonObject };

/**
 * The server-side manager of the template. Somebody who applied one label or one variable is not the one
 * who applied the object: of several the one with the most of the containers, kubectl where two are equal.
 */
function serverSide(entries: readonly ManagedFieldsEntry[]): ServerSide | undefined {
  const appliers = entries.filter((entry): entry is ServerSide => {
    const pod = entry.operation === "Apply" ? podFields(entry) : undefined;
    return entry.manager !== undefined && pod?.["f:containers"] !== undefined;
  });
  const ranked = appliers.toSorted((a, b) => size(podFields(b)) - size(podFields(a)));
  const [first] = ranked;
  const equal = ranked.filter((entry) => size(podFields(entry)) === size(podFields(first)));
  return equal.find((entry) => entry.manager === kubectl) ?? first;
}

/** Somebody who went back to client-side apply leaves the server-side entry behind. */
function appliedSince(entries: readonly ManagedFieldsEntry[], server: ManagedFieldsEntry): boolean {
  const client = entries.find(
    ({ manager, operation, fieldsV1 }) =>
      manager === clientSideApplyManager && operation === "Update" && fieldsV1 !== undefined,
  );
  const [then, now] = [parseTime(server.time), parseTime(client?.time)];
  return then !== undefined && now !== undefined && now > then;
}

function podFields(entry: ManagedFieldsEntry | undefined): JsonObject | undefined {
  const spec = entry?.fieldsV1?.["f:spec"] as JsonObject | undefined;
  const template = spec?.["f:template"] as JsonObject | undefined;
  return template?.["f:spec"] as JsonObject | undefined;
}

/** How many fields an entry names, at any depth. */
function size(fields: JsonObject | undefined): number {
  if (fields === undefined) return 0;
  return Object.values(fields).reduce<number>((sum, inner) => sum + 1 + size(inner as JsonObject), 0);
}
