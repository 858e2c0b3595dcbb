import { list } from "../../cluster/list.ts";
import { readingOf } from "../../cluster/reading.ts";
import { podFacts, type PodFacts } from "../../model/pod.ts";
import { isControllerPod } from "../../model/workload.ts";
import { warn, type Session } from "../session.ts";
import { usualPods, type OpenController } from "./open.ts";

/** Controllers that run in namespaces that are not Calico's, by their usual labels; what cannot be read is warned of. */
export async function controllersElsewhere(
  { namespace }: Pick<OpenController, "namespace">,
  session: Session,
): Promise<readonly PodFacts[]> {
  const place = { group: "", version: "v1", resource: "pods", kind: "Pod" };
  const reading = await readingOf(() =>
    list(session.connection, place, { labelSelector: usualPods, pick: podFacts }),
  );
  if (!reading.known) {
    warn(session, `H24: whether a controller runs in another namespace is not known: ${reading.message}`);
    return [];
  }
  return reading.value.items.filter(
    (pod) => pod.namespace !== namespace && pod.phase === "Running" && isControllerPod(pod),
  );
}
