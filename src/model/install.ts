import type { DaemonSetFacts } from "./daemonset.ts";
import { parseImage } from "./image.ts";
import type { KubeObject } from "./kube.ts";
import { ownersOf } from "./owner.ts";
import { calicoNodeContainer, type TemplateFacts } from "./template.ts";
import { isCalicoForWindows } from "./windows.ts";

/** Namespace of the operator's Calico. */
export const operatorNamespace = "calico-system";

/** What we read of the operator's Installation object. */
export interface InstallationFacts {
  readonly name: string;
  readonly calicoVersion?: string;
  readonly variant?: string;
}

export function installationFacts(raw: KubeObject): InstallationFacts {
  const { status, spec } = raw as KubeObject & {
    readonly status?: { readonly calicoVersion?: string; readonly variant?: string };
    readonly spec?: { readonly variant?: string };
  };
  const variant = status?.variant ?? spec?.variant;
  return {
    name: raw.metadata.name,
    ...(status?.calicoVersion === undefined ? {} : { calicoVersion: status.calicoVersion }),
    ...(variant === undefined ? {} : { variant }),
  };
}

/** Whether a DaemonSet is the operator's by its own marks. */
export function isOperators(daemonSet: DaemonSetFacts): boolean {
  return ownersOf(daemonSet).some(({ kind }) => kind === "operator");
}

/** canal is Calico's policy with flannel's network: flannel runs in the same pod (calico-facts 1.1). */
export function flavour(name: string, template: TemplateFacts): "calico" | "canal" {
  return template.containers.some((container) => /flannel/.test(parseImage(container.image).repository)) ||
    /^(rke2-)?canal(-node)?$/.test(name)
    ? "canal"
    : "calico";
}

/** Whether a template runs calico-node on Linux: whatever the DaemonSet is called (calico-facts 1.1). */
export function runsCalicoNode(template: TemplateFacts): boolean {
  return calicoNodeContainer(template) !== undefined && !isCalicoForWindows(template);
}
