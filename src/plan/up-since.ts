import type { ContainerFacts, PodFacts } from "../model/pod.ts";
import type { Millis } from "../model/time.ts";

/** Since when these very containers have been up without a restart (hazard H23). */
export interface Up {
  readonly uid: string;
  /** Ids and restarts of all containers. */
  readonly container: string;
  readonly since: Millis;
}

/** `readySince`: since when the API says so, where the pod was up before this process first looked at it. */
export function upSince(
  before: Up | undefined,
  pod: PodFacts,
  readySince: Millis | undefined,
  now: Millis,
): Up {
  const container = pod.containers
    .map(({ containerID, restarts }) => `${containerID ?? ""}#${restarts}`)
    .join(" ");
  if (before?.uid === pod.uid && before.container === container) return before;
  return { uid: pod.uid, container, since: Math.min(readySince ?? now, now) };
}

/** When a container first started. One that crashes right after its start has started all the same. */
export function startOf(container: ContainerFacts | undefined): Millis | undefined {
  return container?.startedAt ?? container?.terminated?.startedAt ?? container?.last?.startedAt;
}
