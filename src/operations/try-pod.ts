import type { Connection } from "../cluster/port.ts";
import { isApiError, reasonOf } from "../errors.ts";
import type { KubeObject } from "../model/kube.ts";
import { manager } from "../model/names.ts";
import type { ServerVerdict } from "../model/server-verdict.ts";
import type { Write } from "../model/write.ts";
import type { PodRead } from "../plan/pod-of-template.ts";
import { dryRunOf } from "./dry-run-of.ts";
import { warn, type Session } from "./session.ts";

/**
 * Asks the server whether it would take this pod, as a dry run (hazards H07, H30). Passing is no proof: the
 * controller that makes the pod is another user.
 */
export async function tryPod(
  connection: Connection,
  serverVersion: string,
  pod: KubeObject,
): Promise<ServerVerdict> {
  const { namespace } = pod.metadata;
  const ref = {
    group: "",
    version: "v1",
    resource: "pods",
    kind: "Pod",
    name: "",
    ...(namespace === undefined ? {} : { namespace }),
  };
  const { name, ...unnamed } = pod.metadata;
  // A controller leaves the name to the server.
  const body = name === "" ? ({ ...pod, metadata: unnamed } as KubeObject) : pod;
  const write: Write = { verb: "create", ref, body, fieldManager: manager };
  return await dryRunOf(connection, serverVersion, write, verdictOf);
}

/** For a procedure that asks; what cannot be known is said once. */
export function podReader(
  session: Session,
  serverVersion: string,
): (read: PodRead) => Promise<ServerVerdict> {
  const said = new Set<string>();
  return async ({ pod }) => {
    const verdict = await tryPod(session.connection, serverVersion, pod);
    if (verdict.kind === "unknown" && !said.has(verdict.why)) {
      said.add(verdict.why);
      const owner = pod.metadata.ownerReferences?.[0]?.name ?? "the workload";
      warn(session, `unknown whether the server accepts the new pod of ${owner}: ${verdict.why}`);
    }
    return verdict;
  };
}

/** Refusals that say nothing of the pod, and those that its controller would not get. */
const ofNoPod = [
  // Webhooks with side effects refuse every dry run.
  /does not support dry run/,
  // The old pod still counts.
  /exceeded quota/,
  // An earlier step of the run makes it, and a dry run has not.
  /error looking up service account/,
  // This user's rights, not those of the controller.
  /cannot create resource "pods"/,
  /cannot create pods/,
];

function verdictOf(error: unknown): ServerVerdict {
  const why = reasonOf(error);
  if (!isApiError(error) || ofNoPod.some((each) => each.test(error.message))) return { kind: "unknown", why };
  // A webhook that fails closed answers as if the server had failed.
  if (/failed calling (admission )?webhook/.test(error.message))
    return { kind: "refused", messages: [error.message] };
  const refused = error.status === 400 || error.status === 403 || error.status === 422;
  const denied = /denied the request|ValidatingAdmissionPolicy/.test(error.message);
  return refused || denied ? { kind: "refused", messages: [error.message] } : { kind: "unknown", why };
}
