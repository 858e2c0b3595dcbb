import type { Millis } from "../../model/time.ts";
import type { ControllerSeen } from "./seen.ts";

/** How long no controller ran (hazards H22, H24). */
export interface ControllerGap {
  /** Exact: both times by one node's clock. Else an upper bound by the server's. */
  readonly without?: { readonly time: Millis; readonly exact: boolean };
  /** From the first write until the new controller was Ready, by the server's clock. */
  readonly readyAfter?: Millis;
  /** When nothing was enforced, by the server's clock: from the old one's end until the new one was Ready. */
  readonly window?: { readonly from: Millis; readonly to: Millis };
}

/** Nothing where no controller stopped: the run changed nothing, or there was none. */
export function gapOf({ wrote, oldAsked, oldStopped, started, ready }: ControllerSeen): ControllerGap {
  if (wrote === undefined) return {};
  const readyAfter = ready === undefined ? {} : { readyAfter: Math.max(0, ready - wrote) };
  if (oldAsked === undefined) return readyAfter;
  const window = ready === undefined ? {} : { window: { from: oldAsked, to: ready } };
  if (started === undefined) return { ...readyAfter, ...window };
  const exact = oldStopped !== undefined && oldStopped.node === started.node;
  const time = exact ? started.at - oldStopped.at : started.seen - oldAsked;
  return { without: { time: Math.max(0, time), exact }, ...readyAfter, ...window };
}
