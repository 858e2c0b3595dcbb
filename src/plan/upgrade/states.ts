import type { Truth } from "../../model/reading.ts";
import type { Version } from "../../releases/version.ts";
import type { StepState } from "./plan.ts";
import { hasReached, type FileStep, type Standing, type Told } from "./standing.ts";

const notAsked: Told = { state: "unknown", because: "the cluster was not asked" };

/** For what no reading tells. */
export function notLookedAt({ seen }: Standing, what: string): Told {
  return seen === undefined ? notAsked : { state: "unknown", because: `${what} not looked at` };
}

/** What only the manifest of the target can tell; `otherwise` where there is none. */
export function fileState({ file }: Standing, step: FileStep, otherwise: Told): Told {
  return file?.told?.[step] ?? otherwise;
}

export function componentState(
  standing: Standing,
  component: "template" | "controller" | "typha",
  to: Version,
): Told {
  const found = standing.seen?.[component];
  if (found === undefined) return notAsked;
  if (found === "none") return { state: "todo", because: "there is none yet" };
  const reached = hasReached(found, to);
  return {
    state: stateOf(reached),
    because:
      reached === "unknown"
        ? "its image does not say which release it is"
        : `it is ${reached ? "at" : "below"} ${to.text}`,
  };
}

export function nodesState({ seen }: Standing, to: Version): Told {
  if (seen === undefined) return notAsked;
  const all = seen.nodes.map((each) => hasReached(each, to));
  const done = all.filter((each) => each === true).length;
  const because = `${done} of ${all.length} nodes run ${to.text}`;
  if (all.includes(false)) return { state: "todo", because };
  return { state: all.length === 0 || all.includes("unknown") ? "unknown" : "done", because };
}

/** What has its place after the nodes: to do for sure as long as they are. */
export function afterNodes(standing: Standing, to: Version, otherwise: Told): Told {
  return nodesState(standing, to).state === "todo"
    ? { state: "todo", because: "the nodes come first" }
    : otherwise;
}

function stateOf(reached: Truth): StepState {
  return reached === "unknown" ? "unknown" : reached ? "done" : "todo";
}
