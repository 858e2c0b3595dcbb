import type { PodFacts } from "../../model/pod.ts";
import { stuckReason, stuckText } from "../../model/stuck.ts";
import type { WorkloadFacts } from "../../model/workload.ts";
import type { Stop } from "../decision.ts";
import { interruptedStop } from "../interrupted.ts";
import type { ControllerGoal } from "./goal.ts";
import type { ControllerSeen } from "./seen.ts";
import { presentPods, targetOf, type ControllerWorld } from "./world.ts";
import { sh } from "../../model/shell.ts";

/** Why a controller run stops: what was seen, and what to do, in words. */

interface About {
  readonly world: ControllerWorld;
  readonly seen: ControllerSeen;
  readonly goal: ControllerGoal;
}

type Workload = Pick<WorkloadFacts, "kind" | "namespace" | "name">;

export function workloadName({ kind, namespace, name }: Workload): string {
  return `${kind} ${namespace}/${name}`;
}

/** kubectl's command that turns a controller off. */
export function scaleCommand({ kind, namespace, name }: Workload, replicas: number): string {
  return sh`kubectl scale -n ${namespace} ${kind.toLowerCase()}/${name} --replicas=${String(replicas)}`;
}

export function interrupted(about: About): Stop {
  const { commands } = about.goal;
  return about.seen.wrote === undefined
    ? interruptedStop(commands)
    : interruptedStop(commands, `interrupted; ${currentState(about)}`);
}

export function twoControllers(
  goal: Pick<ControllerGoal, "commands">,
  all: readonly { readonly facts: Workload }[],
): Stop {
  const [first] = all;
  return {
    id: "H24",
    message: `more than one controller is asked for: ${all.map(({ facts }) => workloadName(facts)).join(", ")}; only one may ever be active`,
    ...(first === undefined
      ? {}
      : { hint: `turn the older one off (${scaleCommand(first.facts, 0)}), then: ${goal.commands.again()}` }),
  };
}

/** A controller that was not there before the first write. */
export function appeared({ goal }: About, facts: Workload): Stop {
  return {
    id: "H24",
    message: `${workloadName(facts)} was made or turned on during the run; only one controller may ever be active`,
    hint: `find out who did that, then: ${goal.commands.again()}`,
  };
}

export function scaledUpAgain({ goal }: About, facts: WorkloadFacts): Stop {
  return {
    id: "H24",
    message: `somebody scaled ${workloadName(facts)} up again after this run had turned it off`,
    hint: `a reconciler may do that (look at its labels and annotations); then: ${goal.commands.again()}`,
  };
}

export function targetGone(about: About): Stop {
  return {
    message: `${workloadName(about.goal.target)} was deleted during the run; ${currentState(about)}`,
    hint: about.goal.commands.again(),
  };
}

export function becameZero(facts: Workload): Stop {
  return {
    message: `${workloadName(facts)} has no replicas, so no controller runs`,
    hint: scaleCommand(facts, 1),
  };
}

export function timedOut(about: About, pod: PodFacts | undefined): Stop {
  const { world, seen, goal } = about;
  const limit = `within ${String(goal.timeout / 1000)}s`;
  const stuck = pod === undefined ? undefined : stuckReason(pod, world.events);
  const because = stuck === undefined ? "" : `: ${stuckText(stuck)}`;
  if (pod?.deletedAt !== undefined) {
    const node = pod.node === undefined ? undefined : world.nodes.get(pod.node);
    const silent = node?.ready === "unknown";
    return {
      id: "H24",
      message: `pod ${pod.name} did not end ${limit}${silent ? `: node ${node.name} is silent, and its controller may still run` : because}; ${currentState(about)}`,
      hint: `${silent ? "bring the node back or take it out of the cluster" : "look at the pod"}, never force-delete the pod; then: ${goal.commands.again()}`,
    };
  }
  const failure = targetOf(world, goal)?.facts.failure;
  const what =
    pod === undefined
      ? `no pod of ${workloadName(goal.target)} came ${limit}${failure === undefined ? "" : `: ${failure}`}`
      : `pod ${pod.name} did not become Ready ${limit}${because}`;
  return {
    message: what,
    hint: `${seen.wrote === undefined ? "" : `to go back: ${goal.back}; `}when the cause is gone, go on with: ${goal.commands.again()}`,
    ...(pod === undefined ? {} : { pod: { name: pod.name, namespace: pod.namespace } }),
  };
}

/** Whether a controller is there at all: after a stop in the middle that is what matters. */
function currentState({ world }: Pick<About, "world">): string {
  const present = presentPods(world);
  return present.length === 0
    ? "no controller runs now"
    : `${present.map(({ name }) => name).join(", ")} ${present.length === 1 ? "is" : "are"} there`;
}
