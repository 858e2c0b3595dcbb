import { envValue, type ConfigMapFacts } from "./configmap.ts";
import type { Truth } from "./reading.ts";
import { calicoNodeContainer, type TemplateFacts } from "./template.ts";

/** The networking backend of calico-node: who speaks BGP, if anybody. */
export type Backend = "bird" | "gobgp" | "vxlan" | "none" | "unknown";

/**
 * The backend from CALICO_NETWORKING_BACKEND (v2.0 and later) or CALICO_NETWORKING (before), given
 * directly or through a ConfigMap key; calico-node starts BIRD when neither is set.
 * `configMaps` are those of the workload's namespace.
 */
export function backend(template: TemplateFacts, configMaps: readonly ConfigMapFacts[]): Backend {
  const container = calicoNodeContainer(template);
  if (container === undefined) return "unknown";
  const named = envValue(container, "CALICO_NETWORKING_BACKEND", configMaps);
  if (named === "unknown") return "unknown";
  if (named !== undefined && named.value !== "") {
    const value = named.value.trim().toLowerCase();
    return value === "bird" || value === "gobgp" || value === "vxlan" || value === "none" ? value : "unknown";
  }
  const networking = envValue(container, "CALICO_NETWORKING", configMaps);
  if (networking === "unknown") return "unknown";
  return networking?.value.trim().toLowerCase() === "false" ? "none" : "bird";
}

/** Whether BGP runs, so that a restart of calico-node is a graceful restart (hazards H17, H22). */
export function bgpInUse(template: TemplateFacts, configMaps: readonly ConfigMapFacts[]): Truth {
  const found = backend(template, configMaps);
  return found === "unknown" ? "unknown" : speaksBgp(found);
}

export function speaksBgp(found: Backend): boolean {
  return found === "bird" || found === "gobgp";
}
