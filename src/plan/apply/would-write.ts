import { intended, type Wholes } from "./intended.ts";
import type { WritingStep } from "./parts.ts";
import { recreatedIn } from "./recreate.ts";
import { isLeftAlone, type Choices, type ApplyTarget } from "./target.ts";
import type { InstallOwner } from "../../merge/apply-object.ts";

/** A step in which `apply` writes objects of the file. */
export type StepWriting = WritingStep | "controller" | "template";

/** What of calico-node's DaemonSet is not as it is to be. */
export interface DaemonSetOpen {
  /** A new revision of its pods comes of it. */
  readonly template: boolean;
  /** Anything else: it is held, or has another update strategy. */
  readonly rest: boolean;
}

/** By what a run judges its targets. */
export interface WriteContext {
  readonly install: InstallOwner;
  readonly choices: Choices;
  readonly applied: Wholes;
  readonly daemonSet: (target: ApplyTarget) => DaemonSetOpen;
}

const writing: readonly WritingStep[] = ["expand", "typha", "configmap", "contract"];

/**
 * The steps in which `apply` would write this object as it is now; none: it is up to date. The one answer for `apply`,
 * its dry run and `plan`.
 */
export function stepsWriting(
  target: ApplyTarget,
  { install, choices, applied, daemonSet }: WriteContext,
): readonly StepWriting[] {
  const { part, before } = target;
  if (isLeftAlone(target, choices)) return [];
  if (part === "node") {
    if (before === undefined) return ["contract"];
    const { template, rest } = daemonSet(target);
    return [...(template ? (["template"] as const) : []), ...(rest ? (["contract"] as const) : [])];
  }
  const whole = applied(target);
  if (whole.immutable !== undefined) {
    const step = recreatedIn(part);
    return step === "controller" || step === "typha" ? [step] : ["expand"];
  }
  if (whole.write === undefined) return [];
  if (part === "controller") return ["controller"];
  return writing.filter((step) => intended(step, target, before, install, choices) !== undefined);
}
