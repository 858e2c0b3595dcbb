import { follow } from "../cluster/follow.ts";
import { podFacts, type PodFacts } from "../model/pod.ts";
import type { KubeObject } from "../model/kube.ts";
import type { Millis } from "../model/time.ts";
import { changeSignal, changeWaiter } from "../perform/change-signal.ts";
import { run } from "../perform/run.ts";
import type { Ended } from "../plan/decision.ts";
import { podsGone, type PodsGoneSeen } from "../plan/objects/pods-gone.ts";
import type { Session } from "./session.ts";

const place = { group: "", version: "v1", resource: "pods", kind: "Pod" };

/** Waits until no pod of a workload that goes is left: never two controllers (hazard H24). */
export async function waitPodsGone(
  session: Session,
  workload: KubeObject,
  timeout: Millis,
): Promise<Ended<PodsGoneSeen> | undefined> {
  const { namespace = "", name } = workload.metadata;
  const spec = workload["spec"] as
    | { readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> } }
    | undefined;
  const labels = spec?.selector?.matchLabels;
  if (labels === undefined) return undefined;
  const { connection, clock, dryRun, commands } = session;
  const abort = new AbortController();
  const changes = changeSignal();
  const { markSeen, failWith, changed } = changeWaiter(changes, clock.now);
  try {
    const pods = follow<PodFacts | undefined>(connection, place, {
      namespace,
      labelSelector: Object.entries(labels)
        .map(([key, value]) => `${key}=${value}`)
        .join(","),
      signal: abort.signal,
      // A selector may reach further than the workload's own pods.
      pick: (raw) =>
        raw.metadata.ownerReferences?.some((owner) => owner.name.startsWith(name)) === true
          ? podFacts(raw)
          : undefined,
      onChange: changes.notify,
    });
    failWith(pods);
    await pods.ready;
    const goal = { owner: `${workload.kind} ${namespace}/${name}`, timeout, commands };
    return await run(
      podsGone(goal),
      {
        snapshot() {
          markSeen();
          return [...pods.objects.values()].filter((pod) => pod !== undefined);
        },
        changed: (until, stop) => changed(until, stop),
        absorb: () => {},
        refresh: () => Promise.resolve(),
        fetchEvents: () => Promise.resolve(),
      },
      {
        dryRun,
        now: clock.now,
        send: () => Promise.reject(new Error("nothing is written here")),
        interrupt: session.listen(),
        emit(event) {
          if (event.kind === "waiting") session.emit({ kind: "note", text: `waiting for ${event.wait.for}` });
        },
      },
    );
  } finally {
    abort.abort();
  }
}
