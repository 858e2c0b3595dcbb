import { applyObject, type Applied } from "../../merge/apply-object.ts";
import { changeValues, expandObject } from "../../merge/expand-object.ts";
import type { KubeObject } from "../../model/kube.ts";
import type { Write } from "../../model/write.ts";
import type { ApplyStepId } from "../../plan/apply/parts.ts";
import type { ApplyOptions } from "./options.ts";
import type { Scene, Target } from "./scene.ts";

type Choices = Pick<ApplyOptions, "forceConflicts" | "withSecrets">;

/** The steps that write objects of the file. */
export type WritingStep = Exclude<ApplyStepId, "migrate">;

/**
 * What a step writes to one object as it is now; undefined where it is none of the step's, or in line. Every
 * step looks anew: what is true already is not written again.
 */
export function intended(
  step: WritingStep,
  target: Target,
  live: KubeObject | undefined,
  { install }: Pick<Scene, "install">,
  choices: Choices,
): Write | undefined {
  const { object, ref, part } = target;
  const exactly = (): Write | undefined =>
    applyObject(live, object, ref, install, choices.forceConflicts).write;
  switch (step) {
    case "expand":
      if (part === "other" || part === "configmap" || part === "secret") {
        return expandObject(live, object, ref, install, choices.forceConflicts);
      }
      return undefined;
    case "typha":
      return part === "typha" || part === "typha-around" ? exactly() : undefined;
    case "controller":
      // The procedure of `controller` writes it.
      return undefined;
    case "configmap":
      return part === "configmap" && live !== undefined ? changeValues(live, object, ref) : undefined;
    case "nodes":
      // The procedure of `node` writes the DaemonSet.
      return undefined;
    case "contract":
      if (part === "secret") return live === undefined || !choices.withSecrets ? undefined : exactly();
      return part === "node" || part === "controller" || part === "typha" ? undefined : exactly();
  }
}

/** What the whole run makes of a target: what to save, and what stands against it. */
export type Wholes = (target: Target) => Applied;

/** CRDs are large and several ask about each: compared once. */
export function wholes({ install }: Pick<Scene, "install">, choices: Choices): Wholes {
  const known = new Map<Target, Applied>();
  return (target) => {
    const { before, object, ref } = target;
    const applied = known.get(target) ?? applyObject(before, object, ref, install, choices.forceConflicts);
    known.set(target, applied);
    return applied;
  };
}

/** Whether the run leaves an object as it is, whatever the file says. */
export function isLeftAlone({ part, before }: Target, choices: Choices): boolean {
  return part === "secret" && before !== undefined && !choices.withSecrets;
}
