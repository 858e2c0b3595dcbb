import { objectPath } from "../../cluster/paths.ts";
import { sendWrite } from "../../cluster/write.ts";
import { isApiError, isConnectionError } from "../../errors.ts";
import { configMark } from "../../model/config-notes.ts";
import type { ConfigMapFacts } from "../../model/configmap.ts";
import type { KubeObject } from "../../model/kube.ts";
import { configAnnotation, manager } from "../../model/names.ts";
import { podFacts, type PodFacts } from "../../model/pod.ts";
import type { TemplateFacts } from "../../model/template.ts";
import type { Session } from "../session.ts";

/** The kubelet writes the pod's status at the same time: a lost race is tried again. */
const attempts = 5;

/**
 * Writes down on a pod which values its containers started with (hazard H25): the only way to know it later
 * on a server that does not keep who wrote when. Answers whether it stands there.
 */
export async function markPod(
  { connection }: Pick<Session, "connection">,
  seen: PodFacts,
  values: { readonly template: TemplateFacts; readonly configMaps: readonly ConfigMapFacts[] },
  serverVersion: string,
): Promise<boolean> {
  const { namespace, name, uid } = seen;
  let pod = seen;
  const ref = { group: "", version: "v1", resource: "pods", kind: "Pod", namespace, name };
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    try {
      if (attempt > 1) {
        const { body: raw } = await connection.request({ method: "GET", path: objectPath(ref) });
        pod = podFacts(raw as KubeObject);
      }
      const text = configMark(pod, values.template, values.configMaps);
      if (pod.uid !== uid || text === undefined) return false;
      const metadata = { resourceVersion: pod.resourceVersion, annotations: { [configAnnotation]: text } };
      await sendWrite(
        connection,
        { verb: "patch", ref, patch: "merge", fieldManager: manager, body: { metadata } },
        { dryRun: false, serverVersion },
      );
      return true;
    } catch (error) {
      // Without the mark it is less well known what the pod runs with; nothing else depends on it.
      if (!isApiError(error) && !isConnectionError(error)) throw error;
      if (!isApiError(error) || error.status !== 409) return false;
    }
  }
  return false;
}
