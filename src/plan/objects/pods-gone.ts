import type { PodFacts } from "../../model/pod.ts";
import type { Millis } from "../../model/time.ts";
import type { Commands, Decision, Stop } from "../decision.ts";
import { interruptedStop } from "../interrupted.ts";
import type { Procedure } from "../procedure.ts";

export interface PodsGoneGoal {
  /** Whose pods, as `Deployment kube-system/x`. */
  readonly owner: string;
  /** 0 is no limit. */
  readonly timeout: Millis;
  readonly commands: Commands;
}

export interface PodsGoneSeen {
  readonly began?: Millis;
  readonly interrupted: boolean;
  readonly stop?: Stop;
}

/** Waits until a workload that is at no replicas, or deleted, has no pod any more; writes nothing. */
export function podsGone(goal: PodsGoneGoal): Procedure<readonly PodFacts[], PodsGoneSeen, never> {
  return {
    start: { interrupted: false },
    look: (seen, _pods, now) => ({ ...seen, began: seen.began ?? now }),
    next: (pods, seen, now) => next(pods, seen, goal, now),
    acted: (seen) => seen,
    settled: (seen) => seen,
    stopping: (seen, stop) => ({ ...seen, stop: seen.stop ?? stop }),
    interrupted: (seen) => ({ ...seen, interrupted: true }),
    writes: () => [],
    assume: (pods) => pods,
  };
}

function next(
  pods: readonly PodFacts[],
  { began = 0, interrupted, stop }: PodsGoneSeen,
  { owner, timeout, commands }: PodsGoneGoal,
  now: Millis,
): Decision<never> {
  if (stop !== undefined) return { kind: "stop", reason: stop };
  const [pod] = pods;
  if (pod === undefined) return { kind: "done" };
  if (interrupted) return { kind: "stop", reason: interruptedStop(commands) };
  if (timeout > 0 && now - began > timeout)
    return {
      kind: "stop",
      reason: {
        message: `timed out waiting for pod ${pod.namespace}/${pod.name} of ${owner} to end`,
        hint: `look at the pod and its node; then: ${commands.again()}`,
      },
    };
  return {
    kind: "wait",
    phase: "gone",
    for: `pod ${pod.name} of ${owner} to end`,
    until: timeout > 0 ? began + timeout + 1 : Number.POSITIVE_INFINITY,
  };
}
