import type { BundleEntry } from "../../bundle/inverse.ts";
import { namespacedKinds } from "../../manifest/file-facts.ts";
import type { KubeObject } from "../../model/kube.ts";
import { partOf } from "../../plan/apply/parts.ts";
import { forceName, type Inverse } from "./inverse.ts";

/** Namespaces that Calico's manifests make for themselves; the others share kube-system with everybody. */
const namespaces = ["calico-system", "calico-apiserver", "tigera-operator"];

/** The kinds of Calico's manifests, v1.5 to v3.32, but for Calico's own groups. */
const kinds: ReadonlySet<string> = new Set([
  ...namespacedKinds,
  "ClusterRole",
  "ClusterRoleBinding",
  "Namespace",
  "PodSecurityPolicy",
]);

/** How the objects of these manifests are called; the last one is where eBPF finds the API server. */
const names =
  /^(?:calico|canal|flannel|typha|tigera-operator|configure-(?:calico|canal))(?:$|[-.])|^kubernetes-services-endpoint$/;

const definitions = /\.(?:projectcalico\.org|operator\.tigera\.io|policy\.networking\.k8s\.io)$/;

/**
 * Whether an object is one of Calico's: by its kind, its name and its place, or by what runs in it. `namespace`: of
 * the calico-node that is there.
 */
export function isOwn(
  entry: Pick<BundleEntry, "group" | "kind" | "namespace" | "name">,
  live: KubeObject | undefined,
  namespace?: string,
): boolean {
  if (entry.group.endsWith("projectcalico.org") || entry.group === "operator.tigera.io") return true;
  if (["CustomResourceDefinition", "APIService", "ThirdPartyResource"].includes(entry.kind))
    return definitions.test(entry.name);
  if (live !== undefined && ["node", "controller", "typha"].includes(partOf(live))) return true;
  if (entry.kind === "Namespace") return namespaces.includes(entry.name);
  if (!kinds.has(entry.kind)) return false;
  const { namespace: at } = entry;
  if (at !== undefined && namespaces.includes(at)) return true;
  return (at === undefined || at === "kube-system" || at === namespace) && names.test(entry.name);
}

/** Why an object that is not Calico's is refused, beside what else is against it. */
export function whyNamed(more: string | undefined): string {
  const foreign = "it is not one of Calico's own objects; name it to restore it";
  return more === undefined ? foreign : `${foreign}; ${more}`;
}

/** What is not Calico's goes back only where it is confirmed by its name: a bundle is a file that anybody can write. */
export function confirmed(inverse: Inverse, isForeign: boolean, forced: ReadonlySet<string>): Inverse {
  const name = forceName(inverse.entry);
  if (!isForeign || inverse.kind === "nothing" || forced.has(name)) return inverse;
  const { entry } = inverse;
  if (inverse.kind === "refused" && inverse.force.length === 0) return inverse;
  const because = whyNamed(inverse.kind === "refused" ? inverse.because : undefined);
  return { kind: "refused", entry, because, force: [name] };
}
