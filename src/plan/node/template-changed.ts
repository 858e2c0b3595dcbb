import type { DaemonSetFacts } from "../../model/daemonset.ts";
import type { Stop } from "../decision.ts";

/** Nobody agreed on what comes of that: it is told, and planned on anew by the next command. */
export function templateChanged({ namespace, name, managedFields }: DaemonSetFacts): Stop {
  const owners = managedFields.filter(
    ({ fieldsV1 }) => fieldsV1 !== undefined && "f:template" in ((fieldsV1["f:spec"] ?? {}) as object),
  );
  const by = owners.toSorted((a, b) => (a.time ?? "").localeCompare(b.time ?? "")).at(-1);
  const who =
    by?.manager === undefined ? "" : ` (${by.manager}${by.time === undefined ? "" : ` at ${by.time}`})`;
  return {
    message: `somebody changed the pod template of daemonset ${namespace}/${name} during the run${who}`,
  };
}
