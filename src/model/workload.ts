import { calicoImage, parseImage } from "./image.ts";
import type { KubeObject, OwnerReference } from "./kube.ts";
import type { ContainerFacts, PodFacts } from "./pod.ts";
import { templateFacts, type TemplateContainer, type TemplateFacts } from "./template.ts";

/** What we read of the Deployment or ReplicaSet that is Calico's controller or its Typha. */
export interface WorkloadFacts {
  readonly component: "controller" | "typha";
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly ownerReferences: readonly OwnerReference[];
  readonly desired: number;
  readonly ready: number;
  /** Pods that there are, and those of the newest template. */
  readonly replicas: number;
  readonly updated: number;
  readonly generation: number;
  readonly observedGeneration: number;
  /** Why a pod of it could not even be made (condition ReplicaFailure): quota, admission, priority class. */
  readonly failure?: string;
  /** Of a Deployment: Recreate or RollingUpdate. */
  readonly strategy?: string;
  readonly image: string;
  /** spec.selector.matchLabels; empty: the labels of the template are taken. */
  readonly selector: Readonly<Record<string, string>>;
  readonly template: TemplateFacts;
}

interface RawWorkload {
  readonly spec?: {
    readonly replicas?: number;
    readonly strategy?: { readonly type?: string };
    readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly template?: unknown;
  };
  readonly status?: {
    readonly readyReplicas?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly observedGeneration?: number;
    readonly conditions?: readonly {
      readonly type?: string;
      readonly status?: string;
      readonly message?: string;
    }[];
  };
}

/**
 * Reads a Deployment or ReplicaSet; undefined when it is no part of Calico, or a ReplicaSet that a
 * Deployment made.
 */
export function workloadFacts(raw: KubeObject): WorkloadFacts | undefined {
  const { spec, status } = raw as KubeObject & RawWorkload;
  const { metadata } = raw;
  if (raw.kind === "ReplicaSet" && metadata.ownerReferences?.some(({ controller }) => controller === true))
    return undefined;
  const template = templateFacts(spec?.template);
  const part = template.containers.map((container) => ({ container, component: componentOf(container) }));
  const found = part.find(({ component }) => component !== undefined);
  if (found?.component === undefined) return undefined;
  const failure = status?.conditions?.find(
    (each) => each.type === "ReplicaFailure" && each.status === "True",
  );
  return {
    component: found.component,
    apiVersion: raw.apiVersion,
    kind: raw.kind,
    name: metadata.name,
    namespace: metadata.namespace ?? "",
    uid: metadata.uid ?? "",
    resourceVersion: metadata.resourceVersion ?? "",
    labels: metadata.labels ?? {},
    annotations: metadata.annotations ?? {},
    ownerReferences: metadata.ownerReferences ?? [],
    desired: spec?.replicas ?? 1,
    ready: status?.readyReplicas ?? 0,
    replicas: status?.replicas ?? 0,
    updated: status?.updatedReplicas ?? 0,
    generation: metadata.generation ?? 0,
    observedGeneration: status?.observedGeneration ?? 0,
    image: found.container.image,
    selector: spec?.selector?.matchLabels ?? {},
    template,
    ...(failure?.message === undefined ? {} : { failure: failure.message }),
    ...(spec?.strategy?.type === undefined ? {} : { strategy: spec.strategy.type }),
  };
}

/** Whether a pod is one of Calico's controllers. */
export function isControllerPod(pod: PodFacts): boolean {
  return controllerContainer(pod) !== undefined;
}

export function controllerContainer({ containers }: PodFacts): ContainerFacts | undefined {
  return containers.find((container) => componentOfContainer(container) === "controller");
}

export function isTyphaPod({ containers }: PodFacts): boolean {
  return containers.some((container) => componentOfContainer(container) === "typha");
}

/** A pod's facts lack its arguments: the name tells then. */
function componentOfContainer({ name, image }: ContainerFacts): WorkloadFacts["component"] | undefined {
  return componentOf({ name, image, command: [], args: [] }) ?? componentNamed(name);
}

const controllerNames = new Set(["calico-kube-controllers", "calico-policy-controller"]);

/** By the container's name, its image, or what one image for everything is told to be (v3.33). */
function componentOf(
  container: Pick<TemplateContainer, "name" | "image" | "command" | "args">,
): WorkloadFacts["component"] | undefined {
  const words = [...container.command, ...container.args];
  const image = calicoImage(parseImage(container.image));
  if (image === "calico/kube-controllers" || image === "calico/kube-policy-controller") return "controller";
  if (image === "calico/typha") return "typha";
  if (image === "calico/calico") {
    const named = words[words.indexOf("component") + 1];
    return named === "kube-controllers" ? "controller" : named === "typha" ? "typha" : undefined;
  }
  return componentNamed(container.name);
}

function componentNamed(name: string): WorkloadFacts["component"] | undefined {
  if (controllerNames.has(name)) return "controller";
  return name === "calico-typha" ? "typha" : undefined;
}

/**
 * v2.6 ships a `calico-policy-controller` Deployment with no replicas, to turn the older controller
 * off: it is not a controller that is down (calico-facts 1.3).
 */
export function isTombstone(workload: WorkloadFacts): boolean {
  return workload.name === "calico-policy-controller" && workload.desired === 0;
}

/** The image that installs the CNI plugin: of the init container, before v3.4 of a container. */
export function cniContainer(template: TemplateFacts): TemplateContainer | undefined {
  const all = [...template.initContainers, ...template.containers];
  return (
    all.find(({ name }) => name === "install-cni" || name === "install-calico-cni") ??
    all.find(({ image }) => calicoImage(parseImage(image)) === "calico/cni")
  );
}
