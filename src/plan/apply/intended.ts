import { applyObject, type ApplyObjectResult, type InstallOwner } from "../../merge/apply-object.ts";
import type { FieldConflict } from "../../merge/conflicts.ts";
import { changeValues, expandObject } from "../../merge/expand-object.ts";
import type { KubeObject, Ref } from "../../model/kube.ts";
import { objectName } from "../../model/object-name.ts";
import type { Write } from "../../model/write.ts";
import type { Stop } from "../decision.ts";
import type { WritingStep } from "./parts.ts";
import type { Choices, ApplyTarget } from "./target.ts";

/**
 * What a step writes to one object as it is now; undefined where it is none of the step's, or up to date. Every
 * step looks again: what is true already is not written again.
 */
export function intended(
  step: WritingStep,
  { object, ref, part, before }: ApplyTarget,
  live: KubeObject | undefined,
  install: InstallOwner,
  choices: Choices,
): Write | undefined {
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
    case "configmap":
      return part === "configmap" && live !== undefined ? changeValues(live, object, ref) : undefined;
    case "contract":
      if (part === "secret") return live === undefined || !choices.withSecrets ? undefined : exactly();
      // One that the file adds, for other nodes; the one that is upgraded has a procedure of its own (hazard H20).
      if (part === "node") return before === undefined && live === undefined ? exactly() : undefined;
      return part === "controller" || part === "typha" ? undefined : exactly();
  }
}

/** What somebody has set between the first look and this write is not overwritten unseen (hazard H14). */
export function setSince(
  { object, ref, before }: ApplyTarget,
  live: KubeObject | undefined,
  install: InstallOwner,
  { forceConflicts }: Choices,
): Stop | undefined {
  const same = live?.metadata.resourceVersion === before?.metadata.resourceVersion;
  if (live === undefined || same || forceConflicts) return undefined;
  const lines = conflictLines(ref, applyObject(live, object, ref, install, false).conflicts);
  if (lines.length === 0) return undefined;
  return {
    id: "H14",
    message: `somebody has changed it since the run began:\n  ${lines.join("\n  ")}`,
    hint: "put these values into the file, or let the file win with --force-conflicts",
  };
}

/** What stands against applying one object, one line a field (hazard H14). */
export function conflictLines(ref: Ref, conflicts: readonly FieldConflict[]): readonly string[] {
  return conflicts.map(({ field, manager, time }) => {
    const who = manager === undefined ? "somebody" : `"${manager}"`;
    const when = time === undefined ? "" : ` at ${time}`;
    return `${objectName(ref)}: ${field} was set by ${who}${when}`;
  });
}

/** What the whole run makes of a target: what to save, and what stands against it. */
export type Wholes = (target: ApplyTarget) => ApplyObjectResult;

/** CRDs are large and several ask about each: compared once. */
export function wholes(install: InstallOwner, choices: Choices): Wholes {
  const known = new Map<ApplyTarget, ApplyObjectResult>();
  return (target) => {
    const { before, object, ref } = target;
    const applied = known.get(target) ?? applyObject(before, object, ref, install, choices.forceConflicts);
    known.set(target, applied);
    return applied;
  };
}
