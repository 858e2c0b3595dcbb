import type { CalicoObject } from "../model/calico-object.ts";
import { envValue, type ConfigMapFacts } from "../model/configmap.ts";
import type { DaemonSetFacts } from "../model/daemonset.ts";
import { maskSecrets } from "../model/mask.ts";
import type { TemplateContainer, TemplateFacts } from "../model/template.ts";
import type { Evidence } from "./finding.ts";

interface NamedObject {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/** `Deployment kube-system/calico-typha`. */
export function objectOf({ kind, namespace, name }: NamedObject): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

export function replicasSeen(workload: NamedObject & { readonly desired: number }): Evidence {
  return { object: objectOf(workload), field: "spec.replicas", value: String(workload.desired) };
}

/** A field of a Calico object's spec. */
export function specSeen(kind: string, object: CalicoObject, field: string): Evidence {
  const value = object.spec[field];
  return {
    object: objectOf({ ...object, kind }),
    field: `spec.${field}`,
    value: typeof value === "string" ? value : JSON.stringify(value),
  };
}

export function nameOf({ namespace, name }: Pick<CalicoObject, "name" | "namespace">): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** Where a template stands: what its containers are told. */
export interface TemplateEnvironment {
  readonly object: string;
  readonly template: TemplateFacts;
  readonly configMaps: readonly ConfigMapFacts[];
}

export function environmentOf(
  set: Pick<DaemonSetFacts, "namespace" | "name" | "template">,
  configMaps: readonly ConfigMapFacts[],
  kind = "DaemonSet",
): TemplateEnvironment {
  return {
    object: objectOf({ ...set, kind }),
    template: set.template,
    configMaps: configMaps.filter(({ namespace }) => namespace === set.namespace),
  };
}

/** Containers of a template that are told a variable, and what; "unknown" where that could not be read. */
export function envOf(
  { template, configMaps }: TemplateEnvironment,
  variable: string,
): readonly { readonly container: TemplateContainer; readonly value: string }[] {
  return [...template.initContainers, ...template.containers].flatMap((container) => {
    const found = envValue(container, variable, configMaps);
    if (found === undefined) return [];
    return [{ container, value: found === "unknown" ? found : found.value }];
  });
}

export function envSeen(
  { object }: Pick<TemplateEnvironment, "object">,
  { name }: TemplateContainer,
  variable: string,
  value: string,
): Evidence {
  return { object, field: `${name}: env ${variable}`, value: maskSecrets(value).value };
}
