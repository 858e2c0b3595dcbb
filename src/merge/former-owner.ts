import { applierOf } from "./applier.ts";
import type { FormerOwner } from "./restore-object.ts";
import type { JsonObject, KubeObject } from "../model/kube.ts";

/** As whom an object goes back (hazard H14): the bundle holds no managedFields. */
export function savedOwner(before: KubeObject | undefined): JsonObject {
  const applier = before === undefined ? undefined : applierOf(before);
  return applier?.kind === "server" ? { manager: applier.manager, fields: applier.fields } : {};
}

/** As whom an object was applied before the run, where a bundle says so (hazard H14). */
export function ownerOf(data: JsonObject | undefined): FormerOwner | undefined {
  const { manager: name, fields } = data ?? {};
  return typeof name === "string" && typeof fields === "object" && fields !== null
    ? { manager: name, fields: fields as JsonObject }
    : undefined;
}

/** The same for undo's own bundle. */
export function ownerData(data: JsonObject | undefined): JsonObject {
  const owner = ownerOf(data);
  return owner === undefined ? {} : { manager: owner.manager, fields: owner.fields };
}
