import type { JsonObject } from "../model/kube.ts";
import { formatTime } from "../model/time.ts";
import type { ConfigMapRunResult } from "../plan/config/result.ts";
import { controllerResultObject } from "./controller-result.ts";
import { nodeResultObject } from "./node-result.ts";

/** `kind: ConfigMapChange`, described by docs/schema. `diff`: of the ConfigMap. */
export function configResultObject(result: ConfigMapRunResult, diff: string): JsonObject {
  const { configMap, changed, dryRun, keys, stop, left, readers, noRestart, bundle } = result;
  const nodes = nodesObject(result);
  return {
    apiVersion: "calico-upgrade/v1alpha1",
    kind: "ConfigMapChange",
    time: formatTime(result.ended),
    dryRun,
    succeeded: stop === undefined && left === undefined,
    configMap,
    changed,
    keys,
    diff,
    readers: readers.map((reader) => ({ ...reader })),
    restarted: !noRestart,
    ...(bundle === undefined ? {} : { bundle }),
    ...(result.typha === undefined ? {} : { typha: result.typha }),
    ...(result.controller === undefined ? {} : { controller: controllerResultObject(result.controller) }),
    ...(nodes === undefined ? {} : { nodes }),
  };
}

/** Of several runs over nodes the last one says how it ended. */
function nodesObject({ nodes: runs }: ConfigMapRunResult): JsonObject | undefined {
  const objects = runs.map((run) => nodeResultObject(run));
  const last = objects.at(-1);
  if (last === undefined) return undefined;
  return { ...last, nodes: objects.flatMap((each) => each["nodes"] as readonly JsonObject[]) };
}
