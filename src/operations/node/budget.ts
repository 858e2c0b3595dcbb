import { calicoNodeContainer, type TemplateFacts } from "../../model/template.ts";
import { gracefulRestart } from "../../model/graceful-restart.ts";
import type { Millis } from "../../model/time.ts";
import type { OpenNodes } from "./open.ts";

/** How long peers keep routes (hazard H22): less where BGPConfiguration or a BGPPeer says less. */
export function budgetOf({ runFacts }: Pick<OpenNodes, "runFacts">): { readonly budget?: Millis } {
  if (runFacts.bgp !== true) return {};
  const configured = runFacts.restartTime.known ? runFacts.restartTime.value : undefined;
  return { budget: Math.min(gracefulRestart, configured ?? gracefulRestart) };
}

/** Whether the readiness probe asks BIRD: `-bird-ready`, in upstream's manifests from v3.2 on (calico-facts 7). */
export function readinessAsksBird(template: TemplateFacts): boolean {
  const command = calicoNodeContainer(template)?.readiness?.command ?? [];
  return command.some((word) => /(^|[ -])bird6?-ready/.test(word));
}
