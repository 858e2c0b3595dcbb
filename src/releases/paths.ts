import type { PathRuleId } from "./ids.ts";
import type { Hop, PathDecision, PathRule } from "./path-rule.ts";
import { pathRules } from "./paths/path-rules.ts";

/** What a path rule says about a hop that it applies to. */
export interface PathAnswer extends PathDecision, Pick<PathRule, "severity"> {
  readonly id: PathRuleId;
}

/** What the path rules say about a hop. */
export function pathAnswers(hop: Hop): readonly PathAnswer[] {
  return answersOf(pathRules, hop);
}

/** The errors that keep a hop from being made in one go; those that a step of the plan meets are none. */
export function pathErrors(hop: Hop): readonly PathAnswer[] {
  return answersOf(refusing, hop).filter(({ met }) => met?.by !== "step");
}

const refusing = pathRules.filter(({ severity }) => severity === "error");

function answersOf(rules: readonly PathRule[], hop: Hop): readonly PathAnswer[] {
  const answers: PathAnswer[] = [];
  // Asked for every pair of releases that a search looks at.
  for (const { id, severity, decide } of rules) {
    const decision = decide(hop);
    if (decision !== undefined) answers.push({ id, severity, ...decision });
  }
  return answers;
}
