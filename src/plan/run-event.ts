import type { Millis } from "../model/time.ts";
import type { Stop, Wait } from "./decision.ts";
import type { Settled } from "./procedure.ts";

/** What the listeners (task list, plain lines, event file, result object) hear of one procedure. */
export type RunEvent<Memory, Step, Child = never> =
  | { readonly kind: "begun"; readonly step: Step; readonly memory: Memory }
  | { readonly kind: "performed"; readonly step: Step; readonly memory: Memory }
  | { readonly kind: "waiting"; readonly wait: Wait; readonly memory: Memory; readonly now: Millis }
  | { readonly kind: "settled"; readonly what: Settled; readonly memory: Memory }
  | { readonly kind: "entered"; readonly child: Child; readonly memory: Memory }
  | { readonly kind: "left"; readonly child: Child; readonly memory: Memory }
  /** It is known why the run stops; what it holds is given back next. */
  | { readonly kind: "stopping"; readonly reason: Stop; readonly memory: Memory }
  | { readonly kind: "stopped"; readonly reason: Stop; readonly memory: Memory }
  | { readonly kind: "done"; readonly memory: Memory };
