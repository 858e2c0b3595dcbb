import { calicoNodeContainer, type TemplateFacts } from "../../model/template.ts";
import type { Millis } from "../../model/time.ts";

const withoutProbe: Millis = 30_000;

/** How long Ready must last: one readiness period and a second; 30 s where there is no probe (H23). */
export function settleTime(template: TemplateFacts): Millis {
  const probe = calicoNodeContainer(template)?.readiness;
  return probe === undefined ? withoutProbe : probe.period * 1000 + 1000;
}
