import { ruleError } from "../../errors.ts";
import { dataOf } from "../../merge/config-map.ts";
import { configMapDatastore } from "../../model/datastore.ts";
import type { OpenConfigMap } from "./open.ts";
import type { ConfigMapRequest, NewValues } from "./request.ts";

/**
 * A ConfigMap of the other flavour, said before its values are judged one by one: an advice about a value of a wrong
 * file leads to a wrong cluster. Throws UserError.
 */
export function refuseOtherDatastore(
  open: OpenConfigMap,
  values: NewValues,
  { ignored }: Pick<ConfigMapRequest, "ignored">,
): void {
  if (values.kind !== "object" || ignored.has("M02") || ignored.has("all")) return;
  if (!open.datastore.known) return;
  const inFile = configMapDatastore(dataOf(values.find(open)));
  const type = open.datastore.value;
  if (inFile === "unknown" || inFile === type) return;
  const { namespace = "", name } = open.ref;
  const give = type === "etcd" ? "etcd (calico-etcd.yaml)" : "the Kubernetes datastore (calico.yaml)";
  throw ruleError(
    "M02",
    `ConfigMap ${namespace}/${name} in the file is for the ${inFile} datastore, and this Calico uses ${type}; give the manifest for ${give}; nothing was changed`,
  );
}
