import type { Ref } from "../../model/kube.ts";
import { manager, restartAnnotation } from "../../model/names.ts";
import type { ApiResource } from "../../model/api-resource.ts";
import type { Write } from "../../model/write.ts";
import { isLeaseStep, leaseWrite } from "../lease/step.ts";
import type { ControllerStep } from "./step.ts";

/** Where the kinds of a controller run are served on this cluster. */
export interface ControllerPlaces {
  readonly deployments: ApiResource;
  readonly replicaSets: ApiResource;
  readonly daemonSets: ApiResource;
}

/** The requests of one step, compare-and-swap each. */
export function writesOf(step: ControllerStep, places: ControllerPlaces): readonly Write[] {
  if (isLeaseStep(step)) return [leaseWrite(step, places.daemonSets)];
  if (step.through === true) return [];
  if (step.kind === "deploy") return step.writes;
  const { workload, restart } = step;
  const { resourceVersion, namespace, name } = workload;
  const place = workload.kind === "ReplicaSet" ? places.replicaSets : places.deployments;
  const ref: Ref = { ...place, namespace, name };
  const base = { verb: "patch", ref, patch: "merge", fieldManager: manager } as const;
  if (restart) {
    // One write: a ReplicaSet at 0 without the mark would be one that somebody has turned off.
    const metadata = { resourceVersion, annotations: { [restartAnnotation]: "true" } };
    return [{ ...base, body: { metadata, spec: { replicas: 0 } } }];
  }
  return [{ ...base, subresource: "scale", body: { metadata: { resourceVersion }, spec: { replicas: 0 } } }];
}
