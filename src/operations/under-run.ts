import type { KubeObject, Ref } from "../model/kube.ts";
import { commandRun } from "../plan/lease/run-names.ts";
import { nestedUnder } from "../plan/lease/nested.ts";
import type { LeaseStep } from "../plan/lease/step.ts";
import type { LeaseSeen } from "../plan/lease/under-lease.ts";
import type { Procedure } from "../plan/procedure.ts";
import type { Session } from "./session.ts";

/** A procedure as a part of the run of this session, which holds the lease on that DaemonSet. */
export function underRun<World, Memory extends LeaseSeen, Step extends { readonly kind: string }>(
  { holder, command, commands }: Session,
  daemonSet: Ref,
  procedure: Procedure<World, Memory, Step>,
  find: (world: World) => KubeObject | undefined,
): Procedure<World, Memory, Step | LeaseStep> {
  const run = ({ uid }: { readonly uid: string }): string => commandRun(uid, command);
  return nestedUnder(procedure, daemonSet, find, { holder, run, command, takeOver: false, commands });
}
