import type { RulePage } from "../model/rule-page.ts";
import type { RuleId } from "./rules/ids.ts";

/** An id that the commands guard as they go: it has a page and no rule that is asked before. */
export interface GuardPage {
  readonly id: RuleId;
  readonly page: RulePage;
}

export function guardPage(page: GuardPage): GuardPage {
  return page;
}
