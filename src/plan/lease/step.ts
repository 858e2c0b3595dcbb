import type { DaemonSetFacts } from "../../model/daemonset.ts";
import { formatRunLease, type RunLease } from "../../model/lease.ts";
import { manager, runAnnotation } from "../../model/names.ts";
import type { ApiResource } from "../../model/api-resource.ts";
import type { Write } from "../../model/write.ts";

/** A run's lease on the DaemonSet of the install (hazard H13). */
export interface LeaseStep {
  readonly kind: "claim" | "renew" | "end-run";
  readonly daemonSet: DaemonSetFacts;
  /** Undefined takes the annotation away. */
  readonly lease?: RunLease;
}

export function isLeaseStep(step: { readonly kind: string }): step is LeaseStep {
  return step.kind === "claim" || step.kind === "renew" || step.kind === "end-run";
}

/** Compare-and-swap. `place`: where DaemonSets are served. */
export function leaseWrite({ daemonSet, lease }: LeaseStep, place: ApiResource): Write {
  const { namespace, name, resourceVersion } = daemonSet;
  const annotations = { [runAnnotation]: lease === undefined ? null : formatRunLease(lease) };
  return {
    verb: "patch",
    ref: { ...place, namespace, name },
    patch: "merge",
    fieldManager: manager,
    body: { metadata: { resourceVersion, annotations } },
  };
}

/** The DaemonSet as it would be after a step that a dry run leaves out. */
export function withLease(daemonSet: DaemonSetFacts, { lease }: LeaseStep): DaemonSetFacts {
  const { run: _before, ...rest } = daemonSet;
  return lease === undefined ? rest : { ...rest, run: lease };
}
