import { userError } from "../../errors.ts";
import { applyObject, type Applied } from "../../merge/apply-object.ts";
import { changeValues, expandObject } from "../../merge/expand-object.ts";
import type { KubeObject } from "../../model/kube.ts";
import type { Write } from "../../model/write.ts";
import type { ApplyStepId } from "../../plan/apply/parts.ts";
import { conflictLines } from "../../render/apply-lines.ts";
import type { ApplyOptions } from "../../commands/apply/options.ts";
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

/**
 * What somebody has set between the first look and this write is not overwritten unseen (hazard H14). Throws
 * UserError.
 */
export function refuseLate(
  { object, ref, before }: Target,
  live: KubeObject | undefined,
  { install }: Pick<Scene, "install">,
  { forceConflicts }: Choices,
): void {
  const same = live?.metadata.resourceVersion === before?.metadata.resourceVersion;
  if (live === undefined || same || forceConflicts) return;
  const lines = conflictLines(ref, applyObject(live, object, ref, install, false).conflicts);
  if (lines.length === 0) return;
  throw userError(
    `H14: somebody has changed it since the run began:\n  ${lines.join("\n  ")}\n` +
      "put these values into the file, or let the file win with --force-conflicts",
  );
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
