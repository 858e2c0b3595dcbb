import type { JsonObject } from "../model/kube.ts";

/** The new object's spec, or in words why the old one cannot be brought over without a loss. */
export type Spec =
  | { readonly ok: true; readonly spec: JsonObject }
  | { readonly ok: false; readonly why: string };

export function refused(why: string): Spec {
  return { ok: false, why };
}
