import type { PolicySeen, PolicyStep } from "../../plan/policy-migration/procedure.ts";
import { kindOfStep } from "../../plan/policy-migration/kinds.ts";
import type { WriteWords } from "../../plan/step-words.ts";
import { phaseTitles } from "../phase-titles.ts";
import { counted, kindTitle } from "../write-titles.ts";
import { changeOfStep, mutationLine } from "./print.ts";

/** Words of a policy migration. `resource`: what NetworkPolicies are called, as kubectl names them. */
export function policyWords(
  { resource }: { readonly resource: string },
  suffix: string,
): WriteWords<PolicySeen, PolicyStep> {
  return {
    puts: ({ puts }) =>
      puts.map(({ step }) => {
        const change = changeOfStep(step, resource);
        const { namespace, name } = change;
        const where = namespace === undefined ? "" : ` in ${namespace} namespace`;
        return {
          key: JSON.stringify(step),
          name: `${change.resource}/${name}${where}`,
          line: mutationLine(change, suffix),
          kind: kindOfStep(step),
        };
      }),
    kindTitle,
    counted,
    phase: () => ({ phase: "write" }),
    title: (phase) => phaseTitles[phase],
    lines: ({ puts }) => puts.map(({ step }) => mutationLine(changeOfStep(step, resource), suffix)),
    notice: () => undefined,
    nodeLine: () => undefined,
  };
}
