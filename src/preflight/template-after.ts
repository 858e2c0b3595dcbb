import { afterApply } from "../merge/after-apply.ts";
import { installOwner } from "../merge/apply-object.ts";
import type { InstalledFacts } from "../model/cluster-facts.ts";
import { daemonSetFacts } from "../model/daemonset.ts";
import { known, type Reading } from "../model/reading.ts";
import type { TemplateFacts } from "../model/template.ts";
import type { TemplatePair } from "./template-pair.ts";

/** The template of calico-node as the apply leaves it, by the merge that writes it: what somebody set by hand may stay. */
export function templateAfter(
  { live, manifest }: TemplatePair,
  installed: Reading<InstalledFacts>,
): Reading<TemplateFacts> {
  if (!installed.known) return { ...installed, message: `installed ${installed.message}` };
  const { name, namespace } = live.daemonSet;
  const { objects, unread } = installed.value;
  const there = objects.find(
    ({ kind, metadata }) =>
      kind === "DaemonSet" && metadata.name === name && metadata.namespace === namespace,
  );
  const inFile = manifest.objects.find(
    ({ object: { kind, metadata } }) =>
      kind === "DaemonSet" &&
      metadata.name === name &&
      (metadata.namespace === undefined || metadata.namespace === namespace),
  );
  if (there === undefined || inFile === undefined)
    return { known: false, why: "failed", message: unread[0]?.message ?? `${name} was not read` };
  return known(daemonSetFacts(afterApply(there, inFile.object, installOwner(objects)).after).template);
}
