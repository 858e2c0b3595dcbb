import type { JsonObject } from "../model/kube.ts";

/** The new object's spec, or in words why the old one cannot be brought over without a loss. */
export type ConvertedSpec =
  | { readonly ok: true; readonly spec: JsonObject }
  | { readonly ok: false; readonly why: string };

export function refused(why: string): ConvertedSpec {
  return { ok: false, why };
}
