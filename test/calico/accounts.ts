/** As whom the pods run. */
import type { Era } from "./era.ts";

export function nodeAccount({ flavour }: Era): string {
  return flavour === "canal" ? "canal" : "calico-node";
}

/** The controller's, where there is a controller. */
export function controllerAccount({ datastore, flavour, from }: Era): string | undefined {
  if (flavour === "canal") return from("3.14") ? "calico-kube-controllers" : undefined;
  if (datastore === "kdd") return from("3.6") ? "calico-kube-controllers" : undefined;
  if (!from("2.2")) return undefined;
  return from("2.6") ? "calico-kube-controllers" : "calico-policy-controller";
}
