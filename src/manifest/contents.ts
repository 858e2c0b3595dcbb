import { calicoImage, parseImage, type ImageRef } from "../model/image.ts";
import { runsCalicoNode } from "../model/install.ts";
import type { KubeObject } from "../model/kube.ts";
import { templateFacts, type TemplateFacts } from "../model/template.ts";
import { workloadFacts } from "../model/workload.ts";
import type { ManifestObject } from "./parse.ts";

/** What a file is, seen by what its objects are and run; never by its name. */
export type ManifestIs =
  /** A hosted manifest: it has a calico-node DaemonSet. */
  | "hosted"
  /** The Tigera operator itself. */
  | "operator"
  /** What the operator is told with: Installation, APIServer, … */
  | "operator-resources"
  | "api-server"
  /** Calico's controller or its Typha without a calico-node. */
  | "controller"
  | "crds"
  | "rbac"
  | "config"
  /** Nothing of Calico. */
  | "other";

export interface ManifestContents {
  readonly is: ManifestIs;
  /** In a sentence: "the Tigera operator", "nothing of Calico: DaemonSet weave-net". */
  readonly text: string;
  /** The image that says which release it is; undefined where nothing does. */
  readonly image?: ImageRef;
}

const words: Readonly<Record<Exclude<ManifestIs, "other">, string>> = {
  hosted: "a hosted manifest of Calico",
  operator: "the Tigera operator",
  "operator-resources": "resources that the Tigera operator is told with",
  "api-server": "Calico's API server",
  controller: "Calico's controller alone",
  crds: "Calico's CustomResourceDefinitions alone",
  rbac: "Calico's roles alone",
  config: "Calico's ConfigMap alone",
};

/** Looked for in this order: an operator's manifest may hold Calico's CRDs as well. */
export function contentsOf(objects: readonly ManifestObject[]): ManifestContents {
  const all = objects.map(({ object }) => object);
  const templates = all.flatMap(templateOf);
  const images = templates.flatMap(imagesOf);
  const hosted = all.some((object) => object.kind === "DaemonSet" && templateOf(object).some(runsCalicoNode));
  const named = (...names: readonly string[]): ImageRef | undefined =>
    images.find((image) => names.includes(shortName(image)));
  if (hosted) return answer("hosted", named("calico/node"));
  const operator = named("tigera/operator");
  if (operator !== undefined || all.some(isOperator)) return answer("operator", operator);
  if (all.some(({ apiVersion }) => apiVersion.startsWith("operator.tigera.io/")))
    return answer("operator-resources");
  const server = named("calico/apiserver");
  if (server !== undefined || all.some(isApiService)) return answer("api-server", server);
  const workload = all.map(workloadFacts).find((facts) => facts !== undefined);
  if (workload !== undefined) return answer("controller", parseImage(workload.image));
  if (all.some(isCalicosCrd)) return answer("crds");
  if (all.some(isCalicosRole)) return answer("rbac");
  if (all.some(isCalicosConfig)) return answer("config");
  const first = all.find(({ kind }) => /^(DaemonSet|Deployment|StatefulSet)$/.test(kind)) ?? all[0];
  const what = first === undefined ? "" : `: ${first.kind} ${first.metadata.name}`;
  return { is: "other", text: `nothing of Calico${what}` };
}

function answer(is: Exclude<ManifestIs, "other">, image?: ImageRef): ManifestContents {
  return { is, text: words[is], ...(image === undefined ? {} : { image }) };
}

function templateOf(object: KubeObject): readonly TemplateFacts[] {
  const { template } = (object["spec"] ?? {}) as { readonly template?: unknown };
  return /^(DaemonSet|Deployment|ReplicaSet|Job)$/.test(object.kind) ? [templateFacts(template)] : [];
}

function imagesOf({ initContainers, containers }: TemplateFacts): readonly ImageRef[] {
  return [...containers, ...initContainers].map(({ image }) => parseImage(image));
}

/** `calico/node` of any registry and mirror; other images by their last two path elements. */
function shortName(image: ImageRef): string {
  return calicoImage(image) ?? image.repository.split("/").slice(-2).join("/");
}

function isOperator({ kind, metadata }: KubeObject): boolean {
  return kind === "Deployment" && metadata.name === "tigera-operator";
}

function isApiService({ kind, metadata }: KubeObject): boolean {
  return kind === "APIService" && metadata.name.endsWith(".projectcalico.org");
}

function isCalicosCrd({ kind, metadata }: KubeObject): boolean {
  return kind === "CustomResourceDefinition" && metadata.name.endsWith("projectcalico.org");
}

function isCalicosRole({ kind, metadata }: KubeObject): boolean {
  return /^(Cluster)?Role(Binding)?$/.test(kind) && /^(calico|canal|flannel)/.test(metadata.name);
}

function isCalicosConfig({ kind, metadata }: KubeObject): boolean {
  return kind === "ConfigMap" && /^(calico|canal)-config$/.test(metadata.name);
}
