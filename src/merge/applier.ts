import type { JsonObject, KubeObject, ManagedFieldsEntry } from "../model/kube.ts";
import { clientSideApplyManager, lastAppliedAnnotation, manager as own } from "../model/names.ts";

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
  const server = entries.filter((entry) => entry.operation === "Apply" && ownsTemplate(entry));
  const chosen = server.find((entry) => entry.manager === kubectl) ?? server[0];
  if (chosen?.manager !== undefined && chosen.fieldsV1 !== undefined) {
    return { kind: "server", manager: chosen.manager, fields: chosen.fieldsV1 };
  }
  if (live.metadata.annotations?.[lastAppliedAnnotation] !== undefined) {
    return { kind: "client", manager: clientSideApplyManager };
  }
  const maker = entries.find(ownsTemplate)?.manager;
  return { kind: "nobody", manager: maker ?? clientSideApplyManager };
}

/** Somebody who applied one label is not the one who applied the object. */
function ownsTemplate({ fieldsV1 }: ManagedFieldsEntry): boolean {
  const spec = fieldsV1?.["f:spec"] as JsonObject | undefined;
  const template = spec?.["f:template"] as JsonObject | undefined;
  const pod = template?.["f:spec"] as JsonObject | undefined;
  return pod?.["f:containers"] !== undefined;
}
