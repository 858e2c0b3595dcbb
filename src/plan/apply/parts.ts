import { runsCalicoNode } from "../../model/install.ts";
import type { KubeObject } from "../../model/kube.ts";
import { templateFacts } from "../../model/template.ts";
import { workloadFacts } from "../../model/workload.ts";

/** The steps of `apply` in their order (hazard H01: expand first, contract last); images are pulled before anything changes. */
export const applySteps = [
  "prepull",
  "migrate",
  "expand",
  "typha",
  "controller",
  "configmap",
  "nodes",
  "contract",
] as const;
export type ApplyStepId = (typeof applySteps)[number];

/** The steps that bring objects of the file to what is intended; controller and nodes have procedures of their own. */
export type WritingStep = "expand" | "typha" | "configmap" | "contract";

export const stepTitles: Readonly<Record<ApplyStepId, string>> = {
  prepull: "pull new images on all nodes",
  migrate: "migrate policies and data, where the release reads them otherwise",
  expand: "add CRDs, accounts, rights and new keys; take nothing away",
  typha: "upgrade Typha",
  controller: "upgrade the controller, never two at once",
  configmap: "change the ConfigMap's values",
  nodes: "change the DaemonSet's template and restart calico-node, one node after the other",
  contract: "bring everything to exactly the file",
};

/** What an object of the file is to the upgrade. */
export type InstallPart = "node" | "controller" | "typha" | "typha-around" | "configmap" | "secret" | "other";

export function partOf(object: KubeObject): InstallPart {
  if (object.kind === "DaemonSet" && runsCalicoNode(templateFacts(templateIn(object)))) return "node";
  if (object.kind === "Deployment" || object.kind === "ReplicaSet") {
    return workloadFacts(object)?.component ?? "other";
  }
  if (object.kind === "ConfigMap") return "configmap";
  if (object.kind === "Secret") return "secret";
  const isAddition = object.kind === "Service" || object.kind === "PodDisruptionBudget";
  return isAddition && object.metadata.name.includes("typha") ? "typha-around" : "other";
}

function templateIn(object: KubeObject): unknown {
  return (object["spec"] as { readonly template?: unknown } | undefined)?.template;
}

const first: readonly string[] = [
  "Namespace",
  "CustomResourceDefinition",
  "ServiceAccount",
  "ClusterRole",
  "Role",
  "ClusterRoleBinding",
  "RoleBinding",
];

/** Namespaces and CRDs, then accounts and rights, then the rest as in the file, which is kubectl's order. */
export function inOrder<T extends { readonly object: KubeObject }>(all: readonly T[]): readonly T[] {
  const rank = ({ object }: T): number => {
    const found = first.indexOf(object.kind);
    return found === -1 ? first.length : found;
  };
  return all.toSorted((a, b) => rank(a) - rank(b));
}
