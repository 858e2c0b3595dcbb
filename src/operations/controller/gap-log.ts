import { policyGroups } from "../../cluster/observe-policy.ts";
import { endpointFacts } from "../../model/endpoint.ts";
import { isolationAnnotation } from "../../model/namespace.ts";
import { changeLog, type ChangeLog } from "../../perform/change-log.ts";
import type { Session } from "../session.ts";
import type { OpenController } from "./open.ts";

const core = { group: "", version: "v1" };

/**
 * What is created or relabelled while no controller enforces it: only with etcd does policy depend on the
 * controller (hazard H24).
 */
export async function gapLog(
  { discovery, datastore }: OpenController,
  { connection, clock }: Pick<Session, "connection" | "clock">,
  wanted: boolean,
  signal: AbortSignal,
): Promise<ChangeLog> {
  if (!wanted || datastore === "kubernetes") return { changes: () => ({ known: true, value: [] }) };
  const policies = discovery.find("networkpolicies", policyGroups);
  return await changeLog(
    connection,
    [
      {
        served: { ...core, resource: "namespaces", kind: "Namespace" },
        wanted: () => true,
        annotations: [isolationAnnotation],
      },
      {
        served: { ...core, resource: "pods", kind: "Pod" },
        wanted: (pod) => endpointFacts(pod) !== undefined,
      },
      ...(policies === undefined ? [] : [{ served: policies, wanted: () => true }]),
    ],
    { now: clock.now, signal },
  );
}
