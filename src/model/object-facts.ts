import { milliCpu } from "./cpu.ts";
import { calicoImage, parseImage } from "./image.ts";
import type { KubeObject, OwnerReference } from "./kube.ts";
import { labelSelector, type LabelSelector } from "./label-selector.ts";
import { gitOps } from "./owner.ts";
import { templateFacts } from "./template.ts";
import { listOf, recordOf } from "./record.ts";

/** What is kept of any object that only its name and marks are read of. */
export interface ObjectFacts {
  readonly name: string;
  readonly namespace?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ownerReferences: readonly OwnerReference[];
  readonly finalizers: readonly string[];
  readonly deleting: boolean;
}

export function objectFacts({ metadata }: KubeObject): ObjectFacts {
  return {
    name: metadata.name,
    labels: metadata.labels ?? {},
    ownerReferences: metadata.ownerReferences ?? [],
    finalizers: metadata.finalizers ?? [],
    deleting: metadata.deletionTimestamp !== undefined,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
  };
}

/** What we read of a CustomResourceDefinition: who writes it, and how. */
export interface CrdFacts extends ObjectFacts {
  /** kubectl's client-side apply keeps a copy of it in an annotation. */
  readonly lastApplied: boolean;
  /** The GitOps tool whose mark it carries. */
  readonly keptBy?: string;
}

export function crdFacts(raw: KubeObject): CrdFacts {
  const keptBy = gitOps(raw.metadata)?.name;
  return {
    ...objectFacts(raw),
    lastApplied: "kubectl.kubernetes.io/last-applied-configuration" in (raw.metadata.annotations ?? {}),
    ...(keptBy === undefined ? {} : { keptBy }),
  };
}

/** What we read of a Service: those that cordons and rules about Typha look at. */
export interface ServiceFacts {
  readonly namespace: string;
  readonly name: string;
  readonly type: string;
}

/** Services of type LoadBalancer, and Calico's own; undefined for every other one. */
export function serviceFacts(raw: KubeObject): ServiceFacts | undefined {
  const type = (raw as { readonly spec?: { readonly type?: string } }).spec?.type ?? "ClusterIP";
  const { name, namespace = "" } = raw.metadata;
  return type === "LoadBalancer" || name.startsWith("calico-") ? { namespace, name, type } : undefined;
}

/** What we read of a PodDisruptionBudget. */
export interface BudgetFacts {
  readonly namespace: string;
  readonly name: string;
  readonly selector: LabelSelector;
  /** status.disruptionsAllowed; undefined: the controller has not said. */
  readonly allowed?: number;
  /** status.desiredHealthy and currentHealthy. */
  readonly needs?: number;
  readonly has?: number;
}

export function budgetFacts(raw: KubeObject): BudgetFacts {
  const { spec, status } = raw as KubeObject & {
    readonly spec?: { readonly selector?: unknown };
    readonly status?: {
      readonly disruptionsAllowed?: number;
      readonly desiredHealthy?: number;
      readonly currentHealthy?: number;
    };
  };
  const { disruptionsAllowed: allowed, desiredHealthy: needs, currentHealthy: has } = status ?? {};
  return {
    namespace: raw.metadata.namespace ?? "",
    name: raw.metadata.name,
    selector: labelSelector(spec?.selector, () => undefined),
    ...(allowed === undefined ? {} : { allowed }),
    ...(needs === undefined ? {} : { needs }),
    ...(has === undefined ? {} : { has }),
  };
}

/** What we read of a Job of Calico's: the pool Job of v2.0, the data migration of v2.5, `calico-upgrade`. */
export interface JobFacts {
  readonly namespace: string;
  readonly name: string;
  readonly images: readonly string[];
  readonly succeeded: number;
  readonly failed: number;
}

export function jobFacts(raw: KubeObject): JobFacts | undefined {
  const { spec, status } = raw as KubeObject & {
    readonly spec?: { readonly template?: unknown };
    readonly status?: { readonly succeeded?: number; readonly failed?: number };
  };
  const { name, namespace = "" } = raw.metadata;
  const images = templateFacts(spec?.template).containers.map(({ image }) => image);
  if (!/calico|canal/.test(name) && !images.some((image) => calicoImage(parseImage(image)) !== undefined))
    return undefined;
  return { namespace, name, images, succeeded: status?.succeeded ?? 0, failed: status?.failed ?? 0 };
}

/** What we read of any pod of the cluster, whoever's it is: what it takes up, and what of Calico is in it. */
export interface PodUsage {
  readonly namespace: string;
  readonly name: string;
  /** spec.nodeName; undefined: not placed. */
  readonly node?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** What it asks of its node's CPU, in thousandths of a core. */
  readonly cpu: number;
  /** Images of Calico in it: calico/node, and calico/dikastes of Application Layer Policy. */
  readonly calicoImages: readonly string[];
  /** Owners that are objects of projectcalico.org (B24). */
  readonly calicoOwners: readonly OwnerReference[];
}

/** Reads a pod that takes up room; undefined for one that has ended. */
export function podUsage(raw: KubeObject): PodUsage | undefined {
  const { spec, status } = raw as KubeObject & {
    readonly spec?: { readonly nodeName?: string; readonly containers?: unknown };
    readonly status?: { readonly phase?: string };
  };
  if (status?.phase === "Succeeded" || status?.phase === "Failed") return undefined;
  const containers = listOf(spec?.containers).map((each) => recordOf(each) ?? {});
  const { name, namespace = "", labels = {}, ownerReferences = [] } = raw.metadata;
  return {
    namespace,
    name,
    labels,
    cpu: containers.reduce((sum, { resources }) => sum + cpuOf(resources), 0),
    calicoImages: containers.flatMap(({ image }) =>
      typeof image === "string" && isCalicosImage(image) ? [image] : [],
    ),
    calicoOwners: ownerReferences.filter(isCalicos),
    ...(spec?.nodeName === undefined ? {} : { node: spec.nodeName }),
  };
}

function isCalicosImage(image: string): boolean {
  return /calico[/-]dikastes/.test(image) || calicoImage(parseImage(image)) !== undefined;
}

/** An owner whose UID changes with v3.28 (B24). */
export function isCalicos({ apiVersion }: OwnerReference): boolean {
  return apiVersion.startsWith("projectcalico.org/");
}

/** The sum of a container's CPU requests. */
function cpuOf(resources: unknown): number {
  const requests = recordOf(recordOf(resources)?.["requests"]);
  return milliCpu(requests?.["cpu"]) ?? 0;
}
