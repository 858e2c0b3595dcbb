import type { JsonObject } from "../model/kube.ts";
import { formatTime, type Millis } from "../model/time.ts";

/** What a `configmap` run came to. */
export interface ConfigMapRunResult {
  readonly configMap: { readonly namespace: string; readonly name: string };
  readonly outcome: "configured" | "unchanged";
  readonly dryRun: "none" | "client" | "server";
  readonly diff: string;
  readonly keys: readonly string[];
  readonly succeeded: boolean;
  /** Workloads that read a changed key. */
  readonly readers: readonly { readonly kind: string; readonly name: string; readonly component: string }[];
  readonly noRestart: boolean;
  readonly bundle?: string;
  readonly typha?: { readonly name: string; readonly rolledOut: boolean };
  /** Results of the steps that restarted something. */
  readonly controller?: JsonObject;
  readonly nodes?: JsonObject;
  readonly ended: Millis;
}

/** `kind: ConfigMapChange`, described by docs/schema. */
export function configResultObject(result: ConfigMapRunResult): JsonObject {
  const { configMap, outcome, dryRun, diff, keys, succeeded, readers, noRestart, bundle } = result;
  return {
    apiVersion: "calico-upgrade/v1alpha1",
    kind: "ConfigMapChange",
    time: formatTime(result.ended),
    dryRun,
    succeeded,
    configMap,
    changed: outcome === "configured",
    keys,
    diff,
    readers: readers.map((reader) => ({ ...reader })),
    restarted: !noRestart,
    ...(bundle === undefined ? {} : { bundle }),
    ...(result.typha === undefined ? {} : { typha: result.typha }),
    ...(result.controller === undefined ? {} : { controller: result.controller }),
    ...(result.nodes === undefined ? {} : { nodes: result.nodes }),
  };
}
