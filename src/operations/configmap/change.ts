import { installOwner } from "../../merge/apply-object.ts";
import { applyConfigMap, changeKeys, type ConfigMapChange } from "../../merge/config-map.ts";
import type { OpenConfigMap } from "./open.ts";
import type { ConfigMapRequest, NewValues } from "./request.ts";

/** What the new values change of the ConfigMap as it is. */
export function changeOf(
  open: OpenConfigMap,
  values: NewValues,
  request: Pick<ConfigMapRequest, "ignored">,
): ConfigMapChange {
  const { live, ref } = open;
  if (values.kind === "keys") return changeKeys(live, values.set, values.unset, ref);
  return applyConfigMap(live, values.find(open), ref, installOwner([live]), takesOver(values, request));
}

/** Keys that are named one by one are meant, whoever set them; a file may not know what it takes over (hazard H14). */
export function takesOver({ kind }: NewValues, { ignored }: Pick<ConfigMapRequest, "ignored">): boolean {
  return kind === "keys" || ignored.has("H14") || ignored.has("all");
}
