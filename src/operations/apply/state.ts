import type { OpenBundle } from "../../bundle/write.ts";
import { changedKeys } from "../../merge/config-map.ts";
import type { KubeObject, Ref } from "../../model/kube.ts";
import { objectKey } from "../../model/object-name.ts";
import type { ControllerRunResult } from "../../plan/controller/result.ts";
import type { ApplyTarget } from "../../plan/apply/target.ts";
import { noteToCome, notesOn, type ConfigNote } from "../../plan/config/stale.ts";
import type { NodeRunResult } from "../../plan/node/result.ts";
import type { PrepullResult } from "../../plan/prepull/result.ts";
import type { ObjectResult } from "../../render/apply-result.ts";
import type { WorkloadFacts } from "../../model/workload.ts";
import type { NodesLeft } from "../node/remaining.ts";
import type { ApplyPlanned } from "./look.ts";
import type { ApplyRequest } from "./request.ts";

/** A run under way: what was planned, and what its parts have seen and done so far. */
export interface ApplyState {
  readonly request: ApplyRequest;
  readonly planned: ApplyPlanned;
  /** Absent in a dry run. */
  readonly bundle: OpenBundle | undefined;
  /** The objects of the file as they were last seen, by `objectKey`: they are not read again before a write. */
  readonly known: Map<string, KubeObject | undefined>;
  readonly objects: ObjectResult[];
  /** Of the migrations, the last one first. */
  readonly migrationBundles: string[];
  readonly controllers: ControllerRunResult[];
  /** Until it aborts, what the run follows is kept up to date. */
  readonly signal: AbortSignal;
  /** What runs beside calico-node, from the controller's part on. */
  workloads?: () => readonly WorkloadFacts[] | undefined;
  readonly nodes: NodeRunResult[];
  /** What was pulled before anything was changed. */
  prepull?: PrepullResult;
  /** What is left of the nodes, once their part has ended. */
  nodesLeft?: NodesLeft;
}

export function newState(
  request: ApplyRequest,
  planned: ApplyPlanned,
  bundle: OpenBundle | undefined,
  signal: AbortSignal,
): ApplyState {
  return {
    request,
    signal,
    planned,
    bundle,
    known: new Map(planned.upgrade.targets.map(({ ref, before }) => [objectKey(ref), before])),
    objects: [],
    migrationBundles: [],
    controllers: [],
    nodes: [],
  };
}

/** The notes on the file's ConfigMaps, as they were last seen. */
export function notesNow({ planned, known }: ApplyState): readonly ConfigNote[] {
  return notesOn(configMaps(planned).map((ref) => ({ ref, live: known.get(objectKey(ref)) })));
}

/** What the run is going to change, as if it were changed now. */
export function notesToCome(targets: readonly ApplyTarget[]): readonly ConfigNote[] {
  return targets.flatMap(({ part, before, object, ref }) =>
    part === "configmap" && before !== undefined ? noteToCome(ref, changedKeys(before, object)) : [],
  );
}

function configMaps({ upgrade }: ApplyPlanned): readonly Ref[] {
  return upgrade.targets.filter(({ part }) => part === "configmap").map(({ ref }) => ref);
}
