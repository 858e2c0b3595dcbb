import type { DaemonSetFacts } from "../model/daemonset.ts";
import type { TemplateFacts } from "../model/template.ts";
import type { TargetManifest } from "./subject.ts";

/** The calico-node DaemonSet of a file; undefined where it holds none, or several. */
export function fileDaemonSet({ facts: { daemonSets } }: TargetManifest): DaemonSetFacts | undefined {
  return daemonSets.known && daemonSets.value.length === 1 ? daemonSets.value[0] : undefined;
}

export function fileTemplate(manifest: TargetManifest): TemplateFacts | undefined {
  return fileDaemonSet(manifest)?.template;
}
