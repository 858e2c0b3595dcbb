import type { Millis } from "../../model/time.ts";
import type { ControllerRunResult } from "../controller/result.ts";
import type { Stop } from "../decision.ts";
import type { NodeRunResult } from "../node/result.ts";

/** What a `configmap` run came to. */
export interface ConfigMapRunResult {
  readonly configMap: { readonly namespace: string; readonly name: string };
  readonly changed: boolean;
  readonly dryRun: "none" | "client" | "server";
  readonly keys: readonly string[];
  /** Workloads that read a changed key. */
  readonly readers: readonly { readonly kind: string; readonly name: string; readonly component: string }[];
  readonly noRestart: boolean;
  readonly stop?: Stop;
  /** A signal came, however the run ended. */
  readonly interrupted: boolean;
  /** What could not be restarted now, and why. */
  readonly left?: string;
  readonly bundle?: string;
  readonly typha?: { readonly name: string; readonly rolledOut: boolean };
  readonly controller?: ControllerRunResult;
  /** One for each run over some of the nodes. */
  readonly nodes: readonly NodeRunResult[];
  readonly ended: Millis;
}
