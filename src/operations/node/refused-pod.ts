import type { KubeObject } from "../../model/kube.ts";
import type { Stop } from "../../plan/decision.ts";
import { daemonSetPod, templateOf } from "../../plan/pod-of-template.ts";
import type { Session } from "../session.ts";
import { tryPod } from "../try-pod.ts";

/**
 * Why the server would refuse the pod that a template makes on a node (hazard H30); what cannot be known is said when
 * the run itself tries it. `inFile`: of a file; undefined: the DaemonSet makes it as it is.
 */
export async function refusedPod(
  { connection }: Pick<Session, "connection">,
  serverVersion: string,
  {
    live,
    inFile,
    node,
  }: {
    readonly live: KubeObject | undefined;
    readonly inFile?: KubeObject | undefined;
    readonly node: string | undefined;
  },
): Promise<readonly Stop[]> {
  const template = templateOf(inFile ?? live);
  if (live === undefined || node === undefined || template === undefined) return [];
  const verdict = await tryPod(connection, serverVersion, daemonSetPod(live, template, node));
  if (verdict.kind !== "refused") return [];
  const why = verdict.messages.join("; ");
  return [{ node, message: `the server would refuse the new calico-node pod on node ${node}: ${why}` }];
}
