import type { PolicySeen, PolicyStep } from "../../plan/policy-migration/procedure.ts";
import type { StepWords } from "../../plan/step-words.ts";
import { phaseTitles } from "../phase-titles.ts";
import { changeOfStep, mutationLine } from "./print.ts";

/** Words of a policy migration. `resource`: what NetworkPolicies are called, as kubectl names them. */
export function policyWords(
  { resource }: { readonly resource: string },
  suffix: string,
): StepWords<PolicySeen, PolicyStep> {
  return {
    phase: () => ({ phase: "write" }),
    title: (phase) => phaseTitles[phase],
    line: ({ puts }) => puts.map(({ step }) => mutationLine(changeOfStep(step, resource), suffix)).join("\n"),
    notice: () => undefined,
    nodeLine: () => undefined,
  };
}
