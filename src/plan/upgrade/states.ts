import type { Truth } from "../../model/reading.ts";
import { compareVersions } from "../../releases/version.ts";
import type { StepState } from "./plan.ts";
import {
  hasReached,
  type Aim,
  type Candidates,
  type FileStep,
  type UpgradeStart,
  type StepStatus,
} from "./upgrade-start.ts";

const notAsked: StepStatus = { state: "unknown", because: "the cluster was not asked" };

/** For what no reading tells. */
export function notLookedAt({ seen }: UpgradeStart, what: string): StepStatus {
  return seen === undefined ? notAsked : { state: "unknown", because: `${what} not looked at` };
}

/** What only the manifest of the target can tell; `otherwise` where there is none. */
export function fileState({ file }: UpgradeStart, step: FileStep, otherwise: StepStatus): StepStatus {
  return file?.status?.[step] ?? otherwise;
}

/** The objects may be as in the manifest while something else runs: both have to be done. */
export function objectAndImage(start: UpgradeStart, component: "controller" | "typha", aim: Aim): StepStatus {
  const runs = componentState(start, component, aim);
  const inFile = fileState(start, component, runs);
  return inFile.state === "done" && runs.state === "todo" && start.seen?.[component] !== "none"
    ? runs
    : inFile;
}

export function componentState(
  start: UpgradeStart,
  component: "template" | "controller" | "typha",
  aim: Aim,
): StepStatus {
  const { to } = aim;
  const found = start.seen?.[component];
  if (found === undefined) return notAsked;
  if (found === "none") return { state: "todo", because: "there is none yet" };
  const reached = hasReached(found, aim);
  return {
    state: stateOf(reached),
    because:
      reached === "unknown"
        ? "its image does not say which release it is"
        : `it is ${reached ? "at" : isNewer(found, aim) ? "newer than" : "below"} ${to.text}`,
  };
}

function isNewer(found: Candidates | "unknown", { to }: Aim): boolean {
  return found !== "unknown" && found.every((each) => compareVersions(each, to) > 0);
}

export function nodesState({ seen, file }: UpgradeStart, aim: Aim): StepStatus {
  if (seen === undefined) return notAsked;
  const { to, isLast } = aim;
  const all = seen.nodes.map((each) => hasReached(each, aim));
  const done = all.filter((each) => each === true).length;
  const because = `${done} of ${all.length} nodes run ${to.text}`;
  if (all.includes(false)) return { state: "todo", because };
  if (isLast && file?.status?.template?.state === "todo")
    return { state: "todo", because: "the template comes first, and every node restarts with it" };
  if (isLast && seen.behind > 0)
    return { state: "todo", because: `${seen.behind} of ${all.length} nodes do not run the newest revision` };
  return { state: all.length === 0 || all.includes("unknown") ? "unknown" : "done", because };
}

/** What has its place after the nodes: to do for sure as long as they are. */
export function afterNodes(start: UpgradeStart, aim: Aim, otherwise: StepStatus): StepStatus {
  return nodesState(start, aim).state === "todo"
    ? { state: "todo", because: "the nodes come first" }
    : otherwise;
}

function stateOf(reached: Truth): StepState {
  return reached === "unknown" ? "unknown" : reached ? "done" : "todo";
}
